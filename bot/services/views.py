"""What programs outside are shown: the same in webhooks and in the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Priority
from bot.domain.message import Author, Delivery, Message
from bot.domain.states import Status
from bot.domain.summary import Summary
from bot.domain.thread import Note
from bot.domain.ticket import Ticket
from bot.ports.store import Tx


@dataclass(frozen=True, kw_only=True)
class PersonView:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class TicketView:
    """Times are in UTC, spans in seconds. `link` leads to the team's thread, once it stands."""

    number: int
    status: Status
    priority: Priority
    team: str
    contact: PersonView
    conversation: int
    workspace: str
    assigned: PersonView | None
    holder: PersonView | None
    signal: str
    rule: str
    reason: str
    opened_at: datetime
    waiting_since: datetime | None
    due_at: datetime | None
    first_replied_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    resolution_s: float | None
    reopened: int
    previous: int | None
    link: str


def ticket_view(tx: Tx, ticket: Ticket) -> TicketView:
    conversation = tx.conversations.get(ticket.conversation_id)
    thread = tx.threads.of_ticket(ticket.number)
    return TicketView(
        number=ticket.number,
        status=ticket.status,
        priority=ticket.priority,
        team=ticket.team,
        contact=PersonView(id=conversation.contact, name=conversation.contact_name),
        conversation=conversation.id,
        workspace=conversation.workspace,
        assigned=person_view(tx, ticket.assigned),
        holder=person_view(tx, ticket.holder),
        signal=ticket.signal,
        rule=ticket.rule,
        reason=ticket.reason,
        opened_at=ticket.opened_at,
        waiting_since=ticket.waiting_since,
        due_at=ticket.due_at,
        first_replied_at=ticket.first_replied_at,
        closed_at=ticket.closed_at,
        close_reason=ticket.close_reason,
        resolution_s=ticket.resolution.total_seconds() if ticket.resolution else None,
        reopened=ticket.reopened,
        previous=ticket.previous,
        link=thread.link if thread else "",
    )


def person_view(tx: Tx, person: str | None) -> PersonView | None:
    return PersonView(id=person, name=tx.people.get(person).name) if person else None


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """`author` is contact, participant, agent, attendant or baton."""

    id: int
    author: Author
    name: str
    text: str
    files: tuple[str, ...]
    at: datetime
    delivery: Delivery | None
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class NoteView:
    id: int
    author: PersonView
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SummaryView:
    by: str
    reason: str
    topics: tuple[str, ...]
    last_action: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TicketStory:
    """A ticket with its whole conversation."""

    ticket: TicketView
    summary: SummaryView | None
    messages: tuple[MessageView, ...]
    notes: tuple[NoteView, ...]


@dataclass(frozen=True, kw_only=True)
class ConversationView:
    id: int
    contact: PersonView
    workspace: str
    direct: bool
    mode: Mode
    ticket: int | None
    started_at: datetime
    last_message_at: datetime


def conversation_view(tx: Tx, conversation: Conversation) -> ConversationView:
    open_ticket = tx.tickets.open_of(conversation.id)
    return ConversationView(
        id=conversation.id,
        contact=PersonView(id=conversation.contact, name=conversation.contact_name),
        workspace=conversation.workspace,
        direct=conversation.direct,
        mode=conversation.mode,
        ticket=open_ticket.number if open_ticket else None,
        started_at=conversation.started_at,
        last_message_at=conversation.last_message_at,
    )


def message_view(message: Message) -> MessageView:
    return MessageView(
        id=message.id,
        author=message.author,
        name=message.author_name,
        text=message.text,
        files=tuple(one.name for one in message.attachments),
        at=message.at,
        delivery=message.delivery,
        deleted=message.deleted_at is not None,
    )


def note_view(kept: Note) -> NoteView:
    author = PersonView(id=kept.author_id, name=kept.author_name)
    return NoteView(id=kept.id, author=author, text=kept.text, at=kept.at)


def summary_view(summary: Summary) -> SummaryView:
    return SummaryView(
        by=summary.by,
        reason=summary.reason.text,
        topics=tuple(one.text for one in summary.topics),
        last_action=summary.last_action.text if summary.last_action else "",
        at=summary.at,
    )
