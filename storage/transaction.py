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
from storage.session import Session


class _Room:
    """One repository of a transaction, made when it is first asked for."""

    def __init__(self, kind: Callable[[Session], object]) -> None:
        self._kind = kind

    def __set_name__(self, owner: type[Transaction], name: str) -> None:
        self._name = name

    def __get__(self, tx: Transaction, owner: type[Transaction]) -> object:
        """Asked once: what it leaves in the transaction is found before it."""
        made = tx.__dict__[self._name] = self._kind(tx.session)
        return made


def _room(kind: Callable[[Session], object]) -> Any:
    return _Room(kind)


class Transaction:
    """The `Tx` that units of work are given. Whoever makes it commits it or rolls it back.

    Its repositories are made as they are asked for: a unit needs a few.
    """

    desk: ports.DeskRepository = _room(DeskDocument)
    conversations: ports.ConversationRepository = _room(Conversations)
    messages: ports.MessageRepository = _room(Messages)
    tickets: ports.TicketRepository = _room(Tickets)
    tags: ports.TagRepository = _room(Tags)
    blocks: ports.BlockRepository = _room(Blocks)
    search: ports.SearchRepository = _room(Search)
    threads: ports.ThreadRepository = _room(Threads)
    notes: ports.NoteRepository = _room(Notes)
    summaries: ports.SummaryRepository = _room(Summaries)
    events: ports.EventRepository = _room(Events)
    people: ports.PeopleRepository = _room(People)
    outbox: ports.OutboxRepository = _room(Outbox)
    posts: ports.PostRepository = _room(Posts)
    queue: ports.QueueRepository = _room(Queue)
    sources: ports.SourceRepository = _room(Sources)
    meta: ports.MetaRepository = _room(Meta)
    privacy: ports.PrivacyRepository = _room(Privacy)
    calls: ports.CallRepository = _room(Calls)
    due: ports.DueRepository = _room(Due)
    reports: ports.ReportRepository = _room(Reports)

    def __init__(self, session: Session) -> None:
        self.session = session
        self.vault: Vault = session.vault

    def limits(self, workspace: str) -> Limits:
        return self.session.limits(workspace)

    def first_sight(self, key: str) -> bool:
        return first_sight(self.session, key)

    def complete(self) -> None:
        """Write what is worked out once, at the end of a unit."""
        Outbox(self.session).settle()
        self.session.end()

    def wake(self, topic: str) -> None:
        self.session.topics.add(topic)
