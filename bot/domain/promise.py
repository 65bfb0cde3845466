"""What a team promises a ticket, and how a promise stands."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from bot.domain.desk import Hours, Priority, Targets, Team

# How long before its end a promise counts as being in danger, unless the team says otherwise.
_SHARE = 5  # the last fifth of it
_LEAST = timedelta(minutes=1)


class Clock(StrEnum):
    """First response: from the handover to the first reply. Next response: from the contact's
    first words after a reply to the next one. Resolution: from the handover, or the last reopening,
    to the close.
    """

    FIRST_RESPONSE = "first response"
    NEXT_RESPONSE = "next response"
    RESOLUTION = "resolution"


class Alert(StrEnum):
    """What people have been told about a promise; each step is told once."""

    NONE = ""
    WARNED = "warned"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The targets of a ticket's team at its priority, and the hours in which they count.

    They go into the event log whenever they change, so that the log alone tells what was promised.
    """

    targets: Targets = field(default_factory=Targets)
    hours: Hours | None = None

    def target(self, clock: Clock) -> timedelta | None:
        match clock:
            case Clock.FIRST_RESPONSE:
                return self.targets.first_response
            case Clock.NEXT_RESPONSE:
                return self.targets.next_response
        return self.targets.resolution

    @property
    def digest(self) -> str:
        """By which a ticket knows its terms again; empty for a team that promises nothing."""
        return _digest(self)

    def write(self) -> str:
        """As JSON, spans in seconds, without what is not set."""
        targets = {
            one.name: value.total_seconds()
            for one in fields(Targets)
            if (value := getattr(self.targets, one.name)) is not None
        }
        hours = {
            one.name: value
            for one in fields(Hours)
            if self.hours and (value := getattr(self.hours, one.name))
        }
        return json.dumps({"targets": targets, "hours": hours}, sort_keys=True)


@lru_cache(maxsize=1_000)
def _digest(terms: Terms) -> str:
    if terms == Terms():
        return ""
    return hashlib.sha256(terms.write().encode()).hexdigest()[:16]


def terms_of(team: Team | None, priority: Priority) -> Terms:
    """What a team promises a ticket of a priority; nothing where the team is gone."""
    if team is None:
        return Terms()
    return Terms(targets=team.sla.get(priority, Targets()), hours=team.hours)


def read_terms(text: str) -> Terms:
    """The inverse of `Terms.write`."""
    found = json.loads(text)
    targets = {name: timedelta(seconds=value) for name, value in found["targets"].items()}
    hours: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in found["hours"].items()
    }
    return Terms(targets=Targets(**targets), hours=Hours(**hours) if hours else None)


def lead(target: timedelta, chosen: timedelta | None) -> timedelta:
    """How long before its end people are warned about a promise: as the team has it, else a fifth
    of it and at least a minute; never longer than the promise itself.
    """
    return min(target, chosen if chosen is not None else max(target / _SHARE, _LEAST))
