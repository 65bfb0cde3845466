"""What ships to try Baton on: a practice desk, and the help pages of a small product."""
