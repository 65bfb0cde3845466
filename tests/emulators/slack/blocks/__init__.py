"""Block Kit's rules as pure functions: blocks in, a list of complaints out."""
