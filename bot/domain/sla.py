"""The clocks of a ticket: what has been promised, what it has taken so far, what is late.

They run in business time while people have to act (a ticket that is open or in progress) and stand
still while the contact is awaited. A wait for a response begins with the handover, a reopening, or
the contact's first words after a reply, and ends with the reply; the resolution clock sums up all
stretches between the handover, or the last reopening, and the close. A stretch counts in the hours
of the team that has the ticket then; what it took so far goes along to another team or priority.
A promise is broken as soon as its whole target is spent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.desk import Hours
from bot.domain.hours import BusinessHours, elapsed, later
from bot.domain.promise import Alert, Clock, Terms, lead
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.domain.values import replace

Calendar = Callable[[Hours | None], BusinessHours | None]
PEOPLE_ACT = {Status.OPEN, Status.IN_PROGRESS}


@dataclass(frozen=True, kw_only=True)
class Watch:
    """One clock: `spent` before the stretch that runs `since` then, None while it stands."""

    clock: Clock
    since: datetime | None
    spent: timedelta
    alert: Alert


@dataclass(frozen=True, kw_only=True)
class Due:
    """The next thing to tell people about a promise: when, and when its `target` will be spent."""

    clock: Clock
    alert: Alert
    at: datetime
    end: datetime
    target: timedelta


def people_act(ticket: Ticket) -> bool:
    """Whether the clocks run: people have to act, not the contact."""
    return ticket.status in PEOPLE_ACT


def watches(ticket: Ticket) -> tuple[Watch, Watch]:
    """The clock of the present wait for a response, and that of the resolution."""
    answered = ticket.first_response is not None
    response = Watch(
        clock=Clock.NEXT_RESPONSE if answered else Clock.FIRST_RESPONSE,
        since=ticket.response_since,
        spent=ticket.response_spent,
        alert=ticket.response_alert,
    )
    resolution = Watch(
        clock=Clock.RESOLUTION,
        since=ticket.resolution_since,
        spent=ticket.resolution_spent,
        alert=ticket.resolution_alert,
    )
    return response, resolution


def measured(
    ticket: Ticket,
    *,
    before: Terms,
    terms: Terms,
    warning: timedelta | None,
    calendar: Calendar,
    now: datetime,
) -> tuple[Ticket, tuple[Clock, ...]]:
    """The ticket, just moved, with its clocks as they stand now; and the promises of `before` that
    turn out to be broken without anybody having been told.
    """
    response, resolution = watches(ticket)
    change = before != terms
    stopped = tuple(
        _stop(one, before, calendar, now) if change or not people_act(ticket) else one
        for one in (response, resolution)
    )
    broken = tuple(
        one.clock
        for one, was in zip(stopped, (response, resolution), strict=True)
        if one.alert is Alert.BROKEN is not was.alert
    )
    ticket = _with(ticket, *stopped)
    if response.since is not None and not people_act(ticket):
        ticket = _end_of_wait(ticket)
    if people_act(ticket):
        ticket = _run(ticket, now, is_new=response.since is None)
    elif not ticket.is_open:
        ticket = replace(
            ticket,
            resolution_business=ticket.resolution_spent,
            resolution_late=ticket.resolution_alert is Alert.BROKEN,
        )
    return scheduled(ticket, terms, warning, calendar), broken


def scheduled(
    ticket: Ticket, terms: Terms, warning: timedelta | None, calendar: Calendar
) -> Ticket:
    """The ticket with the nearest promise and the moment at which people are told of one next."""
    hours = calendar(terms.hours)
    running = [one for one in watches(ticket) if one.since is not None]
    ends = [(end, one.clock) for one in running if (end := due(one, terms, hours))]
    next_end, clock = min(ends, default=(None, None))
    alerts = [one.at for one in upcoming(ticket, terms, warning, calendar)]
    return replace(ticket, due_at=next_end, due_clock=clock, sla_at=min(alerts, default=None))


def upcoming(
    ticket: Ticket, terms: Terms, warning: timedelta | None, calendar: Calendar
) -> tuple[Due, ...]:
    """For each promise that runs and is not broken: what people are told next, and when."""
    hours = calendar(terms.hours)
    found = (_upcoming(one, terms, warning, hours) for one in watches(ticket))
    return tuple(one for one in found if one)


def due(watch: Watch, terms: Terms, hours: BusinessHours | None) -> datetime | None:
    """When the target will be spent; None where nothing is promised or the clock stands.

    What was spent before the stretch began (the promise became a shorter one) is late at once.
    """
    target = terms.target(watch.clock)
    if target is None or watch.since is None:
        return None
    left = target - watch.spent
    return later(hours, watch.since, left) if left > timedelta() else watch.since


def told(ticket: Ticket, told: Due) -> Ticket:
    """People have been told of it."""
    if told.clock is Clock.RESOLUTION:
        return replace(ticket, resolution_alert=told.alert)
    return replace(ticket, response_alert=told.alert)


def _upcoming(
    watch: Watch, terms: Terms, warning: timedelta | None, hours: BusinessHours | None
) -> Due | None:
    target, end = terms.target(watch.clock), due(watch, terms, hours)
    if target is None or end is None or watch.since is None or watch.alert is Alert.BROKEN:
        return None
    early = target - lead(target, warning) - watch.spent
    if watch.alert is Alert.NONE and early >= timedelta():
        at = later(hours, watch.since, early)
        return Due(clock=watch.clock, alert=Alert.WARNED, at=at, end=end, target=target)
    return Due(clock=watch.clock, alert=Alert.BROKEN, at=end, end=end, target=target)


def _stop(watch: Watch, terms: Terms, calendar: Calendar, now: datetime) -> Watch:
    """The end of a stretch, and with it the word on whether the promise was kept so far."""
    if watch.since is None:
        return watch
    spent = watch.spent + elapsed(calendar(terms.hours), watch.since, now)
    target = terms.target(watch.clock)
    is_broken = target is not None and spent >= target
    alert = Alert.BROKEN if is_broken else watch.alert
    return replace(watch, since=None, spent=spent, alert=alert)


def _with(ticket: Ticket, response: Watch, resolution: Watch) -> Ticket:
    return replace(
        ticket,
        response_since=response.since,
        response_spent=response.spent,
        response_alert=response.alert,
        resolution_since=resolution.since,
        resolution_spent=resolution.spent,
        resolution_alert=resolution.alert,
    )


def _end_of_wait(ticket: Ticket) -> Ticket:
    """A response was given; or the ticket was closed without one, which is none."""
    late = ticket.response_alert is Alert.BROKEN
    if ticket.first_response is None:
        given = ticket.response_spent if ticket.is_open else None
        late = late or ticket.first_response_late
        return replace(ticket, first_response=given, first_response_late=late)
    return replace(
        ticket,
        next_responses=ticket.next_responses + ticket.is_open,
        next_responses_late=ticket.next_responses_late + late,
    )


def _run(ticket: Ticket, now: datetime, *, is_new: bool) -> Ticket:
    """Have both clocks run from now on; a wait that has just begun begins at zero."""
    if is_new:
        ticket = replace(ticket, response_spent=timedelta(), response_alert=Alert.NONE)
    return replace(
        ticket,
        response_since=ticket.response_since or now,
        resolution_since=ticket.resolution_since or now,
    )
