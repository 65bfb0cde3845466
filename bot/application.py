"""What an adapter may ask of Baton: take a message in, run a command, press a button."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from bot.commands import REGISTRY, actions, decisions, parsing
from bot.commands.registry import Invocation, Response, Share, Shell, Unpack
from bot.commands.runner import Runner
from bot.desk_key import Text
from bot.domain.errors import BatonError, CannotKeep
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, check_text
from bot.domain.reading import Reading
from bot.facts import facts
from bot.failpoints import passing
from bot.ports.agent import AgentPort, ReaderPort
from bot.ports.charts import ChartPort
from bot.ports.clock import Clock
from bot.ports.inbound import Deleted, Edited, Inbound, Received, Written
from bot.ports.media import MediaPort
from bot.ports.repositories.platforms import Source
from bot.ports.store import Store, Tx
from bot.readings import Readings
from bot.services import catch_up, deliveries, early, inbox, rating
from bot.services.receive import receive
from bot.services.revise import deleted, edited, unseen

log = logging.getLogger(__name__)


class Baton:
    """The use cases, behind one transaction each."""

    def __init__(
        self,
        store: Store,
        reader: ReaderPort,
        media: MediaPort,
        clock: Clock,
        *,
        agent: AgentPort | None = None,
        unpack: Unpack | None = None,
        charts: ChartPort | None = None,
        share: Share | None = None,
        observe: Callable[[Inbound], None] = lambda _: None,
        first_replied: Callable[[timedelta], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.media = media
        self.clock = clock
        shell = Shell(
            media=media,
            reader=reader,
            desk_text=Text(),
            unpack=unpack,
            charts=charts,
            share=share,
        )
        self._runner = Runner(store, clock, shell, agent, first_replied)
        self._readings = Readings(reader)
        self._observe = observe
        self._lines: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def receive(
        self, inbound: Inbound, *, fetched: bool = False, ordered: bool = True
    ) -> Received | None:
        """Take in what came from a platform. Durable when this returns; only then acknowledge it.

        The same thing may come any number of times. What is `fetched` goes first while its place is
        catching up; live events wait. What comes by a way that keeps no order is not `ordered`: it
        is passed on a moment later, as what was written before it may still come. Raises `BadInput`
        for what cannot be a message, and `ThreadCutOff` for a note in a thread that its ticket has
        left.
        """
        self._observe(inbound)
        if isinstance(inbound, Written):
            inbound = replace(inbound, text=check_text(inbound.text, inbound.attachments))
        async with self._in_line(inbound):
            reading = await self._readings.of(inbound)
            received = await self.store.transact(
                _take_in,
                inbound,
                reading,
                self.clock.now(),
                live=not fetched,
                ordered=ordered,
            )
        passing("receive.after_commit")
        self._tell(inbound, received)
        return received

    @staticmethod
    def _tell(inbound: Inbound, received: Received | None) -> None:
        """By which message the log goes on with what a platform sent."""
        kept = received and (
            f"message:{received.message_id}" if received.message_id else f"note:{received.note_id}"
        )
        known = facts(
            event=inbound.key,
            trace=kept or "",
            conversation=received.conversation_id if received else "",
        )
        log.info(type(inbound).__name__.lower(), extra=known)

    async def begin_catching_up(self, workspace: str) -> list[Source]:
        """Before fetching what was missed: live events wait. Answers with every known place."""
        return await self.store.transact(catch_up.begin, workspace)

    async def reached(self, workspace: str, channel: str, thread: str, mark: str) -> None:
        """Everything of a place up to `mark` was fetched and taken in."""
        await self.store.transact(catch_up.reached, workspace, channel, thread, mark)

    async def caught_up(
        self, workspace: str, channel: str, *, unless: Callable[[], bool] = lambda: False
    ) -> None:
        """Everything of a channel was fetched: take in what waited, then let live events flow.

        `unless`: something more may be missing, so that the rest goes on waiting.
        """
        while not unless():
            waiting = await self.store.transact(catch_up.release, workspace, channel)
            if waiting is None:
                return
            number, inbound = waiting
            try:
                await self.receive(inbound, fetched=True)
            except CannotKeep:
                raise
            except BatonError as error:
                log.warning("a message that waited could not be taken in: %s", error)
            await self.store.transact(_unpark, number)

    async def mended(self, workspace: str) -> None:
        """Baton may do more there than before: what waited for that is tried now."""
        await self.store.transact(deliveries.try_again, workspace, datetime.now(UTC))

    async def run(self, call: Invocation) -> Response:
        """Run a command with its values. Never raises a `BatonError`: it is the answer."""
        return await self._runner.run(call)

    async def typed(
        self, person: Person, place: Place, line: str, attachments: tuple[Attachment, ...] = ()
    ) -> Response:
        """Run a command as somebody typed it: `/reply #42 We are on it.`"""
        try:
            command, rest = parsing.find(REGISTRY.values(), line)
            values = parsing.parse(command, rest, in_thread=place.thread is not None)
        except BatonError as error:
            return Response(text=str(error), ok=False)
        return await self._runner.run(
            Invocation(
                person=person,
                place=place,
                command=command.name,
                values=values,
                attachments=attachments,
                typed=True,
            )
        )

    async def press(
        self, person: Person, place: Place, action: str, value: str, *, key: str = ""
    ) -> Response:
        """A button was pressed. What it needs to know first comes back as a form."""
        if action == actions.MORE:
            return Response(text=f"More for #{value}", buttons=actions.more(value))
        if action.partition(":")[0] == actions.CHOICE:
            return await self._runner.decide(person, action.partition(":")[2], value)
        if action.partition(":")[0] == rating.ACTION:
            return await self._rate(person, action.partition(":")[2], value)
        try:
            deed = actions.deed(action)
        except BatonError as error:
            return Response(text=str(error), ok=False)
        call = Invocation(
            person=person, place=place, command=deed.command, values=deed.values(value), key=key
        )
        return await self._runner.run(call, asks=deed.asks)

    async def _rate(self, person: Person, stars: str, number: str) -> Response:
        """A contact's choice, the only button that is theirs."""
        now = self.clock.now()
        try:
            words = await self.store.transact(rating.rate, person.id, number, stars, now)
        except BatonError as error:
            return Response(text=str(error), ok=False)
        return Response(text=words)

    async def queue(self, person: str) -> inbox.Queue:
        """What waits, from this person's point of view."""
        return await self.store.read(inbox.queue, person, self.clock.now())

    @staticmethod
    def complete(line: str) -> list[str]:
        """Command lines that the beginning of a line may become."""
        return parsing.complete(REGISTRY.values(), line)

    def _in_line(self, inbound: Inbound) -> asyncio.Lock:
        """What comes in from one channel is committed in the order of its arrival."""
        return self._lines.setdefault((inbound.workspace, inbound.channel), asyncio.Lock())

    async def prepare(self) -> None:
        """Load what reading a message needs, where nobody should wait for that later."""
        await self._readings.prepare()

    async def put_aside(self, call: Invocation) -> str:
        """Keep the values of a form that asks for others, for a day; answers with a token."""
        return await self.store.transact(decisions.keep, call, self.clock.now())

    async def taken_up(self, person: Person, token: str) -> Invocation:
        """What a person put aside. Raises `BadInput` where it is not kept any more."""
        return await self.store.read(decisions.kept, person, token)


def _take_in(
    tx: Tx, inbound: Inbound, reading: Reading, now: datetime, *, live: bool, ordered: bool = True
) -> Received | None:
    if live and catch_up.park(tx, inbound):
        if isinstance(inbound, Deleted):
            unseen(tx, inbound)
        return None
    if early.keep(tx, inbound):
        return None
    match inbound:
        case Written():
            return receive(tx, inbound, reading, now, ordered=ordered)
        case Edited():
            edited(tx, inbound, now)
        case Deleted():
            deleted(tx, inbound, now)
    return None


def _unpark(tx: Tx, number: int) -> None:
    tx.sources.unpark(number)
