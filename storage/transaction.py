"""One transaction: every repository over one connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.domain.message import Limits
from bot.ports import repositories as ports
from bot.ports.vault import Vault
from storage.repositories.blocks import Blocks
from storage.repositories.calls import Calls
from storage.repositories.conversations import Conversations
from storage.repositories.desk import DeskDocument
from storage.repositories.due import Due
from storage.repositories.messages import Messages
from storage.repositories.meta import Meta, first_sight
from storage.repositories.outbox import Outbox
from storage.repositories.people import People
from storage.repositories.posts import Posts
from storage.repositories.privacy import Privacy
from storage.repositories.queue import Queue
from storage.repositories.reports import Reports
from storage.repositories.search import Search
from storage.repositories.sources import Sources
from storage.repositories.tags import Tags
from storage.repositories.threads import Events, Notes, Summaries, Threads
from storage.repositories.tickets import Tickets
from storage.rows import Session

_ROOMS: dict[str, Callable[[Session], object]] = {
    "desk": DeskDocument,
    "conversations": Conversations,
    "messages": Messages,
    "tickets": Tickets,
    "tags": Tags,
    "blocks": Blocks,
    "search": Search,
    "threads": Threads,
    "notes": Notes,
    "summaries": Summaries,
    "events": Events,
    "people": People,
    "outbox": Outbox,
    "posts": Posts,
    "queue": Queue,
    "sources": Sources,
    "meta": Meta,
    "privacy": Privacy,
    "calls": Calls,
    "due": Due,
    "reports": Reports,
}


class Transaction:
    """The `Tx` that units of work are given. Whoever makes it commits it or rolls it back.

    Its repositories are made as they are asked for: a unit needs a few.
    """

    desk: ports.DeskRepository
    conversations: ports.ConversationRepository
    messages: ports.MessageRepository
    tickets: ports.TicketRepository
    tags: ports.TagRepository
    blocks: ports.BlockRepository
    search: ports.SearchRepository
    threads: ports.ThreadRepository
    notes: ports.NoteRepository
    summaries: ports.SummaryRepository
    events: ports.EventRepository
    people: ports.PeopleRepository
    outbox: ports.OutboxRepository
    posts: ports.PostRepository
    queue: ports.QueueRepository
    sources: ports.SourceRepository
    meta: ports.MetaRepository
    privacy: ports.PrivacyRepository
    calls: ports.CallRepository
    due: ports.DueRepository
    reports: ports.ReportRepository

    def __init__(self, session: Session) -> None:
        self._session = session
        self.vault: Vault = session.vault

    def __getattr__(self, name: str) -> Any:
        if name not in _ROOMS:
            raise AttributeError(name)
        made = _ROOMS[name](self._session)
        setattr(self, name, made)
        return made

    def limits(self, workspace: str) -> Limits:
        return self._session.limits(workspace)

    def first_sight(self, key: str) -> bool:
        return first_sight(self._session, key)

    def complete(self) -> None:
        """Write what is worked out once, at the end of a unit."""
        Outbox(self._session).settle()
        self._session.end()

    def wake(self, topic: str) -> None:
        self._session.topics.add(topic)
