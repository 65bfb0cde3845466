"""Hours and spans of time as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import duration, week
from bot.domain.hours import WEEKDAYS

WORK = ("09:00-12:00", "13:00-18:00")


@pytest.mark.parametrize(
    ("text", "days", "shifts"),
    [
        ("mon-fri 09:00-12:00,13:00-18:00", "mon tue wed thu fri", WORK),
        ("Mon-Fri 9-12, 13-18", "mon tue wed thu fri", WORK),
        ("weekdays 9:00-12:00,13:00-18:00", "mon tue wed thu fri", WORK),
        ("daily 9-12,13-18", " ".join(WEEKDAYS), WORK),
        ("sat,sunday 0900-1200,1300-1800", "sat sun", WORK),
        ("fri-mon 09:00-12:00,13:00-18:00", "mon fri sat sun", WORK),
        ("tuesday 09:00-12:00; tue 13:00-18:00", "tue", WORK),
        ("wed 22:00-06:00", "wed", ("22:00-06:00",)),
        ("thu 0-24", "thu", ("00:00-24:00",)),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, days: str, shifts: tuple[str, ...]) -> None:
    found = week.parse(text)
    assert {day: one for day, one in found.items() if one} == dict.fromkeys(days.split(), shifts)


def test_a_day_can_be_taken_out_again() -> None:
    assert week.parse("mon-fri 9-17; wed closed")["wed"] == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("funday 9-12", "'funday' is no day"),
        ("mon", "says no days and hours"),
        ("mon 9", "'9' is no shift"),
        ("mon 25:00-26:00", "is no shift"),
        ("mon 9-12,", None),
        ("", "says no days and hours"),
        ("mon to fri 9-12", "is no day"),
        ("monkey 9-12", "is no day"),
    ],
)
def test_wrong_hours_are_answered_with_an_example(text: str, problem: str | None) -> None:
    if problem is None:
        assert week.parse(text)["mon"] == ("09:00-12:00",)
        return
    with pytest.raises(ValueError, match=problem) as refused:
        week.parse(text)
    assert "write it as" in str(refused.value)


_TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
_SHIFTS = st.lists(st.builds("{}-{}".format, _TIMES, _TIMES), max_size=3).map(tuple)


@given(st.fixed_dictionaries(dict.fromkeys(WEEKDAYS, _SHIFTS)))
def test_hours_that_are_shown_can_be_typed_again(shifts: dict[str, tuple[str, ...]]) -> None:
    written = week.write(shifts)
    if written:
        assert week.parse(written) == shifts
    else:
        assert not any(shifts.values())


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_hours(text: str) -> None:
    try:
        found = week.parse(text)
    except ValueError as error:
        found = dict.fromkeys(WEEKDAYS, ()) if "write it as" in str(error) else {}
    assert set(found) == set(WEEKDAYS)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2 hours", timedelta(hours=2)),
        ("30 min", timedelta(minutes=30)),
        ("1 day 2 hrs", timedelta(days=1, hours=2)),
        ("90 seconds", timedelta(seconds=90)),
    ],
)
def test_spans_may_be_written_in_words(text: str, span: timedelta) -> None:
    assert duration.parse(text) == span
