"""Work that one of all processes does, and another takes over when that one dies or hangs.

The one at work gives a sign of life every few seconds. Whoever waits and sees none for as long as a
lease lasts takes over; whoever could give none for most of that time stops by itself before. A
process that ended on the same machine is known at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from bot.delivery.workers import is_former, own_name
from bot.domain.errors import CannotRun
from bot.ports.store import Store
from bot.services import duty
from bot.supervision import ended

log = logging.getLogger(__name__)

# Seconds without a sign of life after which others take over, and those after which one stops.
LEASE = 10.0
_OWN = 7.0
_LOOK = 1.0


class Duty:
    """`stands_by` while another process is known to do the work."""

    def __init__(self, store: Store, name: str, *, owner: str = "") -> None:
        self._store = store
        self._name = name
        self._owner = owner or own_name()
        self.is_ours = False
        self.stands_by = False

    async def run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Wait for the duty, then work until that ends, fails, or the duty is lost."""
        try:
            await self._take()
            try:
                await self._work(work)
            finally:
                await asyncio.shield(self._leave())
        finally:
            self.is_ours = self.stands_by = False

    async def is_free(self) -> bool:
        """Whether nobody has it, as far as can be known at once."""
        sign = await self._store.read(duty.standing, self._name)
        return sign is None or self._is_over(duty.owner_of(sign))

    async def _take(self) -> None:
        seen: str | None = None
        since = monotonic()
        while True:
            sign = await self._store.read(duty.standing, self._name)
            if sign != seen:
                seen, since = sign, monotonic()
            free = sign is None or self._is_over(duty.owner_of(sign))
            if (free or monotonic() - since > LEASE) and await self._store.transact(
                duty.take, self._name, self._owner, sign
            ):
                break
            self.stands_by = not free
            await asyncio.sleep(_LOOK)
        if self.stands_by:
            log.warning("%s: taken over from a process that is gone or hangs", self._name)
        self.is_ours, self.stands_by = True, False

    def _is_over(self, owner: str) -> bool:
        """A sign of this process's own that could not be taken back, or of one that has ended."""
        return owner == self._owner or is_former(owner, self._owner)

    async def _work(self, work: Callable[[], Awaitable[None]]) -> None:
        until = monotonic() + _OWN
        task = asyncio.ensure_future(work())
        try:
            while True:
                await asyncio.wait({task}, timeout=LEASE / 4)
                if task.done():
                    return task.result()
                began = monotonic()
                if began < until and await self._lives(until - began):
                    until = began + _OWN
                elif monotonic() >= until or not self.is_ours:
                    log.warning("%s: this process was held up; another may go on", self._name)
                    return None
        finally:
            await ended(task)

    async def _lives(self, seconds: float) -> bool:
        """Whether a sign of life is known to be written. Out of reach is not lost yet."""
        try:
            async with asyncio.timeout(seconds):
                self.is_ours = await self._store.transact(duty.live, self._name, self._owner)
        except (CannotRun, TimeoutError) as error:
            log.warning("%s: no sign of life could be written: %s", self._name, error)
            return False
        return self.is_ours

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(_LOOK):
                await self._store.transact(duty.leave, self._name, self._owner)
        except (CannotRun, TimeoutError) as error:
            log.debug("%s: others have to wait for it to run out: %s", self._name, error)
