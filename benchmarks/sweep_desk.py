"""A desk with a long history, written straight into an empty database, a table at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    case,
    cast,
    func,
    insert,
    literal,
    null,
    select,
    text,
    update,
)

from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Channel, Desk, Hours, Inactivity, Priority, Targets, Team
from bot.domain.hours import WEEKDAYS
from bot.domain.message import Author, Delivery, Message
from bot.domain.promise import Clock, terms_of
from bot.domain.states import Status
from bot.domain.thread import Event, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import Lane, LaneKind
from bot.ports.repositories.platforms import Source
from bot.ports.store import Tx
from storage import engines, tables
from storage.mapping import Mapper

ALICE = "console:alice"
_OPEN_SHARE = 5  # one in so many tickets is open
_DAYS = 400  # over which those that are closed were opened, as many each day
_DAY = timedelta(days=1)
_TICKETS = tables.table(tables.Tickets)
_AROUND_THE_CLOCK = dict.fromkeys(WEEKDAYS, ("00:00-24:00",))


_TEAM = Team(
    name="support",
    workspace="console",
    channel="support",
    members=(ALICE,),
    supervisors=(ALICE,),
    sla={one: Targets(first_response=_DAY, resolution=5 * _DAY) for one in Priority},
    inactivity=Inactivity(warn_after=_DAY * 2, close_after=_DAY * 3),
    hours=Hours(timezone="Europe/Berlin", **_AROUND_THE_CLOCK),
)


def keep_desk(tx: Tx) -> None:
    """One team with promises and an inactivity policy, open around the clock in its time zone."""
    channel = Channel(workspace="console", channel="dm", team="support")
    tx.desk.put(Desk(teams=(_TEAM,), channels=(channel,)))


def fill(url: str, tickets: int) -> None:
    """Write tickets with their conversations, messages, threads and events. Those of the last half
    day are open.
    """
    engine = engines.engine(engines.address(url))
    now = datetime.now(UTC)
    closed = tickets - tickets // _OPEN_SHARE
    with engine.begin() as connection:
        for day in range(_DAYS):
            first, last = closed * day // _DAYS + 1, closed * (day + 1) // _DAYS
            then = now - (_DAYS - day) * _DAY
            _Filling(connection=connection, first=first, last=last, then=then).run()
        then = now - _DAY / 2
        still = _Filling(
            connection=connection, first=closed + 1, last=tickets, then=then, is_open=True
        )
        still.run()
        still.finish()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    engine.dispose()


def make_due(url: str, count: int) -> None:
    """Let the contacts of so many awaiting tickets have been silent, and warned, for too long."""
    past = datetime.now(UTC) - 4 * _DAY
    waiting = select(_TICKETS.c.number).where(_TICKETS.c.inactivity_at.is_not(None)).limit(count)
    engine = engines.engine(engines.address(url))
    with engine.begin() as connection:
        connection.execute(
            update(_TICKETS)
            .where(_TICKETS.c.number.in_(waiting.scalar_subquery()))
            .values(
                reply_delivered_at=past,
                warning_id=_TICKETS.c.last_reply_id,
                warned_at=past + 2 * _DAY,
                inactivity_at=past + 3 * _DAY,
            )
        )
    engine.dispose()


@dataclass(frozen=True, kw_only=True)
class _Filling:
    """Tickets that were opened at one time, open or all closed an hour later. Each table is written
    from one model row, with what differs as an expression over a row of numbers.
    """

    connection: Connection
    first: int
    last: int
    then: datetime
    is_open: bool = False

    def run(self) -> None:
        every = _numbers(self.first, self.last)
        self._conversations(every)
        self._tickets(every)
        self._messages(every)
        self._threads(every)
        if self.is_open:
            self._lanes(every)
            self._write(
                tables.Sources,
                Source(workspace="console", channel="", mark="1"),
                every,
                channel=literal("dm:").concat(every.c.i),
            )

    def finish(self) -> None:
        """Have what comes next numbered after what is there."""
        self.connection.execute(
            insert(tables.table(tables.Counters)).values(name="ticket", value=self.last)
        )
        if self.connection.dialect.name == "postgresql":
            self._move_sequences()

    def _conversations(self, every: CTE) -> None:
        i = every.c.i
        like = Conversation(
            workspace="console",
            channel="",
            direct=True,
            contact="",
            contact_name="Carol",
            started_at=self.then,
            last_message_at=self.then,
            mode=Mode.TICKET if self.is_open else Mode.AGENT,
        )
        self._write(
            tables.Conversations,
            like,
            every,
            id=i,
            channel=literal("dm:").concat(i),
            contact=literal("console:").concat(i),
        )

    def _tickets(self, every: CTE) -> None:
        """Of the open ones, a third each is open, in progress, and awaiting the contact."""
        i = every.c.i
        like = Ticket(
            conversation_id=0,
            team="support",
            signal="keyword",
            reason="The contact wrote “refund”.",
            opened_at=self.then,
            restarted_at=self.then,
            first_response=_DAY / 24,
            terms=terms_of(_TEAM, Priority.NORMAL).digest,
        )
        facts = self._standing(i) if self.is_open else {}
        if not self.is_open:
            like = replace(
                like,
                status=Status.CLOSED,
                last_holder=ALICE,
                closed_at=self.then + _DAY / 24,
                resolution=_DAY / 24,
                resolution_business=_DAY / 24,
            )
        self._write(
            tables.Tickets, like, every, number=i, conversation_id=i, last_reply_id=2 * i, **facts
        )

    def _standing(self, i: Any) -> dict[str, Any]:
        soon, waits = self.then + 3 * _DAY / 2, i % 3 == 2
        return {
            "status": case(
                (waits, Status.AWAITING.value),
                (i % 3 == 1, Status.IN_PROGRESS.value),
                else_=Status.OPEN.value,
            ),
            "holder": case((i % 3 != 0, ALICE)),
            "waiting_since": case((~waits, self.then)),
            "response_since": case((~waits, self.then)),
            "resolution_since": case((~waits, self.then)),
            "due_at": case((~waits, soon)),
            "due_clock": case((~waits, Clock.RESOLUTION.value)),
            "sla_at": case((~waits, soon)),
            "reply_delivered_at": case((waits, self.then)),
            "inactivity_at": case((waits, soon)),
        }

    def _messages(self, every: CTE) -> None:
        i = every.c.i
        question = Message(
            conversation_id=0,
            author=Author.CONTACT,
            author_id="console:carol",
            author_name="Carol",
            text="I would like a refund, please.",
            at=self.then,
        )
        answer = Message(
            conversation_id=0,
            author=Author.ATTENDANT,
            author_id=ALICE,
            author_name="Alice",
            text="It is on its way to you.",
            at=self.then,
            delivery=Delivery.DELIVERED,
            delivered_at=self.then,
        )
        for like, number in ((question, 2 * i - 1), (answer, 2 * i)):
            facts = {"id": number, "conversation_id": i, "ticket_number": i}
            self._write(tables.Messages, like, every, **facts)

    def _threads(self, every: CTE) -> None:
        i = every.c.i
        thread = Thread(
            conversation_id=0,
            team="support",
            workspace="console",
            channel="support",
            opened_at=self.then,
        )
        facts = {"conversation_id": i, "ticket_number": i}
        anchor = literal("t").concat(i)
        self._write(tables.Threads, thread, every, id=i, anchor=anchor, **facts)
        event = Event(at=self.then, kind="escalated", actor="baton", data={"status": "open"})
        self._write(tables.Events, event, every, id=i, thread_id=i, **facts)

    def _lanes(self, every: CTE) -> None:
        for kind in (LaneKind.CONTACT, LaneKind.THREAD, LaneKind.CARD):
            like = Lane(kind=kind, ref=0, workspace="console", channel="support")
            self._write(tables.Lanes, like, every, ref=every.c.i)

    def _write(self, model: Any, like: Any, numbers: CTE, **varying: Any) -> None:
        table = tables.table(model)
        row: dict[str, Any] = Mapper(type(like)).dump(like)
        if "id" in row and "id" not in varying:
            del row["id"]
        typed = self.connection.dialect.name == "postgresql"
        values = []
        for name, value in row.items():
            kind = table.c[name].type
            shown = varying.get(name, null() if value is None else literal(value, kind))
            values.append(cast(shown, kind) if typed else shown)
        self.connection.execute(
            insert(table).from_select(list(row), select(*values).select_from(numbers))
        )

    def _move_sequences(self) -> None:
        """What was written with its own id has to be known to the sequences."""
        for model in (tables.Conversations, tables.Messages, tables.Threads, tables.Events):
            table = tables.table(model)
            sequence = func.pg_get_serial_sequence(table.name, "id")
            self.connection.execute(
                select(func.setval(sequence, select(func.max(table.c.id)).scalar_subquery()))
            )


def _numbers(first: int, last: int) -> CTE:
    """A row for each number."""
    start = select(literal(first).label("i")).cte("numbers", recursive=True)
    return start.union_all(select(start.c.i + 1).where(start.c.i < last))
