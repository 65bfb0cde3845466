"""Slack alone: the real SDKs against its emulator."""
