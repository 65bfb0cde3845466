"""Each figure is watched over one story: it moves when its cause happens, and by how much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.domain.identity import Place
from bot.metrics import Metrics
from bot.ports.outlet import Busy, Refused
from bot.ports.store import Store
from tests.world import World, at_work

NO_WAIT = timedelta()
# Of these there are more with every step; what matters is in the counters.
_OVER = {"effects state=done", "effects state=dropped"}


class Watched:
    """The figures of a world, and by how much each has moved since it was last looked at."""

    def __init__(self, world: World) -> None:
        self.world, self.metrics = world, Metrics()
        world.baton._observe = self.metrics.received
        world.baton._runner._first_replied = self.metrics.first_replied
        world.courier._observe = self.metrics.performed
        self._before: dict[str, float] = {}

    async def moved(self) -> dict[str, float]:
        """By name and labels, as Prometheus knows them; buckets and times of creation left out."""
        text = (await self.metrics.text(self.world.store)).decode()
        now = {
            _name(one.name, one.labels): one.value
            for family in text_string_to_metric_families(text)
            for one in family.samples
            if not one.name.endswith(("_bucket", "_created"))
        }
        names = now.keys() | self._before.keys()
        change = {name: now.get(name, 0) - self._before.get(name, 0) for name in names}
        self._before = now
        return {name: by for name, by in change.items() if by and name not in _OVER}


def _name(name: str, labels: dict[str, str]) -> str:
    listed = " ".join(f"{label}={value}" for label, value in sorted(labels.items()))
    return f"{name.removeprefix('baton_')} {listed}".strip()


@pytest.fixture
async def watched(store: Store) -> AsyncIterator[Watched]:
    async with at_work(store) as world:
        made = Watched(world)
        await made.moved()
        yield made


async def test_every_figure_follows_the_story(watched: Watched) -> None:
    world = watched.world
    # A question, which the agent answers.
    await world.write("How do I pay?")
    assert await watched.moved() == {
        "messages_total direction=in platform=console": 1,
        "messages_total direction=out platform=console": 1,
        "agent_turns_total outcome=answer": 1,
    }
    # A ticket: its card, what was said before, and a team that is told.
    await world.write("I want a refund")
    posted = len([one for one in world.outlet.posts if one.place.channel == "billing"])
    assert posted >= 2
    assert await watched.moved() == {
        "messages_total direction=in platform=console": 1,
        "messages_total direction=team platform=console": posted,
        "open_tickets status=open team=billing": 1,
        "escalations rule=refunds": 1,
    }
    # A claim says so in the thread.
    await world.run("dana", "/ticket claim 1", channel="billing")
    assert await watched.moved() == {
        "messages_total direction=team platform=console": 1,
        "open_tickets status=open team=billing": -1,
        "open_tickets status=in progress team=billing": 1,
    }
    # The first reply, two minutes after the opening; the platform takes it at the third try.
    world.clock.move(timedelta(minutes=2))
    failures = _fails(world, Busy("not now", wait=NO_WAIT), times=2)
    await world.run("dana", "/reply 1 We look into it.", channel="billing")
    assert failures == []
    assert await watched.moved() == {
        "delivery_failures_total error=Busy": 2,
        "messages_total direction=out platform=console": 1,
        "messages_total direction=team platform=console": 1,
        "first_response_seconds_count": 1,
        "first_response_seconds_sum": 120,
        "open_tickets status=in progress team=billing": -1,
        "open_tickets status=awaiting response team=billing": 1,
    }
    # A reply that the platform refuses for good is a dead letter.
    _fails(world, Refused("no"), times=1)
    await world.run("dana", "/reply 1 Once more.", channel="billing")
    moved = await watched.moved()
    assert moved.pop("messages_total direction=team platform=console") >= 1
    assert moved == {"delivery_failures_total error=Refused": 1, "effects state=dead": 1}
    # The close: nothing is open any more.
    await world.run("dana", "/ticket close 1 done", channel="billing")
    moved = await watched.moved()
    assert moved.pop("open_tickets status=awaiting response team=billing") == -1
    assert not [name for name in moved if name.startswith("open_tickets")]


async def test_what_is_withheld_and_what_is_late_shows(watched: Watched) -> None:
    world = watched.world
    world.agent.hold = asyncio.Event()
    await world.write("How do I pay?", settle=False)
    async with asyncio.timeout(60):
        while not world.agent.turns:
            await asyncio.sleep(0.01)
        await world.write("I want a human", settle=False)
        while not await world.tickets():
            await asyncio.sleep(0.01)
    world.agent.hold.set()
    await world.settle()
    moved = await watched.moved()
    assert moved["withheld_messages"] == 1
    assert moved["agent_turns_total outcome=answer"] == 1
    assert "messages_total direction=out platform=console" not in moved


async def test_what_waits_is_late(watched: Watched) -> None:
    """The platform has been away for a while: the oldest wait is told, and it ends."""
    world = watched.world
    await world.write("human please")
    await watched.moved()
    _fails(world, Busy("not now", wait=timedelta(hours=1)), times=1)
    await world.run("bob", "/reply 1 Hello")
    moved = await watched.moved()
    assert moved["effects state=pending"] >= 1
    later = datetime.now(UTC) + timedelta(hours=2)
    await world.store.read(watched.metrics._look, later)
    [lag] = [
        sample.value
        for family in watched.metrics.registry.collect()
        for sample in family.samples
        if sample.name == "baton_lane_lag_seconds"
    ]
    assert 7100 < lag < 7300


def _fails(world: World, error: Exception, *, times: int) -> list[Exception]:
    """What the contact is sent next fails so often; what is left of it."""
    left = [error] * times

    def before(action: str, place: Place) -> None:
        if left and action == "post" and place.channel == "dm:carol":
            raise left.pop()

    world.outlet.before = before
    return left
