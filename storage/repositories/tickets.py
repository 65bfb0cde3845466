"""Tickets: their numbers, the queue, and those whose time has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Select, bindparam, exists, func, literal_column, select, union

from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.domain.values import replace
from storage import tables
from storage.repositories import batch, conversations
from storage.rows import Repository, Rows, locked
from storage.session import Session
from storage.upserts import Upsert

_ROWS = Rows(tables.Tickets, Ticket, key="number")
_C = _ROWS.table.c
_CONVERSATIONS = tables.table(tables.Conversations)
_COUNTERS = tables.table(tables.Counters)
_SOURCES = tables.table(tables.Sources).c

_NUMBER = Upsert(
    _COUNTERS, ["name"], lambda _new, old: {"value": old.value + 1}, returning=["value"]
)


def _load(column: Column[Any], *more: Any) -> Select[Any]:
    """How many open tickets each of `people` has by a column."""
    return (
        select(column, func.count())
        .where(_IS_OPEN, ~_C.practice, column.in_(bindparam("people", expanding=True)), *more)
        .group_by(column)
    )


def _different(column: Column[Any]) -> Select[Any]:
    """Whoever stands in a column of open tickets: one step through its index for each of them,
    however many tickets they have.
    """
    least = select(func.min(column).label("person")).where(_IS_OPEN)
    walk = least.cte("walk", recursive=True)
    after = least.where(column > walk.c.person).scalar_subquery()
    walk = walk.union_all(select(after).where(walk.c.person.is_not(None)))
    return select(walk.c.person).where(walk.c.person.is_not(None))


_IS_OPEN = _C.status != literal_column("'closed'")
_OF_CONVERSATION = _ROWS.select.where(_C.conversation_id == bindparam("conversation_id"))
_OPEN_OF = _OF_CONVERSATION.where(_IS_OPEN)
_LAST_OF = _OF_CONVERSATION.order_by(_C.number.desc()).limit(1)
_OF_CONTACT = (
    _ROWS.select.join(_CONVERSATIONS, _CONVERSATIONS.c.id == _C.conversation_id)
    .where(_CONVERSATIONS.c.contact == bindparam("contact"))
    .order_by(_C.number)
)
_LATEST_OF_CONTACT = (
    _ROWS.select.join(_CONVERSATIONS, _CONVERSATIONS.c.id == _C.conversation_id)
    .where(_CONVERSATIONS.c.contact == bindparam("contact"))
    .order_by(_C.number.desc())
    .limit(bindparam("limit"))
)
# As the index has it: `practice = 1` would not be found by it.
_PRACTICE = _ROWS.select.where(literal_column("practice"), _IS_OPEN).order_by(_C.number)
_TALLY = (
    select(_C.status, _C.team, func.count())
    .where(_IS_OPEN, ~_C.practice)
    .group_by(_C.status, _C.team)
)
# Two questions: of one with OR, SQLite would walk along the numbers of all tickets.
_THEIRS = union(
    *(
        select(_C.number).where(_IS_OPEN, column == bindparam("person"))
        for column in (_C.holder, _C.assigned)
    )
)
_OF_ATTENDANT = _ROWS.select.where(_C.number.in_(_THEIRS)).order_by(_C.number)
_UNASSIGNED = (
    _ROWS.select.where(
        _IS_OPEN,
        _C.team == bindparam("team"),
        _C.status == literal_column("'open'"),
        ~_C.practice,
        _C.assigned.is_(None),
    )
    .order_by(_C.due_at.is_(None), _C.due_at, _C.number)
    .limit(bindparam("limit"))
)
# Team and number are expressions here, so that those opened lately are looked through: the queue,
# or all tickets up to this one, may be long.
_BEGUN = (
    select(_C.number)
    .where(
        _C.opened_at >= bindparam("since"),
        _IS_OPEN,
        _C.team.concat("") == bindparam("team"),
        _C.signal == bindparam("signal"),
        _C.number + 0 < bindparam("below"),
    )
    .limit(1)
)
_NUMBERS = select(_C.number).where(_IS_OPEN, _C.team == bindparam("team")).limit(bindparam("limit"))
_HOLDERS, _ASSIGNED = _different(_C.holder), _different(_C.assigned)
_HOLD = _load(_C.holder)
_SHOULD_TAKE = _load(_C.assigned, _C.holder.is_(None))
# The team is an expression here, so that the walk goes along the index of conversations: by that of
# the queue each of its batches would sort all the tickets of the team.
_OPEN_AFTER = (
    _ROWS.select.where(
        _IS_OPEN,
        _C.team.concat("") == bindparam("team"),
        _C.conversation_id > bindparam("after"),
    )
    .order_by(_C.conversation_id)
    .limit(bindparam("limit"))
)
_CATCHING_UP = exists().where(
    _SOURCES.workspace == _CONVERSATIONS.c.workspace,
    _SOURCES.channel == _CONVERSATIONS.c.channel,
    _SOURCES.thread == literal_column("''"),
    _SOURCES.catching_up,
)


class _Due:
    """The tickets whose time in one column has come.

    The conversation is always locked before its ticket, here as well; only then is the ticket read,
    so that what it waited for is seen.
    """

    def __init__(self, column: Any) -> None:
        is_due = column <= bindparam("now")
        self._claim = (
            select(_CONVERSATIONS.c.id)
            .join(_ROWS.table, _CONVERSATIONS.c.id == _C.conversation_id)
            .where(is_due, ~_CATCHING_UP)
            .order_by(column, _C.number)
            .limit(bindparam("limit"))
            .with_for_update(of=_CONVERSATIONS, key_share=True, skip_locked=True)
        )
        held = _C.conversation_id.in_(bindparam("held", expanding=True))
        self._read = locked(_ROWS.select.where(is_due, held).order_by(column, _C.number))

    def of(self, session: Session, now: datetime, limit: int) -> list[Ticket]:
        held = session.run(self._claim, now=now, limit=limit).scalars()
        due = _ROWS.learn(session, self._read, now=now, held=held) if held else []
        session.held.update((_ROWS.table, ticket.number) for ticket in due)
        session.held.update((_CONVERSATIONS, one) for one in held)
        return due


_INACTIVE = _Due(_C.inactivity_at)
_PROMISED = _Due(_C.sla_at)
_UNCLAIMED = _Due(_C.ladder_at)


class Tickets(Repository):
    def add(self, ticket: Ticket) -> Ticket:
        number = _NUMBER.run(self.session, name="ticket", value=1).scalar_one()
        numbered = replace(ticket, number=number)
        _ROWS.insert(self.session, numbered)
        self._keep_open(numbered)
        self.session.topics.add("tickets")
        return numbered

    def get(self, number: int) -> Ticket:
        return _ROWS.get(self.session, number)

    def lock(self, number: int) -> Ticket:
        return _ROWS.lock(self.session, number)

    def put(self, ticket: Ticket) -> None:
        self.session.topics.add("tickets")
        before: Ticket | None = self.session.known.rows[_ROWS.table].get(ticket.number)
        if ticket.is_open and before and not before.is_open:
            self.session.flush()  # of one conversation the other one has to be closed first
        _ROWS.put(self.session, ticket)
        self._keep_open(ticket)

    def open_of(self, conversation_id: int) -> Ticket | None:
        kept = self.session.known.kept[_ROWS.table]
        if conversation_id not in kept:
            found = _ROWS.first(self.session, _OPEN_OF, conversation_id=conversation_id)
            kept[conversation_id] = found.number if found else None
        return None if kept[conversation_id] is None else self.get(kept[conversation_id])

    def last_of(self, conversation_id: int) -> Ticket | None:
        return _ROWS.first(self.session, _LAST_OF, conversation_id=conversation_id)

    def numbers(self, team: str, limit: int) -> list[int]:
        return sorted(self.session.run(_NUMBERS, team=team, limit=limit).scalars())

    def of_contact(self, contact: str) -> list[Ticket]:
        return _ROWS.all(self.session, _OF_CONTACT, contact=contact)

    def latest_of_contact(self, contact: str, limit: int) -> list[Ticket]:
        return _ROWS.all(self.session, _LATEST_OF_CONTACT, contact=contact, limit=limit)

    def practice(self) -> list[Ticket]:
        return _ROWS.all(self.session, _PRACTICE)

    def page(
        self,
        *,
        statuses: Sequence[Status],
        team: str,
        contact: str,
        below: int | None,
        limit: int,
    ) -> list[Ticket]:
        wanted = _OF_CONTACT if contact else _ROWS.select
        if statuses:
            wanted = wanted.where(_C.status.in_([one.value for one in statuses]))
        if team:
            wanted = wanted.where(_C.team == team)
        if below is not None:
            wanted = wanted.where(_C.number < below)
        newest = wanted.order_by(None).order_by(_C.number.desc()).limit(limit)
        return _ROWS.all(self.session, newest, **({"contact": contact} if contact else {}))

    def open_after(self, team: str, conversation_id: int, limit: int) -> list[Ticket]:
        return _ROWS.all(self.session, _OPEN_AFTER, team=team, after=conversation_id, limit=limit)

    def inactive(self, now: datetime, limit: int) -> list[Ticket]:
        due = _INACTIVE.of(self.session, now, limit)
        if due:
            batch.begin(self.session, due)
        return due

    def promised(self, now: datetime, limit: int) -> list[Ticket]:
        return _PROMISED.of(self.session, now, limit)

    def unclaimed(self, now: datetime, limit: int) -> list[Ticket]:
        return _UNCLAIMED.of(self.session, now, limit)

    def unassigned(self, team: str, limit: int) -> list[Ticket]:
        return _ROWS.all(self.session, _UNASSIGNED, team=team, limit=limit)

    def of_attendant(self, person: str) -> list[Ticket]:
        return _ROWS.all(self.session, _OF_ATTENDANT, person=person)

    def begun(self, team: str, signal: str, since: datetime, *, below: int) -> bool:
        facts = {"team": team, "signal": signal, "since": since, "below": below}
        return self.session.run(_BEGUN, **facts).fetchone() is not None

    def responsible(self) -> list[str]:
        found = (self.session.run(walk).scalars() for walk in (_HOLDERS, _ASSIGNED))
        return list(dict.fromkeys(person for people in found for person in people))

    def tally(self) -> Mapping[tuple[str, str], int]:
        return {(status, team): count for status, team, count in self.session.run(_TALLY)}

    def load(self, people: Sequence[str]) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for statement in (_HOLD, _SHOULD_TAKE):
            for person, count in self.session.run(statement, people=list(people)):
                found[person] += count
        return found

    def _keep_open(self, ticket: Ticket) -> None:
        """Which ticket of a conversation is open is asked with every message."""
        kept = self.session.known.kept[_ROWS.table]
        before = kept.get(ticket.conversation_id, "unknown")
        if ticket.is_open:
            kept[ticket.conversation_id] = ticket.number
        elif before == ticket.number:
            kept[ticket.conversation_id] = None
        if before != kept.get(ticket.conversation_id, ""):
            conversations.with_ticket(self.session).clear()
