"""A lane has one alarm, the earliest that was asked for; none rings once it is over."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from bot.delivery.alarms import Alarms

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_the_earliest_time_counts() -> None:
    rung: list[int] = []
    alarms = Alarms(rung.append, lambda: NOW)
    alarms.set(1, NOW + timedelta(hours=2))
    assert list(alarms.within(3600)) == []
    alarms.set(1, NOW + timedelta(minutes=5))
    alarms.set(1, NOW + timedelta(hours=4))
    alarms.set(2, None)
    assert list(alarms.within(3600)) == [1]
    alarms.set(1, NOW - timedelta(minutes=5))
    while not rung:
        await asyncio.sleep(0)
    assert rung == [1]


async def test_a_lane_that_is_seen_to_needs_no_alarm() -> None:
    alarms = Alarms(lambda _: None, lambda: NOW)
    alarms.set(1, NOW + timedelta(minutes=5))
    alarms.clear(1)
    alarms.clear(1)
    assert not alarms.within(3600)


async def test_none_rings_after_the_end() -> None:
    rung: list[int] = []
    alarms = Alarms(rung.append, lambda: NOW)
    alarms.set(1, NOW)
    alarms.end()
    alarms.set(2, NOW)
    for _ in range(3):
        await asyncio.sleep(0)
    assert rung == []
