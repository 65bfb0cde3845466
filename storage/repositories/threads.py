"""What is only for the team: threads, notes, summaries, and the log of events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, literal_column, or_, select

from bot.domain.summary import Summary
from bot.domain.thread import OPENING, Event, Note, Thread
from bot.ports.repositories.threads import Sought
from storage import tables
from storage.rows import Repository, Rows
from storage.session import Session

_THREADS = Rows(tables.Threads, Thread)
_T = _THREADS.table.c
_CURRENT = _THREADS.select.where(~_T.cut_off).order_by(_T.id.desc()).limit(1)
_OF_TICKET = _CURRENT.where(_T.ticket_number == bindparam("number"))
_OF_TICKETS = _THREADS.select.where(
    ~_T.cut_off, _T.ticket_number.in_(bindparam("numbers", expanding=True))
).order_by(_T.id)
_OF_TAKEOVER = _CURRENT.where(
    _T.conversation_id == bindparam("conversation_id"), _T.ticket_number.is_(None)
)
_TICKETS = tables.table(tables.Tickets).c
_IS_OPEN = _TICKETS.status != literal_column("'closed'")
# The place is an expression here, so that the walk goes along the open tickets: the threads that
# ever stood in a channel may be many more.
_STANDING = _THREADS.select.where(
    _T.conversation_id.in_(select(_TICKETS.conversation_id).where(_IS_OPEN)),
    or_(_T.ticket_number.is_(None), _T.ticket_number.in_(select(_TICKETS.number).where(_IS_OPEN))),
    _T.workspace.concat("") == bindparam("workspace"),
    _T.channel.concat("") == bindparam("channel"),
    ~_T.cut_off,
).order_by(_T.id)
_UNNAMED = _THREADS.select.where(
    _T.workspace == bindparam("workspace"),
    _T.channel == bindparam("channel"),
    _T.anchor.is_(None),
    ~_T.cut_off,
).order_by(_T.id)
_AT = (
    _THREADS.select.where(
        _T.workspace == bindparam("workspace"),
        _T.channel == bindparam("channel"),
        _T.anchor == bindparam("anchor"),
    )
    .order_by(_T.id.desc())
    .limit(1)
)

_NOTES = Rows(tables.Notes, Note)
_N = _NOTES.table.c
_NOTES_OF = _NOTES.select.where(
    _N.conversation_id == bindparam("conversation_id"), _N.deleted_at.is_(None)
).order_by(_N.id)
_NOTES_AT = (
    _NOTES.select.join(_THREADS.table, _T.id == _N.thread_id)
    .where(_T.workspace == bindparam("workspace"), _T.channel == bindparam("channel"))
    .order_by(_N.id.desc())
)
_NOTE_BY_SOURCE = _NOTES_AT.where(_N.source_id == bindparam("source_id")).limit(1)
_NOTES_LATELY = _NOTES_AT.where(_N.deleted_at.is_(None), _N.source_id.is_not(None)).limit(
    bindparam("limit")
)

_SUMMARIES = Rows(tables.Summaries, Summary)
_LATEST = (
    _SUMMARIES.select.where(_SUMMARIES.table.c.ticket_number == bindparam("number"))
    .order_by(_SUMMARIES.table.c.id.desc())
    .limit(1)
)

_EVENTS = Rows(tables.Events, Event)
_E = _EVENTS.table.c
_EVENTS_OF = _EVENTS.select.where(_E.ticket_number == bindparam("number")).order_by(_E.id)
_EVENTS_SINCE = _EVENTS_OF.where(_E.at >= bindparam("since"))
_OPENING = (
    _EVENTS.select.where(
        _E.ticket_number == bindparam("number"),
        _E.thread_id == bindparam("thread_id"),
        _E.kind.in_([literal_column(f"'{kind}'") for kind in OPENING]),
    )
    .order_by(_E.id.desc())
    .limit(1)
)
_RECENT = _EVENTS.select.order_by(_E.id.desc()).limit(bindparam("limit"))


def foresee(session: Session, numbers: Sequence[int]) -> list[Thread]:
    """Know the current thread of each of these tickets."""
    found = {
        thread.ticket_number: thread
        for thread in _THREADS.learn(session, _OF_TICKETS, numbers=numbers)
    }
    for number in numbers:
        _THREADS.answer(session, _OF_TICKET, (number,), found.get(number))
    return list(found.values())


class Threads(Repository):
    def add(self, thread: Thread) -> Thread:
        return _THREADS.add(self.session, thread)

    def get(self, thread_id: int) -> Thread:
        return _THREADS.get(self.session, thread_id)

    def put(self, thread: Thread) -> None:
        _THREADS.put(self.session, thread)

    def of_ticket(self, number: int) -> Thread | None:
        return _THREADS.sought(self.session, _OF_TICKET, number=number)

    def of_takeover(self, conversation_id: int) -> Thread | None:
        return _THREADS.sought(self.session, _OF_TAKEOVER, conversation_id=conversation_id)

    def standing(self, workspace: str, channel: str) -> list[Thread]:
        return _THREADS.all(self.session, _STANDING, workspace=workspace, channel=channel)

    def unnamed(self, workspace: str, channel: str) -> list[Thread]:
        return _THREADS.all(self.session, _UNNAMED, workspace=workspace, channel=channel)

    def at(self, workspace: str, channel: str, anchor: str) -> Thread | None:
        return _THREADS.sought(
            self.session, _AT, workspace=workspace, channel=channel, anchor=anchor
        )


class Notes(Repository):
    def add(self, note: Note) -> Note:
        return _NOTES.add(self.session, note)

    def get(self, note_id: int) -> Note:
        return _NOTES.get(self.session, note_id)

    def put(self, note: Note) -> None:
        _NOTES.put(self.session, note)

    def of(self, conversation_id: int) -> list[Note]:
        return _NOTES.all(self.session, _NOTES_OF, conversation_id=conversation_id)

    def find_source(self, workspace: str, channel: str, source_id: str) -> Note | None:
        return _NOTES.first(
            self.session,
            _NOTE_BY_SOURCE,
            workspace=workspace,
            channel=channel,
            source_id=source_id,
        )

    def lately(self, workspace: str, channel: str, limit: int) -> list[Note]:
        return _NOTES.all(
            self.session, _NOTES_LATELY, workspace=workspace, channel=channel, limit=limit
        )


class Summaries(Repository):
    def add(self, summary: Summary) -> Summary:
        return _SUMMARIES.add(self.session, summary)

    def latest(self, ticket_number: int) -> Summary | None:
        return _SUMMARIES.sought(self.session, _LATEST, number=ticket_number)


class Events(Repository):
    def add(self, event: Event) -> Event:
        return _EVENTS.add(self.session, event)

    def get(self, event_id: int) -> Event:
        return _EVENTS.get(self.session, event_id)

    def of_ticket(self, number: int, *, since: datetime | None = None) -> list[Event]:
        if since is None:
            return _EVENTS.all(self.session, _EVENTS_OF, number=number)
        return _EVENTS.all(self.session, _EVENTS_SINCE, number=number, since=since)

    def opening(self, thread: Thread) -> Event | None:
        return _EVENTS.first(
            self.session, _OPENING, number=thread.ticket_number, thread_id=thread.id
        )

    def recent(self, limit: int) -> list[Event]:
        return _EVENTS.all(self.session, _RECENT, limit=limit)

    def search(self, sought: Sought, limit: int) -> list[Event]:
        asked: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
            (sought.actor, _E.actor.__eq__),
            (sought.ticket, _E.ticket_number.__eq__),
            (sought.kinds or None, _E.kind.in_),
            (sought.since, _E.at.__ge__),
            (sought.until, _E.at.__lt__),
            (sought.before, _E.id.__lt__),
        )
        wanted = [compare(value) for value, compare in asked if value is not None]
        statement = _EVENTS.select.where(*wanted).order_by(_E.id.desc()).limit(limit)
        return _EVENTS.all(self.session, statement)
