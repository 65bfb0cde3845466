"""A stretch of time as people write it: `7d`, `today`, `2026-11`, `2026-11-01..2026-11-15`."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.domain import duration

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_WORDS = ("today", "yesterday", "week", "month")

Period = tuple[datetime, datetime]


def parse(text: str, now: datetime, zone: tzinfo = UTC) -> Period:
    """From when, and up to when. Raises `ValueError` in words, with examples.

    `week` and `month` are the last seven days and the calendar month so far.
    """
    words = text.strip().casefold().removeprefix("last ").removeprefix("this ")
    if found := _word(words, now, zone):
        return found
    if month := _MONTH.fullmatch(words):
        return _month(int(month[1]), int(month[2]), zone, text)
    first, dots, last = words.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        return _back(words, now, text)
    return _at(days[0], zone), _at(days[1] + _DAY, zone)


def _word(word: str, now: datetime, zone: tzinfo) -> Period | None:
    today = now.astimezone(zone).date()
    return {
        "today": (_at(today, zone), now),
        "yesterday": (_at(today - _DAY, zone), _at(today, zone)),
        "week": (now - _WEEK, now),
        "month": (_at(today.replace(day=1), zone), now),
    }.get(word)


def _back(words: str, now: datetime, text: str) -> Period:
    try:
        return now - duration.parse(words), now
    except ValueError:
        raise _unreadable(text) from None


def _month(year: int, month: int, zone: tzinfo, text: str) -> Period:
    try:
        first = date(year, month, 1)
    except ValueError:
        raise _unreadable(text) from None
    return _at(first, zone), _at((first + 31 * _DAY).replace(day=1), zone)


def _unreadable(text: str) -> ValueError:
    return ValueError(
        f"{text.strip()!r} is no period; write 7d, {', '.join(_WORDS)}, 2026-11 or "
        "2026-11-01..2026-11-15"
    )


def _at(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
