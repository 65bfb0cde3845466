"""Simple figures about tickets, from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from bot.domain.errors import NotFound
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx

# The newest tickets are looked at: enough for a picture, and quick however many there are.
MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`by_team` counts tickets of each status; medians are None where nothing has been measured."""

    counted: int
    total: int
    by_team: Mapping[str, Mapping[Status, int]]
    first_response: timedelta | None
    resolution: timedelta | None
    reopened: int


def figures(tx: Tx) -> Figures:
    newest = _newest(tx)
    numbers = range(max(1, newest - MOST + 1), newest + 1)
    tickets = [one for one in map(tx.tickets.get, numbers) if not one.practice]
    answered = [one for one in tickets if one.first_replied_at]
    teams = sorted({one.team for one in tickets})
    return Figures(
        counted=len(tickets),
        total=newest,
        by_team={
            team: Counter(one.status for one in tickets if one.team == team) for team in teams
        },
        first_response=_median([_waited(one) for one in answered]),
        resolution=_median([one.resolution for one in tickets if one.resolution]),
        reopened=sum(one.reopened > 0 for one in tickets),
    )


def _waited(ticket: Ticket) -> timedelta:
    if ticket.first_replied_at is None:
        return timedelta()
    return ticket.first_replied_at - ticket.opened_at


def _median(spans: list[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(span.total_seconds() for span in spans)) if spans else None


def _newest(tx: Tx) -> int:
    """The highest ticket number. Numbers have no gaps, so halving finds it."""
    low, high = 0, 1
    while _exists(tx, high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _exists(tx, middle) else (low, middle)
    return low


def _exists(tx: Tx, number: int) -> bool:
    try:
        tx.tickets.get(number)
    except NotFound:
        return False
    return True
