"""Telling other programs over HTTPS: signed, bounded, and only where nothing private answers."""
