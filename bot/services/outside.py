"""What programs outside are told about a ticket: the same words in webhooks and in the HTTP API."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.desk import Priority
from bot.domain.states import Status
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
