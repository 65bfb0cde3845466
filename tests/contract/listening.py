"""Where a store hears of other processes, it begins by waking everybody once."""

from __future__ import annotations

import asyncio

from bot.ports.store import Store
from storage.postgres import PostgresStore


async def all_ears(store: Store) -> None:
    """Wait until it listens, so that a test hears of its own commits alone."""
    if not isinstance(store, PostgresStore):
        return
    awake = asyncio.Event()
    stop = store.listen(lambda _topics: awake.set())
    async with asyncio.timeout(60):
        await awake.wait()
    stop()
