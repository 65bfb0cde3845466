"""A stretch of days as people write it: `last 7 days`, `2026-10`, `2026-11-01..2026-11-15`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cached_property

_DAY = timedelta(days=1)
_LONGEST = 731 * _DAY
_LAST_DAYS = re.compile(r"(?:last )?(\d{1,3}) ?d(?:ays?)?")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
DEFAULT = "last 7 days"
WAYS = (
    "today",
    "yesterday",
    "this week",
    "last week",
    "last 7 days",
    "last 30 days",
    "this month",
    "last month",
)


@dataclass(frozen=True, kw_only=True)
class Span:
    """Whole days in a time zone, from `first` to `last`, both of them included."""

    name: str
    first: date
    last: date
    zone: tzinfo

    @cached_property  # asked for with every ticket
    def start(self) -> datetime:
        return _midnight(self.first, self.zone)

    @cached_property
    def end(self) -> datetime:
        """The moment after the last day."""
        return _midnight(self.last + _DAY, self.zone)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first + n * _DAY for n in range((self.last - self.first).days + 1))

    @property
    def dates(self) -> str:
        """`1 to 31 Oct 2026`; the year stands once, and the month where it is the same."""
        first, last = self.first, self.last
        if first == last:
            return _dated(last)
        if (first.year, first.month) == (last.year, last.month):
            return f"{first.day} to {_dated(last)}"
        return f"{_dated(first).removesuffix(f' {last.year}')} to {_dated(last)}"

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment < self.end


def parse(text: str, now: datetime, zone: tzinfo) -> Span:
    """What somebody wrote, as of `now`; nothing at all is the last seven days, today included.

    Raises `ValueError` in words, with examples.
    """
    words = " ".join(text.casefold().split()) or DEFAULT
    today = now.astimezone(zone).date()
    found = _named(words, today) or _last_days(words, today) or _written(words)
    if found is None:
        raise ValueError(
            f"{text.strip()!r} is no period. Write {', '.join(WAYS)}, a month like 2026-10, "
            "or days like 2026-10-01..2026-10-31."
        )
    first, last = found
    if last < first:
        raise ValueError(f"{text.strip()!r} ends before it begins.")
    if last - first >= _LONGEST:
        raise ValueError("A period is two years at most.")
    if first > today:
        raise ValueError(f"{text.strip()!r} has not begun yet.")
    return Span(name=words, first=first, last=min(last, today), zone=zone)


def _named(words: str, today: date) -> tuple[date, date] | None:
    monday = today - today.weekday() * _DAY
    month = today.replace(day=1)
    return {
        "today": (today, today),
        "yesterday": (today - _DAY, today - _DAY),
        "this week": (monday, today),
        "last week": (monday - 7 * _DAY, monday - _DAY),
        "week": (today - 6 * _DAY, today),
        "this month": (month, today),
        "month": (month, today),
        "last month": ((month - _DAY).replace(day=1), month - _DAY),
    }.get(words)


def _last_days(words: str, today: date) -> tuple[date, date] | None:
    found = _LAST_DAYS.fullmatch(words)
    if not found or not int(found[1]):
        return None
    return today - (int(found[1]) - 1) * _DAY, today


def _written(words: str) -> tuple[date, date] | None:
    """A month, a day, or two days with dots between them."""
    try:
        if month := _MONTH.fullmatch(words):
            first = date(int(month[1]), int(month[2]), 1)
            return first, (first + 31 * _DAY).replace(day=1) - _DAY
        first_words, dots, last_words = words.partition("..")
        first = date.fromisoformat(first_words.strip())
        return first, date.fromisoformat(last_words.strip()) if dots else first
    except (ValueError, OverflowError):
        return None


def _dated(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
