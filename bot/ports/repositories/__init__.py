"""The repositories of a transaction, by what they keep."""

from bot.ports.repositories.conversations import (
    ConversationRepository,
    MessageRepository,
    SummaryRepository,
)
from bot.ports.repositories.desk import DeskRepository, MetaRepository
from bot.ports.repositories.figures import CallRepository, ReportRepository
from bot.ports.repositories.outbox import OutboxRepository
from bot.ports.repositories.people import BlockRepository, PeopleRepository
from bot.ports.repositories.platforms import PostRepository, SourceRepository
from bot.ports.repositories.privacy import PrivacyRepository
from bot.ports.repositories.queue import QueueRepository
from bot.ports.repositories.threads import EventRepository, NoteRepository, ThreadRepository
from bot.ports.repositories.tickets import (
    DueRepository,
    SearchRepository,
    TagRepository,
    TicketRepository,
)

__all__ = [
    "BlockRepository",
    "CallRepository",
    "ConversationRepository",
    "DeskRepository",
    "DueRepository",
    "EventRepository",
    "MessageRepository",
    "MetaRepository",
    "NoteRepository",
    "OutboxRepository",
    "PeopleRepository",
    "PostRepository",
    "PrivacyRepository",
    "QueueRepository",
    "ReportRepository",
    "SearchRepository",
    "SourceRepository",
    "SummaryRepository",
    "TagRepository",
    "ThreadRepository",
    "TicketRepository",
]
