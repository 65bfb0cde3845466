"""When an answer is promised: first and next response, in business time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.desk import Targets, Team
from bot.domain.hours import BusinessHours, later
from bot.domain.ticket import Ticket


def response_due(ticket: Ticket, targets: Targets, hours: BusinessHours | None) -> datetime | None:
    """When the contact's wait should be over; None while nobody waits or nothing is promised."""
    if not ticket.is_open or ticket.waiting_since is None:
        return None
    target = targets.next_response if ticket.first_replied_at else targets.first_response
    return None if target is None else later(hours, ticket.waiting_since, target)


def with_due(ticket: Ticket, team: Team | None, hours: BusinessHours | None) -> Ticket:
    """The ticket with its due time as its team's targets have it now."""
    targets = team.sla.get(ticket.priority, Targets()) if team else Targets()
    return replace(ticket, due_at=response_due(ticket, targets, hours))
