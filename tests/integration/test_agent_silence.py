"""Nothing the agent says starts after a handover, whatever happens in which order.

Many contacts at once, each with a life of its own, and a model that answers late. What is checked
is the promise itself: a step of a lane that begins after the handover was committed never comes
back with the agent's words for that contact.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.openai_agent import OpenAIAgent
from adapters.agents.openai_model import Access, OpenAIModel
from adapters.agents.player import ScriptedPlayer
from bot.delivery.lanes import Courier, advance
from bot.delivery.work import Call
from bot.domain.card import Post
from bot.domain.message import Author, Delivery, Limits
from bot.ports.agent import Answer, Failure, Handover, Outcome, Turn
from bot.ports.store import Store, Tx
from storage.store import open_store
from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import running
from tests.fakes import FakeAgent
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
LIFE = st.lists(st.sampled_from(ACTS), min_size=1, max_size=12)
LIVES = st.lists(LIFE, min_size=40, max_size=40)
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


@dataclass
class Witness:
    """Knows for whom people speak, and looks at every step of the lanes."""

    muted: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def watch(self, courier: Courier) -> None:
        courier._store = _Watched(courier._store, self)  # type: ignore[assignment]

    def judge(self, step: object, muted_before: frozenset[str]) -> None:
        if not isinstance(step, Call) or not isinstance(step.content, Post):
            return
        if step.content.voice == "agent" and step.place.channel.startswith("dm:"):
            self.seen["agent spoke"] += 1
            if step.place.channel in muted_before:
                self.broken.append(f"{step.place.channel}: {step.content.text}")


@dataclass
class _Watched:
    store: Store
    witness: Witness

    async def transact(self, unit: Callable[..., Any], *facts: Any, **more: Any) -> Any:
        before = frozenset(self.witness.muted)
        step = await self.store.transact(unit, *facts, **more)
        if unit is advance:
            self.witness.judge(step, before)
        return step

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


async def live(world: World, who: str, acts: list[str], witness: Witness) -> None:
    """One contact's life: what they write, and what the team does about it meanwhile."""
    channel = f"dm:{who}"
    for act in ("write", *acts):
        was_muted = channel in witness.muted
        if act in _FREES:
            witness.muted.discard(channel)
        done = await _act(world, who, act)
        witness.seen[act if done else f"refused {act}"] += 1
        if (done and act in _MUTES) or (not done and was_muted):
            witness.muted.add(channel)


async def _act(world: World, who: str, act: str) -> bool:
    match act:
        case "wait":
            await asyncio.sleep(0.008)
            return True
        case "write" | "human" | "thanks":
            text = {"write": "How?", "human": "human please", "thanks": "thanks"}[act]
            await world.write(text, who=who, settle=False)
            return True
    conversation, ticket = await world.store.read(_numbers, who)
    line = {
        "escalate": f"/escalate {conversation}",
        "takeover": f"/takeover {conversation}",
        "resume": f"/resume {conversation}",
        "claim": f"/ticket claim {ticket}",
        "reply": f"/ticket reply {ticket} Hello from a person",
        "close": f"/ticket close {ticket}",
        "reopen": f"/ticket reopen {ticket}",
    }[act]
    response = await _typed(world, line)
    return response.ok


async def _typed(world: World, line: str) -> Any:
    from bot.domain.identity import Person, Place  # noqa: PLC0415

    alice = Person(id="console:alice", name="Alice")
    return await world.baton.typed(alice, Place(workspace="console", channel="support"), line)


def _numbers(tx: Tx, who: str) -> tuple[int, int]:
    conversation = tx.conversations.latest_of(f"console:{who}", "console", f"dm:{who}")
    assert conversation
    ticket = tx.tickets.last_of(conversation.id)
    return conversation.id, ticket.number if ticket else 0


async def lived(world: World, lives: list[list[str]], couriers: list[Courier]) -> Witness:
    """All of it at once; then everything that is due happens, and the books are checked."""
    witness = Witness()
    for courier in couriers:
        while isinstance(courier._store, _Watched):
            courier._store = courier._store.store
        witness.watch(courier)
    names = [f"c{next(world.ids)}" for _ in lives]
    await asyncio.gather(
        *(live(world, who, acts, witness) for who, acts in zip(names, lives, strict=True))
    )
    await world.settle()
    for courier in couriers:
        await courier.settle_down()
    await world.settle()
    assert not witness.broken
    for who in names:
        await _check_books(world, who)
    return witness


async def _check_books(world: World, who: str) -> None:
    """What the agent said has either reached the contact, once, or been withheld."""
    conversation, _ = await world.store.read(_numbers, who)
    said = [m for m in await world.messages(conversation) if m.author is Author.AGENT]
    assert {one.delivery for one in said} <= {Delivery.DELIVERED, Delivery.WITHHELD}
    delivered = [one for one in said if one.delivery is Delivery.DELIVERED]
    assert world.heard(who).count("An answer.") == len(delivered)


def patient(world: World) -> World:
    world.courier._agent = LateAgent()
    return world


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(lives=LIVES)
async def test_silence_holds_in_every_order(world: World, lives: list[list[str]]) -> None:
    await lived(patient(world), lives, [world.courier])


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


@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(LIVES, min_size=2, max_size=2))
async def test_silence_holds_over_two_replicas(
    postgres_server: Any, batches: list[list[list[str]]]
) -> None:
    async with two_replicas(postgres_server) as (world, other):
        for lives in batches:
            await lived(world, lives, [world.courier, other])


async def test_the_witness_sees_a_breach(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the check of the epoch taken out, the same test finds it."""
    monkeypatch.setattr("bot.delivery.begin._is_stale", lambda *_: False)
    monkeypatch.setattr("bot.services.answer._withhold", _let_through)
    witness = Witness()
    patient(world)
    witness.watch(world.courier)
    hold = asyncio.Event()
    world.courier._agent = FakeAgent(hold=hold)
    await world.write("How?", settle=False)
    while not world.courier._agent.turns:
        await asyncio.sleep(0.01)
    await _act(world, "carol", "escalate")
    witness.muted.add("dm:carol")
    hold.set()
    await world.settle()
    assert witness.broken


def _let_through(tx: Tx, conversation: Any, _epoch: int, answer: Answer, now: Any) -> None:
    from bot.services import answer as service  # noqa: PLC0415

    service._say(tx, conversation, answer, now)


@pytest.mark.parametrize("act", ["escalate", "takeover"])
async def test_a_model_that_answers_late_is_not_heard(world: World, act: str) -> None:
    """From a real server's answer, held until the handover is done, to the withheld line."""
    with as_file(files("bot.sample") / "knowledge") as folder:
        knowledge = Knowledge(folder)
    async with running() as server:
        server.say(Reply(text="Too late.", hold="gate"))
        model = OpenAIModel(Access(model="gpt-test", api="chat", base_url=server.base_url))
        world.courier._agent = OpenAIAgent(model, knowledge, OfflineAgent(knowledge), deadline=20)
        await world.write("How do I pay?", settle=False)
        async with asyncio.timeout(30):
            while not server.started:
                await asyncio.sleep(0.01)
        assert await _act(world, "carol", act)
        server.release("gate")
        await world.settle()
        await model.close()
    assert world.heard() == []
    assert "Too late." in world.seen()
    [said] = [one for one in await world.messages() if one.author is Author.AGENT]
    assert said.delivery is Delivery.WITHHELD
