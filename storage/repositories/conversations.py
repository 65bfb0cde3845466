"""Conversations: who is in them, and which ones need attention."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, literal_column, select, union

from bot.domain.conversation import Conversation
from storage import tables
from storage.rows import Repository, Rows, begins, locked
from storage.session import Session

_ROWS = Rows(tables.Conversations, Conversation)
_C = _ROWS.table.c
_TICKETS = tables.table(tables.Tickets).c

_IN_THREAD = (
    _ROWS.select.where(
        _C.workspace == bindparam("workspace"),
        _C.channel == bindparam("channel"),
        _C.thread == bindparam("thread"),
    )
    .order_by(_C.id.desc())
    .limit(1)
)
_OF_CONTACT = (
    _ROWS.select.where(
        _C.contact == bindparam("contact"),
        _C.workspace == bindparam("workspace"),
        _C.channel == bindparam("channel"),
    )
    .order_by(_C.last_message_at.desc(), _C.id.desc())
    .limit(1)
)
_WITH_TICKET = _OF_CONTACT.where(
    exists().where(
        and_(_TICKETS.conversation_id == _C.id, _TICKETS.status != literal_column("'closed'"))
    )
)
_TAKEOVERS = locked(
    _ROWS.select.where(_C.takeover_until <= bindparam("now"))
    .order_by(_C.takeover_until, _C.id)
    .limit(bindparam("limit")),
    skip=True,
)
_ALL_OF_CONTACT = _ROWS.select.where(_C.contact == bindparam("contact")).order_by(_C.id)
_CALLED = (
    _ROWS.select.where(begins(func.lower(_C.contact_name)))
    .order_by(_C.id.desc())
    .limit(bindparam("limit"))
)
_IS_REAL = _C.workspace != literal_column("'practice'")
_RECENT = _ROWS.select.where(_IS_REAL).order_by(_C.id.desc()).limit(bindparam("limit"))
_WITH_AGENT = (
    _ROWS.select.where(
        _C.mode != literal_column("'ticket'"),
        _C.last_message_at >= bindparam("since"),
        _IS_REAL,
    )
    .order_by(_C.last_message_at.desc(), _C.id.desc())
    .limit(bindparam("limit"))
)
# Two questions, each along the index of what is in use: one with OR, or one that goes along the
# place, would read all that ever was there.
_HERE = (
    _C.workspace.concat("") == bindparam("workspace"),
    _C.channel.concat("") == bindparam("channel"),
)
_IN_USE = _ROWS.select.where(
    _C.id.in_(
        union(
            select(_TICKETS.conversation_id)
            .join(_ROWS.table, _C.id == _TICKETS.conversation_id)
            .where(_TICKETS.status != literal_column("'closed'"), *_HERE),
            select(_C.id).where(
                _C.mode != literal_column("'ticket'"),
                _C.last_message_at >= bindparam("since"),
                *_HERE,
            ),
        )
    )
).order_by(_C.id)
_THESE = _ROWS.select.where(_C.id.in_(bindparam("ids", expanding=True)))
_HOLD = select(func.pg_advisory_xact_lock(bindparam("number")))


def foresee(session: Session, ids: Sequence[int]) -> None:
    """Know these; they are held already."""
    _ROWS.learn(session, _THESE, ids=ids)


def with_ticket(session: Session) -> dict[object, int | None]:
    """By contact and place: the conversation that has their open ticket, as far as it is known."""
    return session.known.kept[_ROWS.table]


def _whose(conversation: Conversation) -> tuple[str, str, str]:
    return conversation.contact, conversation.workspace, conversation.channel


class Conversations(Repository):
    def add(self, conversation: Conversation) -> Conversation:
        self.session.topics.add("conversations")
        return _ROWS.add(self.session, conversation)

    def get(self, conversation_id: int) -> Conversation:
        return _ROWS.get(self.session, conversation_id)

    def lock(self, conversation_id: int) -> Conversation:
        return _ROWS.lock(self.session, conversation_id)

    def put(self, conversation: Conversation) -> None:
        self.session.topics.add("conversations")
        before: Conversation | None = self.session.known.rows[_ROWS.table].get(conversation.id)
        _ROWS.put(self.session, conversation)
        kept, where = with_ticket(self.session), _whose(conversation)
        if before is None or _whose(before) != where:
            kept.clear()
        elif (
            kept.get(where) != conversation.id
            or conversation.last_message_at < before.last_message_at
        ):  # the newest of several may be another one now
            kept.pop(where, None)

    def in_thread(self, workspace: str, channel: str, thread: str) -> Conversation | None:
        return _ROWS.sought(
            self.session, _IN_THREAD, workspace=workspace, channel=channel, thread=thread
        )

    def latest_of(self, contact: str, workspace: str, channel: str) -> Conversation | None:
        return _ROWS.first(
            self.session, _OF_CONTACT, contact=contact, workspace=workspace, channel=channel
        )

    def with_ticket_of(self, contact: str, workspace: str, channel: str) -> Conversation | None:
        kept = with_ticket(self.session)
        if (asked := (contact, workspace, channel)) not in kept:
            facts = {"contact": contact, "workspace": workspace, "channel": channel}
            found = _ROWS.first(self.session, _WITH_TICKET, **facts)
            kept[asked] = found.id if found else None
        found_id = kept[asked]
        return None if found_id is None else self.get(found_id)

    def hold_contact(self, contact: str, workspace: str, channel: str) -> None:
        """A conversation that does not exist yet has no row to lock: hold a number instead."""
        if self.session.on_postgres:
            name = f"{contact}\n{workspace}\n{channel}".encode(errors="surrogatepass")
            digest = hashlib.blake2b(name, digest_size=8).digest()
            self.session.run(_HOLD, number=int.from_bytes(digest, signed=True))
            self.session.known.clear()  # it may have been waited for

    def takeovers_due(self, now: datetime, limit: int) -> list[Conversation]:
        return _ROWS.all(self.session, _TAKEOVERS, now=now, limit=limit)

    def in_use(self, workspace: str, channel: str, since: datetime) -> list[Conversation]:
        facts = {"workspace": workspace, "channel": channel, "since": since}
        return _ROWS.all(self.session, _IN_USE, **facts)

    def recent(self, limit: int) -> list[Conversation]:
        return _ROWS.all(self.session, _RECENT, limit=limit)

    def of_contact(self, contact: str) -> list[Conversation]:
        return _ROWS.all(self.session, _ALL_OF_CONTACT, contact=contact)

    def called(self, name: str, limit: int) -> list[Conversation]:
        return _ROWS.all(self.session, _CALLED, prefix=name.lower(), limit=limit)

    def with_agent(self, since: datetime, limit: int) -> list[Conversation]:
        return _ROWS.all(self.session, _WITH_AGENT, since=since, limit=limit)
