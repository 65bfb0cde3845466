"""Figures, each reproducible with one command; `--json` prints one object on the last line."""
