"""The desk's clock: the wall's, or on a practice desk one that runs ahead of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.errors import BadInput
from bot.ports.store import Store, Tx

_OFFSET = "clock_offset_s"


class DeskClock:
    """Only a practice desk can move it; the offset survives a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.offset = timedelta()

    async def load(self) -> None:
        """Take up the offset of the last run, if the desk still is one to practice on."""
        kept = await self._store.read(_offset)
        self.offset = timedelta(seconds=float(kept or 0))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    async def move(self, by: timedelta) -> None:
        """Let time pass. Raises `BadInput` on a desk with real contacts."""
        self.offset = await self._store.transact(_move, self.offset + by)

    async def back(self) -> None:
        """Show the wall's time again."""
        self.offset = await self._store.transact(_move, timedelta())


def _offset(tx: Tx) -> str | None:
    return tx.meta.get(_OFFSET) if tx.desk.get().practice else None


def _move(tx: Tx, offset: timedelta) -> timedelta:
    if not tx.desk.get().practice:
        raise BadInput(problem="Only the clock of a practice desk can be moved.")
    tx.meta.put(_OFFSET, str(offset.total_seconds()))
    tx.wake("clock")
    return offset
