"""What stands on Discord, made from the core's values; pure, and never over Discord's limits."""
