"""Nothing the agent says starts after a handover, whatever happens in which order.

Many contacts at once, each with a life of its own, and a model that answers late. What is checked
is the promise itself: a step of a lane that begins after the handover was committed never comes
back with the agent's words for that contact.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from itertools import count
from typing import Any

import pytest

from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.openai_agent import OpenAIAgent
from adapters.agents.openai_model import Access, OpenAIModel
from adapters.agents.player import ScriptedPlayer
from bot.delivery.courier import Courier
from bot.domain.message import Author, Delivery, Limits
from bot.ports.agent import Answer, Failure, Handover, Outcome, Turn
from storage.store import open_store
from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import running
from tests.fakes import FakeAgent
from tests.integration.agent.silence import LONG_WAY, Witness, act, check_books, let_through
from tests.world import World, at_work

ACTS = (
    "write",
    "write",
    "write",
    "human",
    "thanks",
    "escalate",
    "takeover",
    "resume",
    "claim",
    "reply",
    "close",
    "reopen",
    "wait",
)
AT_ONCE = 12
_MUTES = {"human", "escalate", "takeover", "reopen"}
_FREES = {"resume", "close"}
_OUTCOMES: tuple[Outcome, ...] = (
    Answer(text="An answer."),
    Answer(text="An answer."),
    Answer(text="An answer."),
    Handover(reason="It is about a contract."),
    Failure(reason="it timed out."),
)


@dataclass
class LateAgent(FakeAgent):
    """Takes its time, a different one for each turn."""

    asked: Any = field(default_factory=count)

    async def answer(self, turn: Turn) -> Outcome:
        number = next(self.asked)
        await asyncio.sleep((number * 7 % 5) * 0.004)
        return _OUTCOMES[number * 3 % len(_OUTCOMES)]


async def live(world: World, who: str, acts: list[str], witness: Witness) -> None:
    """One contact's life: what they write, and what the team does about it meanwhile."""
    channel = f"dm:{who}"
    for what in ("write", *acts):
        if what == "wait":
            await asyncio.sleep(0.008)
            continue
        was_muted = channel in witness.muted
        if what in _FREES:
            witness.muted.discard(channel)
        done = await act(world, who, what)
        if (done and what in _MUTES) or (not done and was_muted):
            witness.muted.add(channel)


async def lived(world: World, chance: random.Random, couriers: list[Courier]) -> None:
    """Many lives at once; then everything that is due happens, and the books are checked."""
    witness = Witness()
    for courier in couriers:
        witness.watch(courier)
    lives = {
        f"c{next(world.ids)}": chance.choices(ACTS, k=chance.randint(3, 12)) for _ in range(AT_ONCE)
    }
    await asyncio.gather(*(live(world, who, acts, witness) for who, acts in lives.items()))
    await world.settle()
    for courier in couriers:
        await courier.settle_down()
    await world.settle()
    assert not witness.broken
    for who in lives:
        await check_books(world, who)


def patient(world: World) -> World:
    world.courier._agent = LateAgent()
    return world


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(max(LONG_WAY // AT_ONCE, 1)))
async def test_silence_holds_in_a_crowd(world: World, seed: int) -> None:
    await lived(patient(world), random.Random(seed), [world.courier])


@asynccontextmanager
async def two_replicas(postgres_server: Any) -> AsyncIterator[tuple[World, Courier]]:
    """A second process's courier, with its own connections, on the same database."""
    with postgres_server.clone() as url:
        one = open_store(url, lambda _workspace: Limits())
        two = open_store(url, lambda _workspace: Limits())
        async with at_work(one) as world:
            patient(world)
            outlets, agent = {"console": world.outlet}, world.courier._agent
            other = Courier(
                two, outlets, agent, world.clock, player=ScriptedPlayer(), wall=world.wall
            )
            task = asyncio.create_task(other.run())
            yield world, other
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await other.stop()
        await two.close()
        await one.close()


@pytest.mark.parametrize("seed", range(max(LONG_WAY // AT_ONCE // 2, 1)))
async def test_silence_holds_in_a_crowd_over_two_replicas(postgres_server: Any, seed: int) -> None:
    async with two_replicas(postgres_server) as (world, other):
        await lived(world, random.Random(seed), [world.courier, other])


async def test_the_witness_sees_a_breach(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the check of the epoch taken out, the same test finds it."""
    monkeypatch.setattr("bot.delivery.begin._is_stale", lambda *_: False)
    monkeypatch.setattr("bot.services.answer._withhold", let_through)
    witness = Witness()
    patient(world)
    witness.watch(world.courier)
    hold = asyncio.Event()
    world.courier._agent = FakeAgent(hold=hold)
    await world.write("How?", settle=False)
    while not world.courier._agent.turns:
        await asyncio.sleep(0.01)
    await act(world, "carol", "escalate")
    witness.muted.add("dm:carol")
    hold.set()
    await world.settle()
    assert witness.broken


@pytest.mark.parametrize("what", ["escalate", "takeover"])
async def test_a_model_that_answers_late_is_not_heard(world: World, what: str) -> None:
    """From a real server's answer, held until the handover is done, to the withheld line."""
    with as_file(files("bot.sample") / "knowledge") as folder:
        knowledge = Knowledge(folder)
    async with running() as server:
        server.say(Reply(text="Too late.", hold="gate"))
        model = OpenAIModel(Access(model="gpt-test", api="chat", base_url=server.base_url))
        world.courier._agent = OpenAIAgent(model, knowledge, OfflineAgent(knowledge), deadline=600)
        await world.write("How do I pay?", settle=False)
        async with asyncio.timeout(60):
            while not server.started:
                await asyncio.sleep(0.01)
        assert await act(world, "carol", what)
        server.release("gate")
        await world.settle()
        await model.close()
    assert world.heard() == []
    assert "Too late." in world.seen()
    [said] = [one for one in await world.messages() if one.author is Author.AGENT]
    assert said.delivery is Delivery.WITHHELD
