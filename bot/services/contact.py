"""Who a contact is, as far as Baton knows, and what came of their earlier tickets."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.blocking import Block
from bot.domain.card import Earlier
from bot.domain.identity import Person, platform_of, workspace_of
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import access

ON_CARD = 3


@dataclass(frozen=True, kw_only=True)
class Profile:
    """`language` is empty where no summary has told it; `total` counts all tickets."""

    contact: str
    name: str
    platform: str
    first_seen: datetime
    language: str
    total: int
    tickets: tuple[Earlier, ...]
    block: Block | None


def profile(tx: Tx, contact: str, viewer: Person, *, most: int) -> Profile:
    """A contact with their newest tickets, of those that the viewer may see."""
    conversations = tx.conversations.of_contact(contact)
    tickets = [one for one in tx.tickets.of_contact(contact) if access.sees(tx, viewer, one)]
    newest = max(conversations, key=lambda one: one.last_message_at)
    return Profile(
        contact=contact,
        name=newest.contact_name,
        platform=platform_of(workspace_of(contact)).capitalize(),
        first_seen=min(one.started_at for one in conversations),
        language=_language(tx, tickets),
        total=len(tickets),
        tickets=tuple(_earlier(tx, one) for one in tickets[::-1][:most]),
        block=tx.blocks.get(contact),
    )


def earlier(tx: Tx, ticket: Ticket, most: int = ON_CARD) -> tuple[Earlier, ...]:
    """The contact's tickets before this one, newest first; another private team's are not told."""
    contact = tx.conversations.get(ticket.conversation_id).contact
    newest = tx.tickets.latest_of_contact(contact, most + 1)
    desk = tx.desk.get()
    hidden = {team.name for team in desk.teams if team.private} - {ticket.team}
    before = [one for one in newest if one.number < ticket.number and one.team not in hidden]
    return tuple(_earlier(tx, one) for one in before[:most])


def _earlier(tx: Tx, ticket: Ticket) -> Earlier:
    thread = tx.threads.of_ticket(ticket.number)
    return Earlier(
        number=ticket.number,
        at=ticket.opened_at,
        reason=ticket.reason,
        outcome=_outcome(ticket),
        link=thread.link if thread else "",
    )


def _outcome(ticket: Ticket) -> str:
    """How it ended; for one that has not, where it stands."""
    return (ticket.close_reason or "closed") if ticket.closed_at else ticket.status.value


def _language(tx: Tx, tickets: Iterable[Ticket]) -> str:
    """As the newest summary that knows it has it."""
    for ticket in reversed(list(tickets)):
        summary = tx.summaries.latest(ticket.number)
        if summary and summary.language:
            return summary.language
    return ""
