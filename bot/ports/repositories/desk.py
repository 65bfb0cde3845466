"""How the desk is set up, and small things that belong nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.domain.desk import Desk
from bot.domain.desk_changes import Version


class DeskRepository(Protocol):
    """The desk is one versioned document; every transaction sees the newest one."""

    @property
    def version(self) -> int: ...
    def get(self) -> Desk: ...
    def put(self, desk: Desk) -> int:
        """Replace it; answers with the new version."""

    def keep(self, version: Version) -> None:
        """Remember a version; one that is remembered already stays as it is. Old ones go."""

    def kept(self, version: int) -> Version | None: ...
    def history(self, limit: int, *, before: int | None = None) -> list[Version]:
        """What was remembered, newest first."""


class MetaRepository(Protocol):
    """Small facts about the installation itself."""

    def get(self, key: str) -> str | None: ...
    def put(self, key: str, value: str | None) -> None: ...
    def beginning(self, prefix: str) -> Mapping[str, str]:
        """The facts whose key begins so."""

    def count(self, name: str, by: int) -> int:
        """Add to a counter, which begins at zero; answers with the sum."""

    def counted(self, name: str) -> int: ...
    def forget_counts(self, prefix: str) -> None:
        """Remove the counters whose name begins so."""
