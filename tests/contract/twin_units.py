"""Units of work at random: the same number does the same to two stores that answer alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.domain.blocking import Block
from bot.domain.card import Post
from bot.domain.conversation import Conversation
from bot.domain.desk import Desk
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import Person, Place
from bot.domain.message import Author, Delivery, Message
from bot.domain.search import Query
from bot.domain.states import Status
from bot.domain.thread import Event, Note, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import Copy, Effect, Lane, LaneKind, State
from bot.ports.store import Tx

T = TypeVar("T")
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = ("console:ana", "console:ben")
NAMES = ("Ana", "Ben", "Zoe")
CHANNELS, THREADS = ("shop", "help"), ("1", "2")
WORDS = ("alpha", "beta", "gamma")
SUBJECTS = ("card", "message:1:0", "message:1:1")
TEAM = Place(workspace="console", channel="team")
LANES, FEW = 3, 4


class Clock(datetime):
    """The wall's clock, which stands still within a unit."""

    at = BEGIN

    @classmethod
    def now(cls, _zone: Any = None) -> datetime:  # type: ignore[override]
        return cls.at


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A few things at random; what it was answered is its result."""

    seed: int
    now: datetime
    fails: bool = False

    def __call__(self, tx: Tx) -> list[object]:
        Clock.at = self.now
        chance = random.Random(self.seed)
        acts = Acts(tx, chance, self.now)
        names = chance.choices(list(ACTS), list(ACTS.values()), k=chance.randint(1, 4))
        told = [(name, plain(getattr(acts, name)())) for name in names]
        if chance.random() < 0.7:
            told.append(("look", plain(acts.look())))
        if self.fails:
            raise BadInput(problem="no")
        return list(told)


class Acts:
    """What use cases do to a store, and all that they ask for."""

    def __init__(self, tx: Tx, chance: random.Random, now: datetime) -> None:
        self.tx, self.chance, self.now = tx, chance, now

    def some(self, get: Callable[[int], T]) -> T | None:
        try:
            return get(self.chance.randint(1, FEW))
        except NotFound:
            return None

    def later(self, most: int = 9) -> datetime:
        return self.now + timedelta(seconds=self.chance.randint(-most, most))

    def lane(self) -> Lane:
        kind = self.chance.choice((LaneKind.THREAD, LaneKind.CARD, LaneKind.CONTACT))
        return self.tx.outbox.lane(kind, self.chance.randint(1, LANES), TEAM)

    def look(self) -> object:
        tx = self.tx
        asked: list[object] = [
            tx.conversations.with_ticket_of(who, "console", channel)
            for who in PEOPLE
            for channel in CHANNELS
        ]
        asked += [tx.conversations.in_thread("console", c, t) for c in CHANNELS for t in THREADS]
        for number in range(1, FEW + 1):
            asked += [tx.tickets.open_of(number), tx.messages.last_said(number)]
            asked += [tx.threads.of_ticket(number), tx.threads.of_takeover(number)]
            asked += [tx.tags.of(number), tx.messages.last_id(number)]
            asked += [self.at(tx.conversations.get, number), self.at(tx.tickets.get, number)]
        for number in range(1, 3 * LANES + 1):
            asked += [self.at(tx.outbox.get_lane, number), tx.outbox.next(number)]
            asked.append(tx.outbox.unfinished(number, "message:1:"))
            for subject in SUBJECTS:
                asked += [tx.outbox.pending(number, subject), tx.outbox.copy(number, subject)]
        asked += [tx.desk.version, tx.desk.get(), tx.outbox.paused_until("console", "shop")]
        asked += [self.tx.people.get(one) for one in PEOPLE]
        asked += [tx.blocks.get(one) for one in PEOPLE]
        asked += [tx.sources.get("console", one) for one in CHANNELS]
        asked += [tx.threads.at("console", "team", one) for one in THREADS]
        return asked

    def at(self, get: Callable[[int], T], number: int) -> T | None:
        try:
            return get(number)
        except NotFound:
            return None

    def begins(self) -> object:
        return self.tx.conversations.add(
            Conversation(
                workspace="console",
                channel=self.chance.choice(CHANNELS),
                thread=self.chance.choice((*THREADS, None)),
                contact=self.chance.choice(PEOPLE),
                contact_name=self.chance.choice(NAMES),
                started_at=self.now,
                last_message_at=self.later(),
            )
        )

    def moves(self) -> object:
        if found := self.some(self.tx.conversations.lock):
            facts: Any = self.chance.choice(
                (
                    {"channel": "shop"},
                    {"channel": "help"},
                    {"thread": "2"},
                    {"contact_name": self.chance.choice(NAMES)},
                    {"contact": self.chance.choice(PEOPLE)},
                    {"last_message_at": self.later()},
                )
            )
            self.tx.conversations.put(replace(found, **facts))
        return found

    def ticket(self) -> object:
        found = self.some(self.tx.conversations.lock)
        if found is None:
            return None
        inactivity_at = self.chance.choice((None, self.later(60)))
        if opened := self.tx.tickets.open_of(found.id):
            status = self.chance.choice((Status.CLOSED, Status.AWAITING, Status.IN_PROGRESS))
            changed = replace(opened, status=status, inactivity_at=inactivity_at)
            self.tx.tickets.put(changed)
            return changed
        last = self.tx.tickets.last_of(found.id)
        if last and self.chance.random() < 0.5:
            self.tx.tickets.put(replace(last, status=Status.OPEN))
            return last
        return self.tx.tickets.add(
            Ticket(
                conversation_id=found.id,
                team="support",
                signal="keyword",
                reason=self.chance.choice(WORDS),
                opened_at=self.now,
                restarted_at=self.now,
                inactivity_at=inactivity_at,
            )
        )

    def reopens(self) -> object:
        """One ticket closes as an older one opens, without a question in between."""
        one, two = (self.some(self.tx.tickets.get) for _ in range(2))
        if not one or not two or one.conversation_id != two.conversation_id:
            return None
        if not one.is_open or two.is_open:
            return None
        self.tx.tickets.put(replace(two, reason=self.chance.choice(WORDS)))
        self.tx.tickets.put(replace(one, status=Status.CLOSED, reason="gone"))
        self.tx.tickets.put(replace(two, status=Status.OPEN))
        return two

    def tags(self) -> object:
        if found := self.some(self.tx.tickets.get):
            tags = self.chance.sample(WORDS, self.chance.randint(0, 2))
            self.tx.tags.put(found.number, tags)
            return self.tx.tags.of(found.number), self.tx.tags.used(9)
        return None

    def says(self) -> object:
        if found := self.some(self.tx.conversations.get):
            return self.tx.messages.add(
                Message(
                    conversation_id=found.id,
                    author=self.chance.choice(tuple(Author)),
                    author_id=self.chance.choice(PEOPLE),
                    author_name="",
                    text=self.chance.choice(WORDS),
                    source_id=self.chance.choice((None, "s1", "s2")),
                    at=self.now,
                )
            )
        return None

    def edits(self) -> object:
        if found := self.some(self.tx.messages.get):
            self.tx.messages.add_revision(found.id, found.text, self.now)
            delivery = self.chance.choice((None, Delivery.PENDING))
            self.tx.messages.put(
                replace(found, text=self.chance.choice(WORDS), delivery=delivery, slow=False)
            )
            return self.tx.messages.revisions(found.id)
        return self.tx.messages.find_source("console", "shop", "s1")

    def threads(self) -> object:
        if found := self.some(self.tx.threads.get):
            changed = replace(
                found,
                anchor=self.chance.choice(THREADS),
                cut_off=self.chance.random() < 0.2,
            )
            self.tx.threads.put(changed)
        ticket = self.some(self.tx.tickets.get)
        if ticket is None:
            return None
        return self.tx.threads.add(
            Thread(
                conversation_id=ticket.conversation_id,
                ticket_number=self.chance.choice((None, ticket.number)),
                team="support",
                workspace="console",
                channel="team",
                opened_at=self.now,
                predecessor_id=found.id if found else None,
            )
        )

    def notes(self) -> object:
        if found := self.some(self.tx.notes.get):
            self.tx.notes.put(replace(found, text=self.chance.choice(WORDS)))
        if talk := self.some(self.tx.conversations.get):
            note = Note(
                conversation_id=talk.id,
                author_id="x",
                author_name="X",
                text=self.chance.choice(WORDS),
                at=self.now,
            )
            return self.tx.notes.add(note), self.tx.notes.of(talk.id)
        return None

    def logs(self) -> object:
        talk = self.some(self.tx.conversations.get)
        event = Event(
            at=self.now,
            kind="noted",
            actor=self.chance.choice(PEOPLE),
            conversation_id=talk.id if talk else None,
            line=self.chance.choice(WORDS),
            data={"a": self.chance.choice(WORDS)},
        )
        return self.tx.events.add(event)

    def log(self) -> object:
        return self.tx.events.recent(5)

    def queues(self) -> object:
        where = self.lane()
        for _ in range(self.chance.choice((1, 1, 1, 20))):
            delay = timedelta(seconds=self.chance.choice((0, 0, 5)))
            self.tx.outbox.add(
                where, self.chance.choice(SUBJECTS), order_at=self.later(), delay=delay
            )
        return self.tx.outbox.next(where.id)

    def sends(self) -> object:
        where = self.lane()
        for _ in range(self.chance.choice((1, 2, 15))):
            if head := self.tx.outbox.next(where.id):
                state = self.chance.choice((State.SENDING, State.DONE, State.DEAD, State.PENDING))
                self.tx.outbox.put_effect(replace(head, state=state, due_at=self.now))
                self.copies(where, head)
        return self.tx.outbox.get_lane(where.id)

    def copies(self, where: Lane, head: Effect) -> None:
        self.tx.outbox.put_copy(
            Copy(
                lane_id=where.id,
                subject=head.subject,
                workspace="console",
                channel="team",
                platform_id=str(head.id),
                digest="",
                deleted=self.chance.random() < 0.2,
            )
        )

    def hastens(self) -> object:
        where = self.lane()
        for subject in SUBJECTS:
            if found := self.tx.outbox.pending(where.id, subject):
                self.tx.outbox.hasten(found, timedelta())
        return self.tx.outbox.backlog(self.now), self.tx.outbox.copies(where.id, "message:")

    def withdraws(self) -> object:
        where = self.lane()
        if self.chance.random() < 0.5:
            self.tx.outbox.kill(where.id, "message:1:1", "no")
        return self.tx.outbox.withdraw(where, "message:"), self.tx.outbox.dead(5)

    def holds(self) -> object:
        where, who = self.lane(), self.chance.choice(("me", "you"))
        if self.chance.random() < 0.5:
            until = self.now + timedelta(seconds=30)
            return self.tx.outbox.lease(where.id, who, until, self.now)
        self.tx.outbox.release(where.id, who)
        return self.tx.outbox.owners()

    def suspends(self) -> object:
        where = self.tx.outbox.get_lane(self.lane().id)
        problem = self.chance.choice(("", "", "gone"))
        self.tx.outbox.put_lane(replace(where, suspended=problem, failures=where.failures + 1))
        return self.tx.outbox.suspended()

    def counts(self) -> object:
        key = self.chance.choice(WORDS)
        self.tx.meta.put(key, self.chance.choice((None, key)))
        self.tx.outbox.pause("console", "shop", self.later(50))
        return self.tx.meta.get(key), self.tx.meta.count(key, 1), self.tx.first_sight(key)

    def sees(self) -> object:
        return [self.tx.first_sight(f"{self.chance.randint(1, 40)}") for _ in range(3)]

    def people(self) -> object:
        who = self.chance.choice(PEOPLE)
        groups = tuple(self.chance.sample(("console:g", "console:h"), self.chance.randint(0, 2)))
        self.tx.people.put(Person(id=who, name=self.chance.choice(NAMES), groups=groups))
        self.tx.people.set_away(who, away=self.chance.random() < 0.5)
        return self.tx.people.away(), self.tx.people.in_groups(["console:g"])

    def blocks(self) -> object:
        who = self.chance.choice(PEOPLE)
        if self.chance.random() < 0.5:
            self.tx.blocks.put(Block(contact=who, name="", by="x", at=self.now))
        self.tx.blocks.kept_out(who)
        if self.chance.random() < 0.3:
            return self.tx.blocks.remove(who)
        return self.tx.blocks.get(who)

    def sources(self) -> object:
        channel = self.chance.choice(CHANNELS)
        self.tx.sources.watch("console", channel, "", "0")
        if found := self.tx.sources.get("console", channel):
            catching_up = self.chance.random() < 0.2
            self.tx.sources.put(replace(found, mark=str(self.now), catching_up=catching_up))
        return self.tx.sources.of("console")

    def posts(self) -> object:
        content = Post(voice="line", text=self.chance.choice(WORDS))
        if self.chance.random() < 0.5:
            key = str(self.chance.randint(1, 20))
            return self.tx.posts.add(TEAM, "x", content, key, self.now)
        number = self.chance.randint(1, FEW)
        return self.tx.posts.edit(number, content), self.tx.posts.get(number)

    def desk(self) -> object:
        return self.tx.desk.put(Desk(practice=self.chance.random() < 0.5))

    def searches(self) -> object:
        query = Query(words=(self.chance.choice((*WORDS, *NAMES)).lower(),))
        return self.tx.search.tickets(query, me="x", teams=None, limit=9)

    def closes(self) -> object:
        """As silent tickets are: one batch."""
        due = self.tx.tickets.inactive(self.now, 100)
        for ticket in due:
            talk = self.tx.conversations.lock(ticket.conversation_id)
            closed = replace(
                ticket, status=Status.CLOSED, inactivity_at=None, close_reason=f"silence {talk.id}"
            )
            self.tx.tickets.put(closed)
            event = Event(
                at=self.now, kind="closed", actor="x", ticket_number=ticket.number, data={}
            )
            self.tx.events.add(event)
            thread = self.tx.threads.of_ticket(ticket.number)
            if thread:
                where = self.tx.outbox.lane(LaneKind.CARD, thread.id, TEAM)
                if not self.tx.outbox.pending(where.id, "card"):
                    self.tx.outbox.add(where, "card", order_at=self.now)
        return due

    def erases(self) -> object:
        privacy, talk = self.tx.privacy, self.chance.randint(1, FEW)
        said = [one.id for one in self.tx.messages.of(talk)]
        privacy.forget_messages(said)
        privacy.forget_notes([one.id for one in self.tx.notes.of(talk)])
        privacy.forget_words(talk)
        for where in privacy.lanes(talk):
            privacy.forget_lane(where.id)
            privacy.hide_lane(where.id)
        privacy.forget_person(self.chance.choice(PEOPLE), [])
        privacy.forget_outlived(talk, self.now)
        return said

    def outlives(self) -> object:
        found = self.tx.privacy.outlived_events(self.now, 3)
        for event in found:
            self.tx.privacy.put_event(replace(event, line="", bare=True))
        where = self.lane()
        self.tx.privacy.forget_sent(where.id, "message:1:1")
        return found, self.tx.privacy.lanes(1)

    def refers_to_nothing(self) -> object:
        return self.tx.events.add(
            Event(at=self.now, kind="x", actor="x", conversation_id=404, data={})
        )

    def does_not_fit(self) -> object:
        """No database keeps such a number."""
        found = self.some(self.tx.messages.get)
        if found:
            self.tx.messages.put(replace(found, epoch=1 << 70))
        return found


# What is done, and how often.
ACTS = {
    **dict.fromkeys(("queues", "sends", "says", "ticket", "logs", "moves"), 6),
    **dict.fromkeys(("begins", "threads", "notes", "holds", "hastens", "reopens"), 3),
    **dict.fromkeys(
        ("withdraws", "suspends", "counts", "sees", "people", "searches", "tags", "erases"), 2
    ),
    **dict.fromkeys(("edits", "blocks", "sources", "posts", "desk", "closes", "log"), 2),
    **dict.fromkeys(("outlives", "refers_to_nothing", "does_not_fit"), 1),
}


def plain(value: object) -> object:
    """Without what differs from one store to another, and matters to nobody."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Effect):
        return replace(value, key="")
    if isinstance(value, Copy):
        return replace(value, id=0)
    if isinstance(value, Lane) and value.owner:
        return replace(value, due_at=None)  # set when it is let go of
    return value
