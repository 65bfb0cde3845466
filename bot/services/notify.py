"""Who is pinged about a ticket."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.desk import Team
from bot.domain.escalation import Signal
from bot.domain.ticket import Ticket
from bot.ports.store import Tx

# Failures of the agent so close together have one cause, and the team knows of it by then.
INCIDENT = timedelta(minutes=5)


def pinged(tx: Tx, ticket: Ticket, team: Team) -> tuple[str, ...]:
    """Whom the team has named; of an incident's tickets only the first one calls them."""
    if ticket.signal != Signal.AGENT_FAILED:
        return team.notify
    return () if any(_began(one, ticket) for one in tx.tickets.open(team.name)) else team.notify


def _began(one: Ticket, ticket: Ticket) -> bool:
    return (
        one.signal == Signal.AGENT_FAILED
        and one.number < ticket.number
        and ticket.opened_at - one.opened_at <= INCIDENT
    )
