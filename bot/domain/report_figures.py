"""A team's figures over some days: pure arithmetic over one plain row for each ticket.

What happened at the beginning of a ticket (volume, reasons, responses) counts on the day it was
opened; what happened at its end (resolution, reopening, rating) on the day it was last closed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.desk import Targets
from bot.domain.promise import Alert
from bot.domain.report import Day, Kept, Material, Part, Ratings, Report, Row, Share, Spread
from bot.domain.span import Span
from bot.domain.states import Status

NOBODY, NO_RULE = "nobody", "no rule"
_NOTHING = Targets()


def report(material: Material, span: Span, now: datetime) -> Report:
    """All figures of a team (or of all: an empty name) over some days."""
    rows = tuple(sorted(material.rows, key=lambda one: one.number))
    opened, closed = _opened(rows, span), _closed(rows, span)
    still = [one for one in opened if one.closed_at is None or one.closed_at >= span.end]

    def parts(key: Callable[[Row], str]) -> tuple[Part, ...]:
        return _parts(rows, key, material, span)

    return Report(
        team=material.team,
        span=span,
        at=now,
        opened=len(opened),
        closed=len(closed),
        left_open=len(still) + material.older,
        silent=sum(one.closed_by == "baton" for one in closed),
        days=_days(opened, closed, span),
        reasons=_counted(one.signal for one in opened),
        first_response=spread(one.first_response for one in opened),
        first_response_wall=spread(one.first_response_wall for one in opened),
        resolution=spread(one.resolution_business for one in closed),
        resolution_wall=spread(one.resolution for one in closed),
        kept=_kept(opened, closed, material.targets),
        reopened=_reopened(closed),
        ratings=_ratings(closed),
        agent=material.agent,
        teams=parts(lambda row: row.team),
        attendants=parts(lambda row: row.last_holder or NOBODY),
        rules=parts(lambda row: row.rule or NO_RULE),
        rows=rows,
        targets=material.targets,
        names=material.names,
    )


def spread(spans: Iterable[timedelta | None]) -> Spread:
    """Of the spans that are known."""
    known = sorted(one for one in spans if one is not None)
    if not known:
        return Spread()
    middle = len(known) // 2
    median = known[middle] if len(known) % 2 else (known[middle - 1] + known[middle]) / 2
    return Spread(count=len(known), median=median, p90=known[-(-9 * len(known) // 10) - 1])


def first_response_kept(row: Row, targets: Mapping[str, Targets]) -> bool | None:
    """None where nothing was promised, or where it is not known yet."""
    is_late = row.first_response_late
    if row.first_response is None:
        is_late = is_late or (
            row.status is not Status.CLOSED and row.response_alert is Alert.BROKEN
        )
    if targets.get(row.terms, _NOTHING).first_response is None:
        return None
    return False if is_late else True if row.first_response is not None else None


def next_responses_kept(row: Row, targets: Mapping[str, Targets]) -> Share:
    """A wait that a close ended too late was a promise too, though no response."""
    if targets.get(row.terms, _NOTHING).next_response is None:
        return Share()
    promised = max(row.next_responses, row.next_responses_late)
    return Share(part=promised - row.next_responses_late, whole=promised)


def resolution_kept(row: Row, targets: Mapping[str, Targets]) -> bool | None:
    """None where nothing was promised, or while the ticket is open."""
    if row.closed_at is None or targets.get(row.terms, _NOTHING).resolution is None:
        return None
    return not row.resolution_late


def _parts(
    rows: Iterable[Row], key: Callable[[Row], str], material: Material, span: Span
) -> tuple[Part, ...]:
    """By how much there was to do, then by name."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    parts = [
        _part(material.names.get(name, name), group, material.targets, span)
        for name, group in groups.items()
    ]
    return tuple(sorted(parts, key=lambda one: (-one.opened, -one.closed, one.name)))


def _part(name: str, rows: Sequence[Row], targets: Mapping[str, Targets], span: Span) -> Part:
    opened, closed = _opened(rows, span), _closed(rows, span)
    return Part(
        name=name,
        opened=len(opened),
        closed=len(closed),
        reopened=_reopened(closed),
        first_response=spread(one.first_response for one in opened),
        resolution=spread(one.resolution_business for one in closed),
        kept=_kept(opened, closed, targets).all,
        ratings=_ratings(closed),
    )


def _kept(opened: Iterable[Row], closed: Iterable[Row], targets: Mapping[str, Targets]) -> Kept:
    opened = tuple(opened)
    return Kept(
        first_response=_share(first_response_kept(one, targets) for one in opened),
        next_response=sum((next_responses_kept(one, targets) for one in opened), Share()),
        resolution=_share(resolution_kept(one, targets) for one in closed),
    )


def _share(answers: Iterable[bool | None]) -> Share:
    known = [one for one in answers if one is not None]
    return Share(part=sum(known), whole=len(known))


def _reopened(closed: Sequence[Row]) -> Share:
    return Share(part=sum(one.reopened > 0 for one in closed), whole=len(closed))


def _ratings(closed: Iterable[Row]) -> Ratings:
    given = Counter(one.rating for one in closed)
    return Ratings(counts=(given[1], given[2], given[3], given[4], given[5]))


def _days(opened: Iterable[Row], closed: Iterable[Row], span: Span) -> tuple[Day, ...]:
    begun = Counter(span.day_of(one.opened_at) for one in opened)
    ended = Counter(span.day_of(one.closed_at) for one in closed if one.closed_at)
    return tuple(Day(day=day, opened=begun[day], closed=ended[day]) for day in span.days)


def _opened(rows: Iterable[Row], span: Span) -> list[Row]:
    return [one for one in rows if span.holds(one.opened_at)]


def _closed(rows: Iterable[Row], span: Span) -> list[Row]:
    return [one for one in rows if span.holds(one.closed_at)]


def _counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(names).items(), key=lambda one: (-one[1], one[0])))
