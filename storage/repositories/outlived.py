"""What has outlived its time. Nothing of an open ticket or a takeover is ever among it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, delete, literal_column, or_, select, update
from sqlalchemy import text as sql

from bot.domain.identity import Place
from bot.domain.message import Message
from bot.domain.thread import Event, Note
from bot.ports.outbox import State
from bot.ports.repositories.privacy import Carrier
from storage import tables
from storage.rows import Repository, Rows, begins

_MESSAGES = Rows(tables.Messages, Message)
_NOTES = Rows(tables.Notes, Note)
_EVENTS = Rows(tables.Events, Event)
_M, _N, _E = _MESSAGES.table.c, _NOTES.table.c, _EVENTS.table.c
_CONVERSATIONS = tables.table(tables.Conversations)
_TICKETS = tables.table(tables.Tickets)
_SUMMARIES = tables.table(tables.Summaries)
_EFFECTS = tables.table(tables.Effects)
_COPIES = tables.table(tables.Copies)
_POSTS = tables.table(tables.Posts)
_META = tables.table(tables.Meta)
_C = _CONVERSATIONS.c

_AT_REST = _C.mode == literal_column("'agent'")
_BEFORE: Any = bindparam("before")
_LIMIT: Any = bindparam("limit")
_OLD_MESSAGES = (
    _MESSAGES.select.join(_CONVERSATIONS, _C.id == _M.conversation_id)
    .where(_M.at < _BEFORE, _AT_REST)
    .order_by(_M.at, _M.id)
    .limit(_LIMIT)
)
_OLD_NOTES = (
    _NOTES.select.join(_CONVERSATIONS, _C.id == _N.conversation_id)
    .where(_N.at < _BEFORE, _AT_REST)
    .order_by(_N.at, _N.id)
    .limit(_LIMIT)
)
_OLD_EVENTS = (
    _EVENTS.select.outerjoin(_CONVERSATIONS, _C.id == _E.conversation_id)
    .where(sql("NOT bare"), _E.at < _BEFORE, or_(_C.id.is_(None), _AT_REST))
    .order_by(_E.at, _E.id)
    .limit(_LIMIT)
)
_CARRIERS = (
    select(*_MESSAGES.columns, _C.mode)
    .join(_CONVERSATIONS, _C.id == _M.conversation_id)
    .where(
        cast(_M.attachments, String) != literal_column("'[]'"),
        _M.at < _BEFORE,
        or_(_M.at > bindparam("at"), and_(_M.at == bindparam("at"), _M.id > bindparam("after"))),
    )
    .order_by(_M.at, _M.id)
    .limit(_LIMIT)
)
_NOTE_CARRIERS = (
    select(*_NOTES.columns, _C.mode)
    .join(_CONVERSATIONS, _C.id == _N.conversation_id)
    .where(
        cast(_N.attachments, String) != literal_column("'[]'"),
        _N.at < _BEFORE,
        _N.id > bindparam("after"),
    )
    .order_by(_N.id)
    .limit(_LIMIT)
)
_CLOSED = and_(
    _TICKETS.c.conversation_id == bindparam("conversation"),
    _TICKETS.c.status == literal_column("'closed'"),
    _TICKETS.c.closed_at < _BEFORE,
)
_FORGET_SUMMARIES = delete(_SUMMARIES).where(
    _SUMMARIES.c.ticket_number.in_(select(_TICKETS.c.number).where(_CLOSED))
)
_FORGET_REASONS = update(_TICKETS).where(_CLOSED).values(reason="", close_reason="")
_FORGET_COPIES = delete(_COPIES).where(
    _COPIES.c.lane_id == bindparam("lane"), begins(_COPIES.c.subject)
)
_FORGET_EFFECTS = delete(_EFFECTS).where(
    _EFFECTS.c.lane_id == bindparam("lane"),
    begins(_EFFECTS.c.subject),
    _EFFECTS.c.state.not_in([State.PENDING.value, State.SENDING.value]),
)
_DRAFTS = select(_META.c.key, _META.c.value).where(_META.c.key.startswith("draft:"))
_EVER = "1970-01-01T00:00:00+00:00"
_DIGITS = 9


class Outlived(Repository):
    def outlived_messages(self, before: datetime, limit: int) -> list[Message]:
        return _MESSAGES.all(self.session, _OLD_MESSAGES, before=before, limit=limit)

    def outlived_notes(self, before: datetime, limit: int) -> list[Note]:
        return _NOTES.all(self.session, _OLD_NOTES, before=before, limit=limit)

    def outlived_events(self, before: datetime, limit: int) -> list[Event]:
        return _EVENTS.all(self.session, _OLD_EVENTS, before=before, limit=limit)

    def carriers(self, before: datetime, mark: str, limit: int) -> list[Carrier]:
        """A mark is of the messages or, once these are done, of the notes."""
        what, at, after = (*mark.split(), "", "")[:3] if mark else ("messages", _EVER, "0")
        if what == "messages":
            facts = {"at": datetime.fromisoformat(at), "after": int(after)}
            rows = self.session.run(_CARRIERS, before=before, limit=limit, **facts).fetchall()
            if rows:
                return [_carrier(row) for row in rows]
            after = "0"
        rows = self.session.run(
            _NOTE_CARRIERS, before=before, limit=limit, after=int(after)
        ).fetchall()
        return [_note_carrier(row) for row in rows]

    def forget_outlived(self, conversation_id: int, before: datetime) -> None:
        for statement in (_FORGET_SUMMARIES, _FORGET_REASONS):
            self.session.run(statement, conversation=conversation_id, before=before)

    def forget_post(self, place: Place, platform_id: str) -> None:
        if not platform_id.isdecimal() or len(platform_id) > _DIGITS:
            return
        here = and_(
            _POSTS.c.id == int(platform_id),
            _POSTS.c.workspace == place.workspace,
            _POSTS.c.channel == place.channel,
        )
        self.session.run(delete(_POSTS).where(here))

    def forget_sent(self, lane_id: int, prefix: str) -> None:
        for statement in (_FORGET_COPIES, _FORGET_EFFECTS):
            self.session.run(statement, lane=lane_id, prefix=prefix)

    def forget_drafts(self, before: datetime) -> None:
        old = [key for key, kept in self.session.run(_DRAFTS) if _is_old(kept, before)]
        if old:
            self.session.run(delete(_META).where(_META.c.key.in_(old)))

    def put_event(self, event: Event) -> None:
        _EVENTS.put(self.session, event)

    def put_note(self, note: Note) -> None:
        _NOTES.put(self.session, note)


def _carrier(row: Sequence[Any]) -> Carrier:
    said = _MESSAGES.mapper.load(row[:-1])
    mark = f"messages {said.at.isoformat()} {said.id}"
    return Carrier(said=said, is_closed=row[-1] == "agent", mark=mark)


def _note_carrier(row: Sequence[Any]) -> Carrier:
    said = _NOTES.mapper.load(row[:-1])
    return Carrier(said=said, is_closed=row[-1] == "agent", mark=f"notes - {said.id}")


def _is_old(kept: str, before: datetime) -> bool:
    at = json.loads(kept).get("at")
    return at is None or datetime.fromisoformat(at) < before
