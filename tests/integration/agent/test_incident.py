"""The agent is down: people take over the first conversations, with one ping, the rest goes on."""

from __future__ import annotations

from datetime import timedelta

from adapters.agents.breaker import MANY, Breaker
from bot.ports.agent import Answer, Failure
from tests.fakes import FakeAgent
from tests.world import World

DOWN = Failure(reason="the model gpt-test did not answer in time.", outage=True)


async def test_many_failures_at_once_are_one_incident_with_one_ping(world: World) -> None:
    stand_in = FakeAgent(outcome=Answer(text="From the help pages."))
    world.courier._agent = Breaker(FakeAgent(outcome=DOWN), stand_in)
    for number in range(8):
        await world.write("How?", who=f"c{number}")
    assert len(await world.tickets()) == MANY
    pings = [card.mentions for card in world.outlet.cards("support")]
    assert pings == [("console:bob",), (), ()]
    answered = [world.heard(f"c{number}") for number in range(8)]
    assert answered == [[]] * MANY + [["From the help pages."]] * (8 - MANY)


async def test_failures_far_apart_ping_each_time(world: World) -> None:
    world.agent.outcome = DOWN
    await world.write("How?", who="c1")
    world.clock.move(timedelta(minutes=6))
    await world.write("How?", who="c2")
    assert [card.mentions for card in world.outlet.cards("support")] == [("console:bob",)] * 2


async def test_other_tickets_ping_as_ever(world: World) -> None:
    world.agent.outcome = DOWN
    await world.write("How?", who="c1")
    await world.write("human please", who="c2")
    assert [card.mentions for card in world.outlet.cards("support")] == [("console:bob",)] * 2
