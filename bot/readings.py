"""What is read off a message, before the transaction that takes it in."""

from __future__ import annotations

import asyncio

from bot.domain.reading import Reading
from bot.ports.agent import ReaderPort
from bot.ports.inbound import Inbound, Written

# Characters that are read in well under a millisecond.
_BRIEF = 280


class Readings:
    """Reading is pure and may take a while, so it happens outside of any transaction."""

    def __init__(self, reader: ReaderPort) -> None:
        self.reader = reader
        self._has_read, self._loading = False, asyncio.Lock()

    async def of(self, inbound: Inbound) -> Reading:
        """The first one loads what it needs, for all that come meanwhile; a short text takes less
        time than its way to a thread.
        """
        if not isinstance(inbound, Written):
            return Reading()
        if not self._has_read:
            await self.prepare()
        if len(inbound.text) <= _BRIEF:
            return self.reader.read(inbound.text)
        return await asyncio.to_thread(self.reader.read, inbound.text)

    async def prepare(self) -> None:
        """Load what reading a message needs, where nobody should wait for that later."""
        async with self._loading:
            if not self._has_read:
                await asyncio.to_thread(self.reader.read, "hello")
                self._has_read = True
