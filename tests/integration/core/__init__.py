"""The core with the practice desk's clock: what is decided, recorded and carried out."""
