"""Which open tickets somebody sees, and what is told of many of them at once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.states import Status


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What `person` sees: their own tickets, and those of `teams` (None: of all teams); with a
    `tag` only those of them that have it.
    """

    person: str
    teams: tuple[str, ...] | None
    tag: str = ""


@dataclass(frozen=True, kw_only=True)
class Share:
    """How many open tickets are in a status and somebody's."""

    status: Status
    holder: str | None
    assigned: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class Label:
    """What an open ticket is chosen by."""

    number: int
    contact: str
    status: Status
    reason: str
