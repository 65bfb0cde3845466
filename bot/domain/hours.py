"""Business time: a week of shifts in a time zone, less the holidays.

Every clock that a team is measured by runs in business time. A shift that ends at or before its
start runs past midnight; `24:00` is the end of the day.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_LONGEST_PAUSE = 400  # days; a week with shifts and a year of holidays ends before this
_KEPT_DAYS = 1000
_SHIFT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")

Shift = tuple[time, time]


def parse_shift(text: str) -> Shift:
    """`09:00-12:00` → two times; `24:00` becomes midnight. Raises `ValueError`."""
    match = _SHIFT.fullmatch(text.strip())
    if not match:
        raise ValueError(f"{text!r} is no shift; write it as 09:00-12:00")
    start = time(int(match[1]), int(match[2]))
    end = time(int(match[3]), int(match[4])) if match[3] else time()
    return start, end


@dataclass(frozen=True, kw_only=True)
class BusinessHours:
    """`shifts` by weekday, Monday 0. A holiday has no shifts that begin on it.

    Where the clocks change, a shift runs from the first moment at which the wall clock shows its
    start or a later time to the first at which it shows its end or a later time.
    """

    timezone: ZoneInfo
    shifts: Mapping[int, tuple[Shift, ...]]
    holidays: Container[date] = frozenset()
    _days: dict[date, tuple[tuple[datetime, datetime], ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def windows(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches from `start` on, in UTC: in order, touching at most."""
        reached = start.astimezone(UTC)
        day = start.astimezone(self.timezone).date() - _DAY
        idle = 0
        while idle < _LONGEST_PAUSE:
            idle += 1
            for opens, closes in self._known(day):
                if closes > max(opens, reached):  # a shift of a day that was skipped is empty
                    idle = 0
                    yield max(opens, reached), closes
                    reached = closes
            day += _DAY

    def _known(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The same days are asked for again and again."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= _KEPT_DAYS:
                self._days.clear()
            known = self._days[day] = tuple(self._day(day))
        return known

    def _day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.holidays:
            return
        for opens, closes in sorted(self.shifts.get(day.weekday(), ())):
            last = day if closes > opens else day + _DAY
            yield self._at(day, opens), self._at(last, closes)

    def _at(self, day: date, clock: time) -> datetime:
        """When the wall clock first shows this time; where it is skipped, the moment after."""
        wanted = datetime.combine(day, clock, self.timezone)
        at = wanted.astimezone(UTC)
        if at.astimezone(self.timezone).replace(tzinfo=None) == wanted.replace(tzinfo=None):
            return at
        return _end_of_gap(wanted)


def _end_of_gap(skipped: datetime) -> datetime:
    """The moment at which the clocks were put forward over this local time."""
    before = skipped.replace(fold=1).astimezone(UTC)
    after = skipped.astimezone(UTC)
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(skipped.tzinfo).utcoffset() == skipped.utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def is_open(hours: BusinessHours | None, at: datetime) -> bool:
    """Whether a team works at that moment; without hours it always does."""
    if hours is None:
        return True
    opens, _ = next(hours.windows(at), (None, None))
    return opens == at


def next_opening(hours: BusinessHours | None, at: datetime) -> datetime:
    """The first moment of work at or after `at`; `at` itself when hours never open."""
    if hours is None:
        return at
    return next((opens for opens, _ in hours.windows(at)), at)


def later(hours: BusinessHours | None, start: datetime, span: timedelta) -> datetime:
    """The moment at which `span` of business time has passed since `start`."""
    if hours is None:
        return start + span
    left = span
    for opens, closes in hours.windows(start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return start + span


def elapsed(hours: BusinessHours | None, start: datetime, end: datetime) -> timedelta:
    """The business time between two moments; zero when `end` is not after `start`."""
    if end <= start:
        return timedelta()
    if hours is None:
        return end - start
    total = timedelta()
    for opens, closes in hours.windows(start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total
