"""Sessions that were left before their time: every process knows, and a restart forgets none."""

from __future__ import annotations

import logging

from bot.domain.errors import BatonError
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
_KEY = "console:left:"


class Ended:
    """In the database, and here as well: what this process knows, it knows while that is away.

    Without a store it is this process alone that knows.
    """

    def __init__(self, store: Store | None = None) -> None:
        self._store = store
        self._here: set[str] = set()

    async def add(self, name: str, ends: int, now: float) -> None:
        """`ends` and `now` are seconds since 1970; what would have ended by itself is forgotten."""
        self._here.add(name)
        if self._store is None:
            return
        try:
            await self._store.transact(_add, name, ends, int(now))
        except BatonError as error:
            log.warning("that a session was left is known to this process alone: %s", error)

    async def has(self, name: str) -> bool:
        if name in self._here or self._store is None:
            return name in self._here
        try:
            return await self._store.glance(_has, name)
        except BatonError:
            return False


def _add(tx: Tx, name: str, ends: int, now: int) -> None:
    for key, value in tx.meta.beginning(_KEY).items():
        if int(value) < now:
            tx.meta.put(key, None)
    tx.meta.put(_KEY + name, str(ends))


def _has(tx: Tx, name: str) -> bool:
    return tx.meta.get(_KEY + name) is not None
