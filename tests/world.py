"""A whole Baton on a fake platform: contacts write, attendants work, time passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from adapters.agents.player import ScriptedPlayer
from adapters.practice import PracticeOutlet
from bot import desk_file
from bot.application import Baton
from bot.commands.registry import Form, Invocation, Response
from bot.delivery.courier import Courier
from bot.domain.desk import Desk
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, Message
from bot.domain.queue import Sight
from bot.domain.thread import Thread
from bot.domain.ticket import Ticket
from bot.ports.inbound import Deleted, Edited, Received, Written
from bot.ports.store import Store, Tx
from bot.services.assignment import sweep_shifts
from bot.services.close import sweep_inactive
from bot.services.ladder import sweep_unclaimed
from bot.services.practice import end_idle
from bot.services.promises import reconsider, sweep_promises
from bot.services.takeover import end_due
from tests.desk import DESK
from tests.fakes import FakeAgent, FakeClock, FakeOutlet, FakeReader

EVERYTHING = Sight(person="", teams=None)


def keep_desk(tx: Tx, desk: Desk) -> None:
    tx.desk.put(desk)
    for name in ("alice", "bob", "dana"):
        tx.people.put(Person(id=f"console:{name}", name=name.capitalize()))


@dataclass
class World:
    """One desk at work. `outlet` is the platform; `agent` the AI."""

    store: Store
    outlet: FakeOutlet = field(default_factory=FakeOutlet)
    agent: FakeAgent = field(default_factory=FakeAgent)
    clock: FakeClock = field(default_factory=FakeClock)
    lag: timedelta = timedelta()
    ahead: timedelta = timedelta(seconds=3)
    ids: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.baton = Baton(
            self.store,
            FakeReader(),
            media=None,  # type: ignore[arg-type]
            clock=self.clock,
            agent=self.agent,
        )
        # The lanes' wall clock runs ahead, so that what waits a moment to be gathered is due.
        self.courier = Courier(
            self.store,
            {"console": self.outlet, "practice": PracticeOutlet()},
            self.agent,
            self.clock,
            player=ScriptedPlayer(),
            wall=self.wall,
        )

    def wall(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def write(
        self,
        text: str,
        *,
        who: str = "carol",
        channel: str | None = None,
        thread: str | None = None,
        files: tuple[Attachment, ...] = (),
        source: str | None = None,
        settle: bool = True,
    ) -> Received | None:
        """A contact (or anybody) writes; by default to Baton directly."""
        written = Written(
            workspace="console",
            channel=channel or f"dm:{who}",
            thread=thread,
            direct=channel is None,
            source_id=source or f"m{next(self.ids)}",
            author=Person(id=f"console:{who}", name=who.capitalize()),
            text=text,
            attachments=files,
            at=self.clock.now() - self.lag,
        )
        received = await self.baton.receive(written)
        if settle:
            await self.settle()
        return received

    async def edit(
        self, source: str, text: str, *, who: str = "carol", channel: str | None = None
    ) -> None:
        await self.baton.receive(
            Edited(
                workspace="console",
                channel=channel or f"dm:{who}",
                source_id=source,
                text=text,
                stamp=f"e{next(self.ids)}",
                at=self.clock.now(),
            )
        )
        await self.settle()

    async def delete(self, source: str, *, who: str = "carol", channel: str | None = None) -> None:
        await self.baton.receive(
            Deleted(
                workspace="console",
                channel=channel or f"dm:{who}",
                source_id=source,
                at=self.clock.now(),
            )
        )
        await self.settle()

    async def run(
        self, who: str, line: str, *, channel: str = "support", thread: str | None = None
    ) -> Response:
        """Somebody types a command."""
        person, place = self.at(who, channel=channel, thread=thread)
        response = await self.baton.typed(person, place, line)
        await self.settle()
        return response

    @staticmethod
    def at(
        who: str, *, channel: str = "support", thread: str | None = None
    ) -> tuple[Person, Place]:
        """Somebody, where they work."""
        person = Person(id=f"console:{who}", name=who.capitalize())
        return person, Place(workspace="console", channel=channel, thread=thread)

    async def press(self, who: str, action: str, value: str) -> Response:
        person = Person(id=f"console:{who}", name=who.capitalize())
        place = Place(workspace="console", channel="support")
        response = await self.baton.press(person, place, action, value)
        await self.settle()
        return response

    async def submit(self, who: str, form: Form, given: dict[str, str]) -> Response:
        """Fill a form in and send it."""
        response = await self.baton.run(
            Invocation(
                person=Person(id=f"console:{who}", name=who.capitalize()),
                place=Place(workspace="console", channel="support"),
                command=form.command,
                values={**form.values, **given},
            )
        )
        await self.settle()
        return response

    async def settle(self) -> None:
        """Let everything happen that is due. What was read while something was committed is out of
        date: a lane may have been taken, or have left work for later.
        """
        commits: list[frozenset[str]] = []
        unlisten = self.store.listen(commits.append, early=True)
        try:
            async with asyncio.timeout(60):
                while True:
                    await self.courier.settle_down()
                    commits.clear()
                    due = await self.store.read(lambda tx: tx.outbox.next_due())
                    waits = due is None or due > self.wall()
                    if waits and self.courier.is_at_rest and not commits:
                        return
                    await asyncio.sleep(0.005)
        finally:
            unlisten()

    async def passes(self, span: timedelta) -> None:
        """Time passes, and the clockwork looks at what is due."""
        self.clock.move(span)
        while await self.store.transact(reconsider, self.clock.now()):
            await self.settle()  # a sweep passes over what somebody holds
        await self.store.transact(sweep_inactive, self.clock.now())
        await self.store.transact(sweep_promises, self.clock.now())
        await self.store.transact(sweep_unclaimed, self.clock.now())
        await self.store.transact(sweep_shifts, self.clock.now())
        await self.store.transact(end_due, self.clock.now())
        await self.store.transact(end_idle, self.clock.now())
        await self.settle()

    async def ticket(self, number: int = 1) -> Ticket:
        return await self.store.read(lambda tx: tx.tickets.get(number))

    async def tickets(self) -> list[Ticket]:
        return await self.store.read(lambda tx: tx.queue.first(EVERYTHING, 1_000))

    async def messages(self, conversation_id: int = 1) -> list[Message]:
        return await self.store.read(lambda tx: tx.messages.of(conversation_id))

    async def thread(self, number: int = 1) -> Thread:
        found = await self.store.read(lambda tx: tx.threads.of_ticket(number))
        assert found is not None
        return found

    async def change_team(self, name: str, **changes: Any) -> None:
        """Change a team's settings at once."""

        def change(tx: Tx) -> None:
            desk = tx.desk.get()
            teams = tuple(
                replace(team, **changes) if team.name == name else team for team in desk.teams
            )
            tx.desk.put(replace(desk, teams=teams))

        await self.store.transact(change)

    def heard(self, who: str = "carol") -> list[str]:
        """What the contact has been told."""
        return self.outlet.texts(f"dm:{who}")

    def seen(self, channel: str = "support") -> list[str]:
        """What the team reads in its channel."""
        return self.outlet.texts(channel)


@asynccontextmanager
async def at_work(store: Store) -> AsyncIterator[World]:
    """A world whose lanes run."""
    await store.transact(keep_desk, desk_file.parse(DESK))
    async with sending(World(store)) as world:
        yield world


@asynccontextmanager
async def sending(world: World) -> AsyncIterator[World]:
    """Its lanes run until then, as those of a process that ends."""
    lanes = asyncio.create_task(world.courier.run())
    await asyncio.sleep(0)
    yield world
    lanes.cancel()
    await asyncio.gather(lanes, return_exceptions=True)
    await world.courier.stop()
