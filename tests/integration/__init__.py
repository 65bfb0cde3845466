"""Baton as a whole, over real sockets and on real databases; a folder for each side of it."""
