"""The schema, and nothing else. Statements are built on these tables in `storage.repositories`.

Enums are plain strings, spans of time are seconds, nested values are JSON. What is only a state
of the moment (due, leased, awaited) has a partial index, so that looking for it costs nothing
while there is none. Ids are never used twice, not even after an erasure.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Table, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

OPEN = "status <> 'closed'"
LIVE = "state IN ('pending', 'sending')"
WITH_FILES = "CAST(attachments AS VARCHAR) <> '[]'"
UNFINISHED = "progress <> 'done'"
_JSON = JSON(none_as_null=True)
_NEVER_AGAIN = {"sqlite_autoincrement": True}


def table(model: type[SQLModel]) -> Table:
    """The table behind a model."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


def _later(default: str) -> Any:
    """A column that came after the table: programs of before write rows without it."""
    return Field(sa_column_kwargs={"server_default": text(default)})


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class Conversations(SQLModel, table=True):
    __table_args__ = (
        Index("conversations_place", "workspace", "channel", "thread"),
        Index("conversations_contact", "contact", "workspace", "channel", "last_message_at"),
        _partial("conversations_active", "last_message_at", where="mode <> 'ticket'"),
        Index("conversations_started", "started_at"),
        _partial("conversations_takeover", "takeover_until", where="takeover_until IS NOT NULL"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    workspace: str
    channel: str
    thread: str | None
    direct: bool
    contact: str
    contact_name: str
    contact_avatar: str
    language: str = _later("''")
    mode: str
    epoch: int
    answers: int
    agent_after: int
    started_at: datetime
    last_message_at: datetime
    takeover_by: str | None
    takeover_until: datetime | None


class Tickets(SQLModel, table=True):
    __table_args__ = (
        _partial("tickets_one_open", "conversation_id", where=OPEN, unique=True),
        Index("tickets_conversation", "conversation_id"),
        _partial("tickets_queue", "team", "due_at", where=OPEN),
        _partial("tickets_inactivity", "inactivity_at", where="inactivity_at IS NOT NULL"),
        _partial("tickets_practice", "number", where=f"practice AND {OPEN}"),
        _partial("tickets_promised", "sla_at", where="sla_at IS NOT NULL"),
        _partial("tickets_ladder", "ladder_at", where="ladder_at IS NOT NULL"),
        _partial("tickets_holder", "holder", where=OPEN),
        _partial("tickets_assigned", "assigned", where=OPEN),
        Index("tickets_opened", "opened_at"),
        Index("tickets_closed", "closed_at"),
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    conversation_id: int = Field(foreign_key="conversations.id")
    status: str
    priority: str
    team: str
    assigned: str | None
    holder: str | None
    held_since: datetime | None
    last_holder: str | None
    signal: str
    rule: str
    reason: str
    opened_at: datetime
    restarted_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    due_clock: str | None
    sla_at: datetime | None
    terms: str = _later("''")
    response_since: datetime | None
    response_spent: float = _later("0")
    response_alert: str = _later("''")
    resolution_since: datetime | None
    resolution_spent: float = _later("0")
    resolution_alert: str = _later("''")
    first_response: float | None
    first_response_late: bool = _later("false")
    next_responses: int = _later("0")
    next_responses_late: int = _later("0")
    first_claimed_at: datetime | None
    first_replied_at: datetime | None
    last_reply_id: int | None
    reply_delivered_at: datetime | None
    warning_id: int | None
    warned_at: datetime | None
    inactivity_at: datetime | None
    unclaimed_since: datetime | None
    reminded: int = Field(sa_column_kwargs={"server_default": "0"})
    reminded_at: datetime | None
    ladder_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    close_reason: str
    resolution: float | None
    resolution_business: float | None
    resolution_late: bool = _later("false")
    reopened: int
    reopen_offered_at: datetime | None
    previous: int | None
    rating: int | None
    rating_ask_id: int | None
    practice: bool = Field(sa_column_kwargs={"server_default": false()})


class Tags(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("ticket_number", "tag", name="tags_ticket_tag"),
        Index("tags_tag", "tag", "ticket_number"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    ticket_number: int = Field(foreign_key="tickets.number")
    tag: str


class Messages(SQLModel, table=True):
    __table_args__ = (
        Index("messages_conversation", "conversation_id", "id"),
        _partial("messages_source", "source_id", where="source_id IS NOT NULL"),
        _partial("messages_pending", "at", where="delivery = 'pending'"),
        Index("messages_at", "at", "id"),
        _partial("messages_participant", "author_id", where="author = 'participant'"),
        _partial("messages_files", "at", "id", where=WITH_FILES),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    conversation_id: int = Field(foreign_key="conversations.id")
    ticket_number: int | None = Field(foreign_key="tickets.number")
    author: str
    author_id: str
    author_name: str
    author_avatar: str
    text: str
    attachments: list[Any] = Field(sa_type=_JSON)
    at: datetime
    epoch: int
    reply_to: int | None
    source_id: str | None
    intro: str
    delivery: str | None
    delivered_at: datetime | None
    slow: bool
    problem: str
    sentiment: float | None
    edited_at: datetime | None
    source_edited_at: datetime | None
    edited_after_reply: bool
    deleted_at: datetime | None


class Revisions(SQLModel, table=True):
    __table_args__ = (Index("revisions_message", "message_id", "id"), _NEVER_AGAIN)
    id: int = Field(primary_key=True)
    message_id: int = Field(foreign_key="messages.id")
    text: str
    at: datetime


class Threads(SQLModel, table=True):
    __table_args__ = (
        Index("threads_ticket", "ticket_number"),
        Index("threads_conversation", "conversation_id"),
        Index("threads_anchor", "workspace", "channel", "anchor"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    conversation_id: int = Field(foreign_key="conversations.id")
    ticket_number: int | None = Field(foreign_key="tickets.number")
    team: str
    workspace: str
    channel: str
    anchor: str | None
    link: str
    opened_at: datetime
    history_to: int
    cut_off: bool
    predecessor_id: int | None = Field(foreign_key="threads.id")


class Notes(SQLModel, table=True):
    __table_args__ = (
        Index("notes_conversation", "conversation_id", "id"),
        _partial("notes_source", "source_id", where="source_id IS NOT NULL"),
        _partial("notes_thread", "thread_id", "id", where="thread_id IS NOT NULL"),
        Index("notes_at", "at", "id"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    conversation_id: int = Field(foreign_key="conversations.id")
    ticket_number: int | None = Field(foreign_key="tickets.number")
    author_id: str
    author_name: str
    text: str
    attachments: list[Any] = Field(sa_type=_JSON)
    at: datetime
    source_id: str | None
    thread_id: int | None
    source_edited_at: datetime | None
    deleted_at: datetime | None


class Summaries(SQLModel, table=True):
    __table_args__ = (Index("summaries_ticket", "ticket_number", "id"), _NEVER_AGAIN)
    id: int = Field(primary_key=True)
    ticket_number: int = Field(foreign_key="tickets.number")
    reason: dict[str, Any] = Field(sa_type=_JSON)
    topics: list[Any] = Field(sa_type=_JSON)
    last_action: dict[str, Any] | None = Field(sa_type=_JSON)
    wants: dict[str, Any] | None = Field(sa_type=_JSON)
    sentiment: str
    language: str
    by: str
    at: datetime


class Events(SQLModel, table=True):
    __table_args__ = (
        Index("events_ticket", "ticket_number", "id"),
        Index("events_conversation", "conversation_id"),
        Index("events_actor", "actor", "id"),
        Index("events_kind", "kind", "id"),
        _partial("events_wordy", "at", "id", where="NOT bare"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    at: datetime
    kind: str
    actor: str
    conversation_id: int | None = Field(foreign_key="conversations.id")
    ticket_number: int | None = Field(foreign_key="tickets.number")
    thread_id: int | None = Field(foreign_key="threads.id")
    line: str
    data: dict[str, str] = Field(sa_type=_JSON)
    bare: bool = Field(sa_column_kwargs={"server_default": false()})


class People(SQLModel, table=True):
    id: str = Field(primary_key=True)
    name: str
    avatar: str
    groups: list[str] = Field(sa_type=_JSON)
    folded: str = Field(index=True)


class Memberships(SQLModel, table=True):
    group: str = Field(primary_key=True)
    person: str = Field(primary_key=True, index=True)


class Absences(SQLModel, table=True):
    person: str = Field(primary_key=True)


class Blocks(SQLModel, table=True):
    """Contacts whose messages are kept out."""

    contact: str = Field(primary_key=True)
    name: str
    by: str
    at: datetime
    reason: str
    kept_out: int


class Turns(SQLModel, table=True):
    """When each member of a team was last assigned a ticket, as a number that only grows."""

    team: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    turn: int


class Lanes(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("kind", "ref", name="lanes_kind_ref"),
        _partial("lanes_due", "due_at", where="due_at IS NOT NULL"),
        _partial("lanes_held", "leased_until", where="owner IS NOT NULL"),
        _partial("lanes_suspended", "id", where="suspended <> ''"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    kind: str
    ref: int
    workspace: str
    channel: str
    owner: str | None
    leased_until: datetime | None
    due_at: datetime | None
    suspended: str
    failures: int


class Effects(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("key", name="effects_key"),
        _partial("effects_live", "lane_id", "order_at", "id", where=LIVE),
        _partial("effects_waiting", "created_at", where=LIVE),
        _partial("effects_dead", "lane_id", "id", where="state = 'dead'"),
        _partial("effects_not_done", "state", where="state <> 'done'"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    lane_id: int = Field(foreign_key="lanes.id")
    subject: str
    key: str
    state: str
    order_at: datetime
    due_at: datetime
    created_at: datetime
    epoch: int | None
    attempts: int
    attempted_at: datetime | None
    uncertain: bool
    progress: dict[str, str] = Field(sa_type=_JSON)
    problem: str
    finished_at: datetime | None


class Copies(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("lane_id", "subject", name="copies_lane_subject"),
        Index("copies_place", "workspace", "channel", "platform_id"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    lane_id: int = Field(foreign_key="lanes.id")
    subject: str
    workspace: str
    channel: str
    thread: str | None
    platform_id: str
    digest: str
    deleted: bool


class Destinations(SQLModel, table=True):
    workspace: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    paused_until: datetime


class Posts(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("key", name="posts_key"),
        Index("posts_place", "workspace", "channel", "thread", "id"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    workspace: str
    channel: str
    thread: str | None
    author: str
    content: dict[str, Any] = Field(sa_type=_JSON)
    key: str
    at: datetime
    edited: bool
    deleted: bool


class Sources(SQLModel, table=True):
    __table_args__ = (
        UniqueConstraint("workspace", "channel", "thread", name="sources_place"),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    workspace: str
    channel: str
    thread: str
    mark: str
    catching_up: bool
    compared: str = _later("''")


class Parked(SQLModel, table=True):
    """Live events of a place that is catching up."""

    __table_args__ = (Index("parked_place", "workspace", "channel", "id"), _NEVER_AGAIN)
    id: int = Field(primary_key=True)
    workspace: str
    channel: str
    inbound: str


class Desk(SQLModel, table=True):
    """One row: the whole configuration."""

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int
    document: dict[str, Any] = Field(sa_type=_JSON)


class Erasures(SQLModel, table=True):
    """Who was erased stands here as a digest only."""

    __table_args__ = (
        Index("erasures_digest", "digest", "id"),
        _partial("erasures_unfinished", "id", where=UNFINISHED),
        _NEVER_AGAIN,
    )
    id: int = Field(primary_key=True)
    digest: str
    by: str
    at: datetime
    progress: str
    extent: dict[str, Any] = Field(sa_type=_JSON)
    files: list[str] = Field(sa_type=_JSON)
    lanes: list[int] = Field(sa_type=_JSON)
    scrubbed: bool
    remnants: list[Any] = Field(sa_type=_JSON)
    finished_at: datetime | None


class ApiCalls(SQLModel, table=True):
    """What a call that a program may repeat has made; both it and its key stand as digests."""

    __table_args__ = (Index("apicalls_at", "at"),)
    key: str = Field(primary_key=True)
    body: str
    made: int
    at: datetime


class DeskVersions(SQLModel, table=True):
    """What the desk was, so that a change can be told and taken back."""

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    desk: dict[str, Any] = Field(sa_type=_JSON)
    at: datetime
    actor: str
    what: str


class Seen(SQLModel, table=True):
    digest: bytes = Field(primary_key=True)


class Counters(SQLModel, table=True):
    name: str = Field(primary_key=True)
    value: int


class Meta(SQLModel, table=True):
    key: str = Field(primary_key=True)
    value: str


NAMES = frozenset(SQLModel.metadata.tables)
