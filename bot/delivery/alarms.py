"""When each lane is to be seen to next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime


class Alarms:
    """One alarm a lane, the earliest that was asked for. `ring` is called with the lane, once."""

    def __init__(self, ring: Callable[[int], None], wall: Callable[[], datetime]) -> None:
        self._ring = ring
        self._wall = wall
        self._set: dict[int, asyncio.TimerHandle] = {}
        self._over = False

    def set(self, lane_id: int, until: datetime | None) -> None:
        """Ring at this time of the wall's clock, or earlier if that was asked for before."""
        if until is None or self._over:
            return
        loop = asyncio.get_running_loop()
        when = loop.time() + max((until - self._wall()).total_seconds(), 0)
        set_before = self._set.get(lane_id)
        if set_before and set_before.when() <= when:
            return
        if set_before:
            set_before.cancel()
        self._set[lane_id] = loop.call_at(when, self._ring, lane_id)

    def clear(self, lane_id: int) -> None:
        """The lane is seen to."""
        if alarm := self._set.pop(lane_id, None):
            alarm.cancel()

    def within(self, seconds: float) -> dict[int, asyncio.TimerHandle]:
        """The lanes whose alarm rings so soon."""
        until = asyncio.get_running_loop().time() + seconds
        return {lane: alarm for lane, alarm in self._set.items() if alarm.when() < until}

    def end(self) -> None:
        """None rings any more, nor can be set."""
        self._over = True
        for alarm in self._set.values():
            alarm.cancel()
