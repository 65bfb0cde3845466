"""The HTTP API: for programs next door, behind one token."""

from adapters.api.site import mount

__all__ = ["mount"]
