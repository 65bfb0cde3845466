"""Nobody answers: who is called next about a ticket that nobody has claimed, and when.

The team is reminded after `claim_within`; after as long again the backup is asked, then the
supervisors, then the admins. All in business time, counted from the last call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.desk import Team
from bot.domain.hours import BusinessHours, is_open, later, next_opening
from bot.domain.pings import QUIET
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.domain.values import replace


class Rung(StrEnum):
    TEAM = "team"
    BACKUP = "backup"
    SUPERVISORS = "supervisors"
    ADMINS = "admins"


@dataclass(frozen=True, kw_only=True)
class Due:
    rung: Rung
    at: datetime


def rungs(team: Team) -> tuple[Rung, ...]:
    """The steps that a team's ladder has; what the desk does not name is left out."""
    named = {Rung.BACKUP: bool(team.backup), Rung.SUPERVISORS: bool(team.supervisors)}
    return tuple(rung for rung in Rung if named.get(rung, True))


def waiting(ticket: Ticket, since: datetime) -> Ticket:
    """It waits to be claimed from now on: the ladder begins at its foot."""
    return replace(ticket, unclaimed_since=since, reminded=0, reminded_at=None)


def next_rung(ticket: Ticket, team: Team, hours: BusinessHours | None) -> Due | None:
    """The next call; None once the ticket is claimed or closed, or everybody has been called."""
    if ticket.status is not Status.OPEN or ticket.unclaimed_since is None:
        return None
    steps = rungs(team)
    if team.claim_within is None or ticket.reminded >= len(steps):
        return None
    since = ticket.reminded_at or ticket.unclaimed_since
    span = max(team.claim_within, QUIET)  # sooner, the budget would call nobody
    return Due(rung=steps[ticket.reminded], at=later(hours, since, span))


def called(ticket: Ticket, now: datetime) -> Ticket:
    """One step up. What was missed while nothing ran is not made up for all at once."""
    return replace(ticket, reminded=ticket.reminded + 1, reminded_at=now)


def waits_for_morning(due: Due, hours: BusinessHours | None, now: datetime) -> datetime | None:
    """When to call instead, where the team has gone home since it came due."""
    return None if due.at > now or is_open(hours, now) else next_opening(hours, now)


def with_ladder(ticket: Ticket, team: Team | None, hours: BusinessHours | None) -> Ticket:
    """The ticket with the time of its next call, as its team has it now."""
    if ticket.status is not Status.OPEN:
        return replace(ticket, unclaimed_since=None, reminded=0, reminded_at=None, ladder_at=None)
    due = next_rung(ticket, team, hours) if team else None
    return replace(ticket, ladder_at=due.at if due else None)
