"""Commands of an admin: the desk itself."""
