"""A ticket's figures, recomputed from its log of events alone.

The live figures stand on the ticket; these are told from what happened and what was promised then.
They agree, whatever happened, and whatever became of the desk since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.hours import elapsed
from bot.domain.promise import Clock, Terms, read_terms
from bot.domain.sla import PEOPLE_ACT, Calendar
from bot.domain.states import Status
from bot.domain.thread import Event


@dataclass(frozen=True, kw_only=True)
class Took:
    """What something took: by the wall, and in business time without the waits for the contact."""

    clock: Clock
    wall: timedelta
    business: timedelta
    late: bool


@dataclass(frozen=True, kw_only=True)
class Figures:
    """`responses` are the waits that a reply ended, the first response first; `unanswered` those
    that a close ended. `resolution` is None while the ticket is open. `breaches` are the promises
    that were broken, in order, each once for a run of its clock.
    """

    status: Status
    opened_at: datetime
    reopened: int
    responses: tuple[Took, ...]
    unanswered: tuple[Took, ...]
    resolution: Took | None
    breaches: tuple[Clock, ...]


def figures(events: Iterable[Event], calendar: Calendar, now: datetime) -> Figures | None:
    """The figures of one ticket by its events, in their order, as of `now`.

    None where nothing has happened. Events of before Baton wrote down the status of a ticket count
    for nothing.
    """
    told = [event for event in events if "status" in event.data]
    if not told:
        return None
    story = _Story(calendar=calendar, opened_at=told[0].at)
    for event in told:
        story.hear(event)
    story.cut(now)
    return Figures(
        status=story.status,
        opened_at=story.opened_at,
        reopened=story.reopened,
        responses=tuple(story.responses),
        unanswered=tuple(story.unanswered),
        resolution=story.resolved,
        breaches=tuple(story.breaches),
    )


@dataclass(kw_only=True)
class _Run:
    """A clock from its start to its end, stretch by stretch."""

    clock: Clock
    since: datetime
    spent: timedelta = timedelta()
    broken: bool = False


@dataclass(kw_only=True)
class _Story:
    """What has been heard so far. The present stretch, of both clocks, runs `since` then."""

    calendar: Calendar
    opened_at: datetime
    status: Status = Status.CLOSED
    terms: Terms = field(default_factory=Terms)
    since: datetime | None = None
    wait: _Run | None = None
    solving: _Run | None = None
    reopened: int = 0
    responses: list[Took] = field(default_factory=list)
    unanswered: list[Took] = field(default_factory=list)
    resolved: Took | None = None
    breaches: list[Clock] = field(default_factory=list)

    def hear(self, event: Event) -> None:
        if event.kind == "reopened":
            self.reopened += 1
        self._become(Status(event.data["status"]), event.at)
        if "terms" in event.data:
            self.cut(event.at)
            self.terms = read_terms(event.data["terms"])

    def cut(self, at: datetime) -> None:
        """End the present stretch of both clocks; the next begins at once."""
        if self.since is None:
            return
        took = elapsed(self.calendar(self.terms.hours), self.since, at)
        self.since = at
        for run in filter(None, (self.wait, self.solving)):
            run.spent += took
            target = self.terms.target(run.clock)
            if target is not None and run.spent >= target and not run.broken:
                run.broken = True
                self.breaches.append(run.clock)

    def _become(self, status: Status, at: datetime) -> None:
        was, self.status = self.status, status
        if was is Status.CLOSED is not status:
            self.solving, self.resolved = _Run(clock=Clock.RESOLUTION, since=at), None
        if status in PEOPLE_ACT and self.since is None:
            clock = Clock.NEXT_RESPONSE if self.responses else Clock.FIRST_RESPONSE
            self.since, self.wait = at, _Run(clock=clock, since=at)
        elif status not in PEOPLE_ACT and self.wait is not None:
            self.cut(at)
            ended = self.responses if status is Status.AWAITING else self.unanswered
            ended.append(_took(self.wait, at))
            self.since = self.wait = None
        if status is Status.CLOSED is not was and self.solving:
            self.resolved, self.solving = _took(self.solving, at), None


def _took(run: _Run, at: datetime) -> Took:
    wall = max(at - run.since, timedelta())
    return Took(clock=run.clock, wall=wall, business=run.spent, late=run.broken)
