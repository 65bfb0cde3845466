"""A connection to a platform, as the composition root keeps it running."""

from __future__ import annotations

from typing import Protocol


class Platform(Protocol):
    name: str

    @property
    def problems(self) -> list[str]:
        """What is wrong with single channels, groups and permissions, and what to do about it."""

    async def run(self) -> None:
        """Until cancelled: connected, and connected again; what was missed is fetched. When it
        ends, nothing that was taken in is left half-done.
        """

    def unready(self) -> list[str]:
        """What keeps it from working, in words for whoever operates Baton; empty when it works."""
