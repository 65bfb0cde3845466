"""What an attendant should know before claiming: each point cites the messages it rests on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

# What the last action is called where the agent has neither done nor said anything.
NOTHING = "none"


@dataclass(frozen=True, kw_only=True)
class Point:
    """One statement, with the ids of the messages it rests on."""

    text: str
    cites: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Summary:
    """`by` names who made it, so that an extract is not taken for a model's understanding.

    `wants` is what the contact is after now; `sentiment` one word (empty when unknown); `language`
    an ISO 639-1 code.
    """

    id: int = 0
    ticket_number: int = 0
    reason: Point
    topics: tuple[Point, ...] = ()
    last_action: Point | None = None
    wants: Point | None = None
    sentiment: str = ""
    language: str = ""
    by: str
    at: datetime


def checked(summary: Summary, known: Collection[int]) -> Summary:
    """The summary with only citations that exist; a point whose citations are all made up is
    dropped, but for the reason, which the desk knows.
    """
    return replace(
        summary,
        reason=_resting(summary.reason, known) or replace(summary.reason, cites=()),
        topics=tuple(
            point for one in summary.topics if (point := _resting(one, known)) and point.cites
        ),
        last_action=_resting(summary.last_action, known),
        wants=_resting(summary.wants, known),
    )


def _resting(point: Point | None, known: Collection[int]) -> Point | None:
    if point is None:
        return None
    cites = tuple(one for one in point.cites if one in known)
    return replace(point, cites=cites) if cites or not point.cites else None
