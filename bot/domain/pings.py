"""The notification budget of a ticket: one problem never pings the same people twice.

Everything that calls somebody about a ticket (its opening, the claim ladder, a promise that is in
danger or broken) asks here first, so that an hour in which all of them meet is one ping.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# What happens to a ticket within a minute is one problem to whoever is called about it.
QUIET = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Ping:
    """Somebody, or a group as a whole, was called about a ticket."""

    who: str
    at: datetime


def within_budget(
    wanted: Iterable[str],
    past: Iterable[Ping],
    now: datetime,
    members: Mapping[str, frozenset[str]],
) -> tuple[str, ...]:
    """Those of `wanted` who may be called now, by one post, in their order.

    `members` are the known people of the groups that occur. Whoever was called within `QUIET`,
    alone or with a group, is not called again. A group of which some were called is replaced by
    the others, as far as they are known; else it is called as a whole.
    """
    before: set[str] = set()
    for ping in past:
        if abs(now - ping.at) < QUIET:
            before |= {ping.who, *members.get(ping.who, ())}
    allowed: list[str] = []
    for one in wanted:
        people = members.get(one, frozenset())
        if one not in before:
            allowed += sorted(people - before) if people & before else [one]
    return tuple(dict.fromkeys(allowed))
