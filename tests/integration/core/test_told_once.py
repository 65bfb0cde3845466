"""What comes due is told once: whenever a process is killed, and however many look at it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import desk_file
from bot.domain.desk import Inactivity, Priority, Retention, Targets
from bot.domain.message import Limits
from bot.jobs import Jobs
from bot.ports.store import Store, Tx
from bot.services.ladder import sweep_unclaimed
from bot.services.promises import sweep_promises
from storage.store import open_store
from tests.world import DESK, World, keep_desk, sending

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)
POLICY = {
    "claim_within": HOUR / 12,
    "sla": {Priority.NORMAL: Targets(first_response=HOUR / 2)},
    "inactivity": Inactivity(close_after=2 * HOUR, closing="Closed."),
}
Sweep = Callable[[Tx, datetime, int], int]


class KilledError(Exception):
    """Stands for SIGKILL before the commit: whatever the unit has written is not."""


@pytest.mark.parametrize(
    ("sweep", "words"),
    [
        pytest.param(sweep_unclaimed, "Nobody has claimed this", id="ladder"),
        pytest.param(sweep_promises, "First response overdue", id="promise"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_call_is_made_once_whenever_baton_is_killed(
    store: Store, sweep: Sweep, words: str
) -> None:
    def killed(tx: Tx, now: datetime) -> None:
        assert sweep(tx, now, 20) == 1
        raise KilledError

    await store.transact(keep_desk, desk_file.parse(DESK))
    async with sending(World(store)) as world:
        await world.change_team("support", **POLICY)
        await world.write("human please")
    world.clock.move(HOUR)
    now = world.clock.now()
    with pytest.raises(KilledError):
        await store.transact(killed, now)
    assert await store.transact(sweep, now, 20) == 1, "nothing is lost by it"
    assert await store.transact(sweep, now, 20) == 0, "what is committed is not done again"
    assert not told(world, words), "killed before anything of it was sent"
    async with sending(World(store, outlet=world.outlet, clock=world.clock)) as revived:
        await revived.settle()
        await store.transact(sweep, now, 20)
        await revived.settle()
        assert len(told(revived, words)) == 1


def told(world: World, words: str) -> list[str]:
    return [one for one in world.seen() if words in one]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_each_due_row_is_handled_once_by_two_processes(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In batches so small that both have their part of it."""
    for batch in ("_BATCH", "_TOGETHER"):
        monkeypatch.setattr(f"bot.jobs.{batch}", 2)
    await store.transact(keep_desk, desk_file.parse(DESK))
    async with sending(World(store)) as world:
        await world.change_team("support", **POLICY)
        for number in range(1, 13):
            await world.write("human please", who=f"c{number}", settle=False)
        for number in range(1, 7):
            await world.run("alice", f"/reply {number} Hello")
        await world.settle()
    await store.transact(_forget_old_messages)
    other = open_store(database_url, lambda _: Limits())
    both = [Jobs(one, world.clock, media=None) for one in (store, other)]  # type: ignore[arg-type]
    for later in (3 * HOUR, 48 * HOUR):
        world.clock.move(later)
        async with asyncio.timeout(60):
            while await store.read(_due, world.clock.now()):  # what was held is passed over
                await asyncio.gather(*(jobs.tick() for jobs in both))
    await asyncio.gather(*(jobs.tick() for jobs in both))
    await other.close()
    done = Counter(await store.read(_log))
    once = {("closed", number) for number in range(1, 7)}
    once |= {("sla_breached", number) for number in range(7, 13)}
    assert {one: done[one] for one in once} == dict.fromkeys(once, 1)
    climbed = [done["reminded", number] for number in range(7, 13)]
    assert climbed == [2] * 6, "a rung each time"
    texts = await store.read(lambda tx: [tx.messages.of(number) for number in range(1, 7)])
    assert texts == [[]] * 6, "all of it is let go, though both did so"


def _forget_old_messages(tx: Tx) -> None:
    tx.desk.put(replace(tx.desk.get(), retention=Retention(messages=24 * HOUR)))


def _due(tx: Tx, now: datetime) -> frozenset[str]:
    return tx.due.kinds(now, datetime.min.replace(tzinfo=UTC))


def _log(tx: Tx) -> list[tuple[str, Any]]:
    return [(one.kind, one.ticket_number) for one in tx.events.recent(500)]
