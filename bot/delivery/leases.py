"""Leases of lanes, kept while their work lasts.

Whoever lost a lease may neither begin nor record anything: its owner fences late writes, and a
monotonic deadline keeps a process that was frozen from calling out too late.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from bot.domain.errors import CannotKeep
from bot.outage import Outage
from bot.ports.outbox import FRESH
from bot.ports.store import Store, Tx

LEASE = timedelta(seconds=30)
# The time a call may still begin in before the lease ends: longer than a call may take.
_MARGIN = 22.0
# So long after it was asked for a lease a call may begin.
BEGIN_WITHIN = (LEASE - FRESH).total_seconds() - _MARGIN
# A lease is extended when it is so old; it is looked at as often.
_AGED = LEASE.total_seconds() / 3
_LOOK = 2.0


class Leases:
    """The leases of this process under which something is performed."""

    def __init__(
        self, store: Store, owner: str, wall: Callable[[], datetime], outage: Outage
    ) -> None:
        self.held: dict[int, float] = {}  # lanes, and since when their lease holds
        self._store = store
        self._owner = owner
        self._wall = wall
        self._outage = outage

    async def keep(self) -> None:
        """Extend, until cancelled, what is held, as it comes of age."""
        while True:
            await asyncio.sleep(_LOOK)
            now = monotonic()
            for lane_id, since in tuple(self.held.items()):
                if now - since >= _AGED:
                    await self._extend(lane_id, now)

    async def _extend(self, lane_id: int, now: float) -> None:
        try:
            await self._store.transact(_extend, lane_id, self._owner, self._wall())
        except CannotKeep as error:
            self._outage.lasts(error)
        else:
            if lane_id in self.held:
                self.held[lane_id] = now


def _extend(tx: Tx, lane_id: int, owner: str, wall: datetime) -> None:
    if tx.outbox.get_lane(lane_id).owner == owner:
        tx.outbox.lease(lane_id, owner, wall + LEASE, wall)
