"""Who should take a ticket: in turn, or whoever has least; never somebody who cannot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.domain.desk import Team

Obstacle = Literal["", "away", "off shift", "not reachable"]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A member of the team. `load`: open tickets they hold or are assigned; `turn`: the number of
    their last assignment in this team, 0 before the first.
    """

    person: str
    obstacle: Obstacle = ""
    load: int = 0
    turn: int = 0


def choose(team: Team, candidates: Iterable[Candidate]) -> str | None:
    """Whose it should be; None where assignment is manual or nobody can.

    In turn means: whoever was assigned longest ago. So of two who could take the same tickets, none
    ever gets more than one more than the other.
    """
    free = [one for one in candidates if not one.obstacle and one.load < team.capacity]
    if team.assignment == "manual" or not free:
        return None
    if team.assignment == "least_loaded":
        return min(free, key=lambda one: (one.load, one.turn, one.person)).person
    return min(free, key=lambda one: (one.turn, one.person)).person
