"""Messages, and what they said before they were edited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import bindparam, func, insert, literal_column, select

from bot.domain.message import Author, Message
from bot.ports.outbox import LaneKind
from storage import tables
from storage.mapping import storable
from storage.rows import Repository, Rows
from storage.session import Session

_ROWS = Rows(tables.Messages, Message)
_C = _ROWS.table.c
_CONVERSATIONS = tables.table(tables.Conversations)
_LANES = tables.table(tables.Lanes)
_REVISIONS = tables.table(tables.Revisions)

# Whom the contact talks to; what Baton tells them in between changes that not.
_SPEAKERS = (Author.AGENT, Author.ATTENDANT)
_BY_SOURCE = (
    _ROWS.select.where(
        _C.conversation_id == bindparam("conversation_id"), _C.source_id == bindparam("source_id")
    )
    .order_by(_C.id.desc())
    .limit(1)
)
_FIND_SOURCE = (
    _ROWS.select.join(_CONVERSATIONS, _CONVERSATIONS.c.id == _C.conversation_id)
    .where(
        _C.source_id == bindparam("source_id"),
        _CONVERSATIONS.c.workspace == bindparam("workspace"),
        _CONVERSATIONS.c.channel == bindparam("channel"),
    )
    .order_by(_C.id.desc())
    .limit(1)
)
_FIND_MOVED = (
    _ROWS.select.join(_LANES, _LANES.c.ref == _C.conversation_id)
    .where(
        _C.source_id == bindparam("source_id"),
        _LANES.c.kind == literal_column(f"'{LaneKind.CONTACT}'"),
        _LANES.c.workspace == bindparam("workspace"),
        _LANES.c.channel == bindparam("channel"),
    )
    .order_by(_C.id.desc())
    .limit(1)
)
_LATELY = (
    _ROWS.select.join(_CONVERSATIONS, _CONVERSATIONS.c.id == _C.conversation_id)
    .where(
        _C.source_id.is_not(None),
        _C.deleted_at.is_(None),
        _CONVERSATIONS.c.workspace == bindparam("workspace"),
        _CONVERSATIONS.c.channel == bindparam("channel"),
    )
    .order_by(_C.id.desc())
    .limit(bindparam("limit"))
)
_OF = _ROWS.select.where(
    _C.conversation_id == bindparam("conversation_id"),
    _C.id > bindparam("after"),
    _C.at >= bindparam("since"),
).order_by(_C.id)
_SLOW = (
    _ROWS.select.where(
        _C.delivery == literal_column("'pending'"), _C.at < bindparam("before"), ~_C.slow
    )
    .order_by(_C.at, _C.id)
    .limit(bindparam("limit"))
)
_LAST_ID = select(func.coalesce(func.max(_C.id), 0)).where(
    _C.conversation_id == bindparam("conversation_id")
)
_LAST_IDS = (
    select(_C.conversation_id, func.max(_C.id))
    .where(_C.conversation_id.in_(bindparam("ids", expanding=True)))
    .group_by(_C.conversation_id)
)
_LAST_SAID = (
    _ROWS.select.where(
        _C.conversation_id == bindparam("conversation_id"),
        _C.author.in_([literal_column(f"'{one}'") for one in _SPEAKERS]),
    )
    .order_by(_C.id.desc())
    .limit(1)
)
_ADD_REVISION = insert(_REVISIONS)
_REVISIONS_OF = (
    select(_REVISIONS.c.text, _REVISIONS.c.at)
    .where(_REVISIONS.c.message_id == bindparam("message_id"))
    .order_by(_REVISIONS.c.id)
)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def foresee(session: Session, conversation_ids: Sequence[int]) -> None:
    """Know the last id in each of these conversations, which are held."""
    session.foreseen.update({(_LAST_ID, one): 0 for one in conversation_ids})
    for conversation_id, last in session.run(_LAST_IDS, ids=conversation_ids):
        session.foreseen[_LAST_ID, conversation_id] = last


class Messages(Repository):
    def add(self, message: Message) -> Message:
        added = _ROWS.add(self.session, message)
        if (asked := (_LAST_ID, message.conversation_id)) in self.session.foreseen:
            self.session.foreseen[asked] = added.id
        if added.author in _SPEAKERS:
            self.session.known.kept[_ROWS.table][added.conversation_id] = added.id
        return added

    def get(self, message_id: int) -> Message:
        return _ROWS.get(self.session, message_id)

    def put(self, message: Message) -> None:
        _ROWS.put(self.session, message)

    def by_source(self, conversation_id: int, source_id: str) -> Message | None:
        return _ROWS.first(
            self.session, _BY_SOURCE, conversation_id=conversation_id, source_id=source_id
        )

    def find_source(self, workspace: str, channel: str, source_id: str) -> Message | None:
        return _ROWS.first(
            self.session, _FIND_SOURCE, workspace=workspace, channel=channel, source_id=source_id
        )

    def find_moved(self, workspace: str, channel: str, source_id: str) -> Message | None:
        return _ROWS.first(
            self.session, _FIND_MOVED, workspace=workspace, channel=channel, source_id=source_id
        )

    def lately(self, workspace: str, channel: str, limit: int) -> list[Message]:
        return _ROWS.all(self.session, _LATELY, workspace=workspace, channel=channel, limit=limit)

    def of(
        self, conversation_id: int, *, after: int = 0, since: datetime | None = None
    ) -> list[Message]:
        return _ROWS.all(
            self.session, _OF, conversation_id=conversation_id, after=after, since=since or _EVER
        )

    def last_said(self, conversation_id: int) -> Message | None:
        kept = self.session.known.kept[_ROWS.table]
        if conversation_id not in kept:
            found = _ROWS.first(self.session, _LAST_SAID, conversation_id=conversation_id)
            kept[conversation_id] = found.id if found else None
        return None if kept[conversation_id] is None else self.get(kept[conversation_id])

    def last_id(self, conversation_id: int) -> int:
        if (asked := (_LAST_ID, conversation_id)) in self.session.foreseen:
            return int(self.session.foreseen[asked])
        return int(self.session.run(_LAST_ID, conversation_id=conversation_id).scalar_one())

    def add_revision(self, message_id: int, text: str, at: datetime) -> None:
        self.session.run(_ADD_REVISION, message_id=message_id, text=storable(text), at=at)

    def revisions(self, message_id: int) -> list[tuple[str, datetime]]:
        rows = self.session.run(_REVISIONS_OF, message_id=message_id)
        return [(text, at) for text, at in rows]

    def slow(self, before: datetime, limit: int) -> list[Message]:
        return _ROWS.all(self.session, _SLOW, before=before, limit=limit)
