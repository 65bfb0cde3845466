"""Nothing the agent says starts after a handover: contacts, team, two replicas and a late model.

A model server holds every answer until it is let go, hours later by the clocks or at once, in any
order; two replicas share the lanes, and leases run out while one of them still waits. Hypothesis
looks for the order that breaks the promise. `BATON_SILENCE=N` tries N lives of thirty acts each.
"""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.openai_agent import OpenAIAgent
from adapters.agents.openai_model import Access, OpenAIModel
from adapters.agents.player import ScriptedPlayer
from bot.delivery.courier import Courier
from bot.delivery.leases import LEASE
from bot.domain.conversation import Mode
from bot.domain.message import Author, Delivery, Limits
from bot.ports.store import Store
from storage.store import open_store
from tests.emulators.openai.asked import Asked
from tests.emulators.openai.script import Reply
from tests.emulators.openai.server import OpenAIEmulator, running
from tests.integration.agent.silence import (
    LONG_WAY,
    Witness,
    act,
    check_books,
    conversation_of,
    let_through,
)
from tests.postgres import Server
from tests.world import World, at_work

ACTS = 30
CONTACTS = 3
# What each step may be; words that end in a space are followed by something else at once.
WHAT = {
    "contact": ("How?", "And then?", "How? ", "thanks", "human please"),
    "team": ("escalate", "takeover", "resume", "claim", "reply", "close", "reopen"),
    "model": ("text", "text", "text", "tool", "refusal"),
    "time": ("",),
}
STEPS = st.tuples(
    st.sampled_from(("contact", "model", "team", "contact", "model", "team", "team", "time")),
    st.integers(0, 5),
).flatmap(
    lambda step: st.tuples(st.just(step[0]), st.just(step[1]), st.sampled_from(WHAT[step[0]]))
)


@dataclass
class Held:
    """The answers of the model that are on their way; each comes when it is let go."""

    server: OpenAIEmulator
    replies: list[Reply] = field(default_factory=list)
    asked: int = 0

    def think(self, asked: Asked) -> Reply:
        if asked.schema:  # a summary, which speaks to nobody
            return self.server.script.take(asked)
        self.asked += 1
        reply = Reply(text="An answer.", hold=f"answer {self.asked}")
        self.replies.append(reply)
        return reply

    async def is_asked(self) -> None:
        """Until the model is asked something."""
        async with asyncio.timeout(60):
            while not self.replies:
                await asyncio.sleep(0.001)

    def let_go(self, number: int, kind: str) -> None:
        if self.replies:
            reply = self.replies.pop(number % len(self.replies))
            reply.kind = kind
            if kind == "tool":
                reply.tool, reply.arguments = "escalate", {"reason": "A contract."}
            self.server.release(reply.hold)


@dataclass
class Stage:
    """Two replicas on one database, each with its own courier, and the model they both ask."""

    world: World
    other: Courier
    held: Held
    witness: Witness

    @property
    def couriers(self) -> tuple[Courier, Courier]:
        return self.world.courier, self.other

    async def rest(self) -> None:
        """Until nothing is under way but waiting for the model."""
        async with asyncio.timeout(60):
            while self._busy() > len(self.held.replies):
                await asyncio.sleep(0.001)

    def _busy(self) -> int:
        """The lanes that are worked on, or will be in a moment."""
        return sum(one.busy for one in self.couriers)

    async def settle(self) -> None:
        """Let every answer go, and everything happen that follows."""
        async with asyncio.timeout(60):
            while self.held.replies or self._busy():
                self.held.let_go(0, "text")
                await asyncio.sleep(0.001)
        await self.world.settle()
        await self.other.settle_down()


@asynccontextmanager
async def staged(stores: list[Store]) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(as_file(files("bot.sample") / "knowledge"))
        server = await stack.enter_async_context(running())
        access = Access(model="gpt-test", api="chat", base_url=server.base_url, timeout=600)
        model = OpenAIModel(access)
        stack.push_async_callback(model.close)
        knowledge = Knowledge(folder)
        agent = OpenAIAgent(model, knowledge, OfflineAgent(knowledge), deadline=600)
        world = await stack.enter_async_context(at_work(stores[0]))
        world.courier._agent = agent
        other = Courier(
            stores[-1],
            {"console": world.outlet},
            agent,
            world.clock,
            player=ScriptedPlayer(),
            wall=world.wall,
        )
        held, witness = Held(server), Witness()
        server.think = held.think
        task = asyncio.create_task(other.run())
        stage = Stage(world=world, other=other, held=held, witness=witness)
        for courier in stage.couriers:
            witness.watch(courier)
        yield stage
        await stage.settle()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await other.stop()


class Late(RuleBasedStateMachine):
    """Lives of a few contacts. Every example has contacts of its own, on the same desk."""

    def __init__(self, runner: asyncio.Runner, stage: Stage, seen: Counter[str]) -> None:
        super().__init__()
        self.run = runner.run
        self.stage = stage
        self.seen = seen
        self.names = [f"c{next(stage.world.ids)}" for _ in range(CONTACTS)]
        self.known: set[str] = set()
        stage.witness.forget()

    @rule(step=STEPS)
    def step(self, step: tuple[str, int, str]) -> None:
        """One rule for all: of several, Hypothesis leaves some out of every life."""
        kind, number, what = step
        self.run(getattr(self, f"_{kind}")(number, what))
        self.seen[kind] += 1

    async def _contact(self, number: int, text: str) -> None:
        """Somebody writes, and mostly the model is asked before anything else happens."""
        who = self.names[number % CONTACTS]
        self.known.add(who)
        await self.stage.world.write(text.strip(), who=who, settle=False)
        if text == text.strip():
            await self.stage.rest()
        await self._look()

    async def _team(self, number: int, what: str) -> None:
        who = self.names[number % CONTACTS]
        if who not in self.known:
            return
        if what in {"resume", "close"}:
            self.stage.witness.muted.discard(f"dm:{who}")
        done = await act(self.stage.world, who, what)
        self.seen[what] += done
        await self._look()

    async def _look(self) -> None:
        """Whoever has people speaking for them now must not hear the agent from here on."""
        for who in self.known:
            found = await self.stage.world.store.read(conversation_of, who)
            if found.mode is not Mode.AGENT:
                self.stage.witness.muted.add(f"dm:{who}")

    async def _model(self, number: int, kind: str) -> None:
        """An answer comes, perhaps one that was asked for long ago."""
        self.seen["answers"] += bool(self.stage.held.replies)
        self.stage.held.let_go(number, kind)

    async def _time(self, number: int, _: str) -> None:
        """Nobody renews a lease meanwhile: the other replica takes the work up."""
        span = (number + 1) * 2 * LEASE
        self.stage.world.clock.move(span)
        self.stage.world.ahead += span
        for courier in self.stage.couriers:
            await courier._sweep()

    @invariant()
    def silence_holds(self) -> None:
        assert not self.stage.witness.broken

    def teardown(self) -> None:
        self.run(self._end())
        self.seen["lives"] += 1

    async def _end(self) -> None:
        world = self.stage.world
        await self.stage.settle()
        assert not self.stage.witness.broken
        for who in self.known:
            self.seen.update(await check_books(world, who))


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[str]]:
    """The database as each replica opens it; SQLite is for one process."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "baton.db")
        yield [f"sqlite:///{tmp_path / 'baton.db'}"]
        return
    with request.getfixturevalue("postgres_server").clone() as url:
        yield [url, url]


@contextmanager
def on_stage(urls: list[str]) -> Iterator[tuple[asyncio.Runner, Stage]]:
    """A stage on a loop of its own, since a state machine is not async."""
    with asyncio.Runner() as runner:

        async def opened() -> tuple[AsyncExitStack, Stage]:
            stack = AsyncExitStack()
            stores = [open_store(url, lambda _: Limits()) for url in urls]
            for store in stores:
                stack.push_async_callback(store.close)
            return stack, await stack.enter_async_context(staged(stores))

        stack, stage = runner.run(opened())
        try:
            yield runner, stage
        finally:
            runner.run(stack.aclose())


@pytest.mark.timeout(0 if LONG_WAY else 600)
def test_silence_holds_however_late_the_model_answers(urls: list[str]) -> None:
    lives = LONG_WAY or 6 // len(urls)
    seen: Counter[str] = Counter()
    with on_stage(urls) as (runner, stage):
        run_state_machine_as_test(
            partial(Late, runner, stage, seen),
            settings=settings(
                max_examples=lives,
                stateful_step_count=ACTS,
                derandomize=not LONG_WAY,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
            ),
        )
    if LONG_WAY:
        assert seen["withheld"]
        print(sorted(seen.items()))  # noqa: T201 - shown with -s


async def test_an_answer_minutes_late_at_the_other_replica_is_withheld(
    postgres_server: Server,
) -> None:
    """One replica hands over while the other one still waits for the model."""
    with postgres_server.clone() as url:
        stores = [open_store(url, lambda _: Limits()) for _ in range(2)]
        async with staged(stores) as stage:
            world = stage.world
            await world.courier.stop()  # this one takes in what is said and typed, no more
            await world.write("How?", settle=False)
            await stage.held.is_asked()
            assert await act(world, "carol", "escalate")
            world.clock.move(timedelta(minutes=5))
            stage.held.let_go(0, "text")
            await stage.settle()
            [said] = [one for one in await world.messages() if one.author is Author.AGENT]
            assert said.delivery is Delivery.WITHHELD
            assert world.heard() == []
            assert "An answer." in world.seen(), "the team sees what was held back"
        for store in stores:
            await store.close()


def test_a_breach_is_found(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the checks of the epoch, such a life breaks the promise."""
    monkeypatch.setattr("bot.delivery.begin._is_stale", lambda *_: False)
    monkeypatch.setattr("bot.services.answer._withhold", let_through)
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    with on_stage([f"sqlite:///{tmp_path / 'baton.db'}"]) as (runner, stage):
        life = Late(runner, stage, Counter())
        life.step(step=("contact", 0, "How?"))
        runner.run(stage.held.is_asked())
        for step in (("team", 0, "escalate"), ("model", 0, "text")):
            life.silence_holds()
            life.step(step=step)
        with pytest.raises(AssertionError):
            life.teardown()
