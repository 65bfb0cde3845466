"""Business time against an oracle that only looks at the clock on the wall, minute by minute."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.hours import (
    BusinessHours,
    Shift,
    elapsed,
    is_open,
    later,
    next_opening,
    parse_shift,
)

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# Days around which the clocks change: by an hour, by half an hour, at midnight, and by a whole day.
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Africa/Cairo": (date(2026, 4, 24), date(2026, 10, 30)),
    "America/Santiago": (date(2026, 4, 5), date(2026, 9, 6)),
    "America/Sao_Paulo": (date(2017, 10, 15), date(2018, 2, 18)),
    "Pacific/Apia": (date(2011, 12, 30),),
    "Asia/Kolkata": (date(2026, 5, 1),),
    "UTC": (date(2026, 2, 28),),
}


@cache
def wall(zone: str, since: datetime) -> Sequence[datetime]:
    """The latest that the clock on the wall has shown until each minute of eleven days."""
    times = (since + n * MINUTE for n in range(11 * 24 * 60))
    shown = (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in times)
    return tuple(accumulate(shown, max))


@dataclass(frozen=True, kw_only=True)
class Oracle:
    """Which minutes are worked, found by reading the clock on the wall at each of them."""

    zone: str
    hours: BusinessHours
    around: date

    @property
    def begin(self) -> datetime:
        """The first of the minutes."""
        return datetime.combine(self.around - 5 * DAY, time(), UTC)

    def minutes(self) -> list[bool]:
        shown = wall(self.zone, self.begin)
        worked = [False] * len(shown)
        for number in range(-5, 6):
            for opens, closes in self._shifts(self.around + number * DAY):
                # The minutes at which the clock first shows these times or later ones.
                begun, ended = bisect_left(shown, opens), bisect_left(shown, closes)
                worked[begun:ended] = [True] * (ended - begun)
        return worked

    def _shifts(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for opens, closes in self.hours.shifts.get(day.weekday(), ()):
            if day not in self.hours.holidays:
                last = day if closes > opens else day + DAY
                yield datetime.combine(day, opens), datetime.combine(last, closes)


@st.composite
def weeks(draw: st.DrawFn) -> Oracle:
    """A team's week, around a day on which something happens to the clocks."""
    zone = draw(st.sampled_from(sorted(CHANGES)))
    around = draw(st.sampled_from(CHANGES[zone]))
    clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 59)))
    shifts: st.SearchStrategy[Shift] = st.tuples(clocks, clocks)
    week = draw(
        st.dictionaries(
            st.integers(0, 6), st.lists(shifts, max_size=3).map(tuple), min_size=1, max_size=7
        )
    )
    free = draw(st.sets(st.sampled_from([around + n * DAY for n in range(-3, 3)]), max_size=2))
    hours = BusinessHours(timezone=ZoneInfo(zone), shifts=week, holidays=free)
    return Oracle(zone=zone, hours=hours, around=around)


def nights(zone: str, around: date, *written: str) -> Oracle:
    """The same shifts every day."""
    shifts = tuple(parse_shift(one) for one in written)
    hours = BusinessHours(timezone=ZoneInfo(zone), shifts=dict.fromkeys(range(7), shifts))
    return Oracle(zone=zone, hours=hours, around=around)


def on(weekday: int, zone: str, around: date, *written: str) -> Oracle:
    """These shifts on one day of the week, and on the Monday after."""
    shifts = tuple(parse_shift(one) for one in written)
    hours = BusinessHours(timezone=ZoneInfo(zone), shifts={0: shifts, weekday: shifts})
    return Oracle(zone=zone, hours=hours, around=around)


SPRING = date(2026, 3, 29)
APIA = date(2011, 12, 30)


@settings(max_examples=100, deadline=None)
@given(week=weeks(), begin=st.integers(2 * 1_440, 5 * 1_440), span=st.integers(0, 4 * 1_440))
@example(week=nights("Europe/Berlin", SPRING, "02:30-03:15"), begin=4_000, span=4_000)
@example(week=nights("Europe/Berlin", SPRING, "02:15-02:45"), begin=4_000, span=4_000)
@example(week=nights("Europe/Berlin", SPRING, "22:00-06:00", "05:00-07:00"), begin=4_000, span=999)
@example(week=nights("UTC", SPRING, "00:00-24:00"), begin=4_000, span=5_000)
@example(week=nights("Pacific/Apia", APIA, "09:00-17:00"), begin=4_000, span=5_000)
@example(week=on(4, "Pacific/Apia", APIA, "00:00-24:00"), begin=4_000, span=0)
def test_business_time_is_what_the_clock_on_the_wall_says(
    week: Oracle, begin: int, span: int
) -> None:
    hours, worked = week.hours, week.minutes()
    start = week.begin + begin * MINUTE
    end = begin + span
    assert is_open(hours, start) == worked[begin]

    counted = sum(worked[begin:end])
    assert elapsed(hours, start, start + span * MINUTE) == counted * MINUTE

    if True in worked[begin:]:
        opening = worked.index(True, begin)
        assert next_opening(hours, start) == week.begin + opening * MINUTE

    if counted:
        last = max(minute for minute in range(begin, end) if worked[minute])
        assert later(hours, start, counted * MINUTE) == week.begin + (last + 1) * MINUTE


def test_the_oracle_can_tell_a_wrong_clock() -> None:
    """Negative control: a team that closes a minute too late is found out."""
    right = nights("Europe/Berlin", SPRING, "09:00-17:00")
    wrong = nights("Europe/Berlin", SPRING, "09:00-17:15")
    end = right.begin + 3 * DAY
    counted = sum(right.minutes()[: 3 * 24 * 60]) * MINUTE
    assert elapsed(right.hours, right.begin, end) == counted
    assert elapsed(wrong.hours, right.begin, end) != counted


@pytest.mark.parametrize("around", [date(2026, 3, 2), SPRING])
def test_a_team_that_never_closes_is_always_open(around: date) -> None:
    """Its stretches never end, and looking for their end must."""
    always = nights("Europe/Berlin", around, "00:00-24:00").hours
    at = datetime.combine(around, time(3, 17), UTC)
    assert is_open(always, at)
    assert later(always, at, timedelta(days=40)) == at + timedelta(days=40)
    assert elapsed(always, at, at + timedelta(days=40)) == timedelta(days=40)


def test_hours_without_a_shift_never_pass_and_still_end() -> None:
    never = BusinessHours(timezone=ZoneInfo("UTC"), shifts={})
    at = datetime(2026, 3, 2, tzinfo=UTC)
    assert not is_open(never, at)
    assert next_opening(never, at) == at
    assert elapsed(never, at, at + timedelta(days=9)) == timedelta()
