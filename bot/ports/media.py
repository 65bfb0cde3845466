"""Files, named by the digest of their bytes."""

from __future__ import annotations

from typing import Protocol

from bot.domain.message import Attachment


class MediaPort(Protocol):
    """Keeping the same bytes twice costs nothing."""

    async def keep(self, name: str, data: bytes, media_type: str = "") -> Attachment:
        """Store bytes durably; the type is told from the bytes where it is not given.

        Raises `FileTooLarge`.
        """

    async def load(self, digest: str) -> bytes:
        """The bytes. Raises `NotFound` when they were removed (by retention, by erasure)."""

    async def remove(self, digest: str) -> None:
        """Take a file away; one that is gone already is no error."""
