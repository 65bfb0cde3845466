"""One transaction: every repository over one connection."""

from __future__ import annotations

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


class Transaction:
    """The `Tx` that units of work are given. Whoever makes it commits it or rolls it back."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.desk: ports.DeskRepository = DeskDocument(session)
        self.conversations: ports.ConversationRepository = Conversations(session)
        self.messages: ports.MessageRepository = Messages(session)
        self.tickets: ports.TicketRepository = Tickets(session)
        self.queue: ports.QueueRepository = Queue(session)
        self.tags: ports.TagRepository = Tags(session)
        self.blocks: ports.BlockRepository = Blocks(session)
        self.search: ports.SearchRepository = Search(session)
        self.threads: ports.ThreadRepository = Threads(session)
        self.notes: ports.NoteRepository = Notes(session)
        self.summaries: ports.SummaryRepository = Summaries(session)
        self.events: ports.EventRepository = Events(session)
        self.people: ports.PeopleRepository = People(session)
        self._lanes = Outbox(session)
        self.outbox: ports.OutboxRepository = self._lanes
        self.posts: ports.PostRepository = Posts(session)
        self.sources: ports.SourceRepository = Sources(session)
        self.meta: ports.MetaRepository = Meta(session)
        self.privacy: ports.PrivacyRepository = Privacy(session)
        self.calls: ports.CallRepository = Calls(session)
        self.vault: Vault = session.vault
        self.due: ports.DueRepository = Due(session)
        self.reports: ports.ReportRepository = Reports(session)

    def limits(self, workspace: str) -> Limits:
        return self._session.limits(workspace)

    def first_sight(self, key: str) -> bool:
        return first_sight(self._session, key)

    def complete(self) -> None:
        """Write what is worked out once, at the end of a unit."""
        self._lanes.settle()
        self._session.end()

    def wake(self, topic: str) -> None:
        self._session.topics.add(topic)
