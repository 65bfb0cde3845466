"""What is kept so that only the holder of BATON_SECRET_KEY can read it."""

from __future__ import annotations

from typing import Protocol


class Vault(Protocol):
    """The same text is sealed the same way, so that two sealed texts can be compared."""

    def seal(self, text: str) -> str: ...
    def unseal(self, sealed: str) -> str:
        """Raises `BadInput` for what was sealed with another key."""

    def derive(self, purpose: str) -> bytes:
        """32 bytes that only this installation can make, always the same for a purpose."""
