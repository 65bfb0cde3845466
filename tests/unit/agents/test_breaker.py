"""Many failures at once are one incident."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from adapters.agents.breaker import MANY, Breaker
from bot.ports.agent import Answer, Failure, Outcome
from tests.fakes import FakeAgent
from tests.unit.agents.conversations import NOW, case, conversation, turn

DOWN = Failure(reason="the model did not answer in time.", outage=True)
UP = Answer(text="from the model")
MEANWHILE = Answer(text="from the stand-in")
TURN = turn(conversation("> How?"))


@dataclass
class Desk:
    """A breaker with time in its hands."""

    time: float = 0.0
    model: FakeAgent = field(default_factory=lambda: FakeAgent(name="gpt-test", outcome=DOWN))
    stand_in: FakeAgent = field(default_factory=lambda: FakeAgent(outcome=MEANWHILE))

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.model, self.stand_in, lambda: self.time)

    async def asks(self, times: int = 1) -> list[Outcome]:
        return [await self.breaker.answer(TURN) for _ in range(times)]


async def test_the_first_failures_go_to_people_then_the_stand_in_answers() -> None:
    desk = Desk()
    assert await desk.asks(10) == [DOWN] * MANY + [MEANWHILE] * (10 - MANY)
    assert len(desk.model.turns) == MANY, "the model is left alone"


async def test_those_who_were_waiting_when_it_began_are_answered_too() -> None:
    desk = Desk()
    desk.model.hold = asyncio.Event()
    asking = [asyncio.create_task(desk.breaker.answer(TURN)) for _ in range(20)]
    await asyncio.sleep(0)
    desk.model.hold.set()
    outcomes = await asyncio.gather(*asking)
    assert outcomes.count(DOWN) == MANY
    assert outcomes.count(MEANWHILE) == 20 - MANY


async def test_it_is_tried_once_after_each_rest_and_the_rests_grow() -> None:
    desk = Desk()
    await desk.asks(MANY)
    tried = []
    for second in range(0, 600, 10):
        desk.time = second
        before = len(desk.model.turns)
        assert await desk.asks(3) == [MEANWHILE] * 3
        if len(desk.model.turns) > before:
            tried.append(second)
    assert tried == [30, 90, 210, 450]


async def test_a_success_ends_the_incident() -> None:
    desk = Desk()
    await desk.asks(MANY)
    desk.model.outcome = UP
    assert await desk.asks() == [MEANWHILE]
    desk.time = 31
    assert await desk.asks(3) == [UP] * 3
    desk.model.outcome = DOWN
    assert await desk.asks() == [DOWN], "the next incident is counted from the start"


async def test_failures_far_apart_are_no_incident() -> None:
    desk = Desk()
    for _ in range(6):
        assert await desk.asks() == [DOWN]
        desk.time += 61


async def test_a_failure_of_one_conversation_is_no_incident() -> None:
    desk = Desk()
    desk.model.outcome = Failure(reason="the model refused to answer.")
    assert await desk.asks(6) == [desk.model.outcome] * 6


async def test_summaries_and_drafts_are_not_held_up_by_an_incident() -> None:
    desk = Desk()
    desk.stand_in.draft = "from the stand-in"
    made = case(conversation("> How?"))
    assert (await desk.breaker.summarize(made, NOW)).by == "gpt-test"
    await desk.asks(MANY)
    assert (await desk.breaker.summarize(made, NOW)).by == "fake agent"
    assert await desk.breaker.suggest(made) == "from the stand-in"
