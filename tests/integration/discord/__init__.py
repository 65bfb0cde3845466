"""Discord alone: the real SDK against its emulator."""
