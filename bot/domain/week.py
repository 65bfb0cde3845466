"""A week of shifts as people write it: `mon-fri 09:00-12:00,13:00-18:00; sat 10-14`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby

from bot.domain.hours import WEEKDAYS, parse_shift

EXAMPLE = "mon-fri 09:00-12:00,13:00-18:00; sat 10:00-14:00"
_PART = re.compile(r"([a-z][a-z,\s-]*?)\s+(\d[\d:,\s–-]*|closed|off)")  # noqa: RUF001 - as people write it
_TIME = re.compile(r"(\d{1,2})(?::?(\d{2}))?")
_EVERY = {"daily": "mon-sun", "every day": "mon-sun", "weekdays": "mon-fri", "weekend": "sat-sun"}


def parse(text: str) -> dict[str, tuple[str, ...]]:
    """Shifts by weekday; a day that is not named has none. Raises `ValueError` with an example."""
    week: dict[str, tuple[str, ...]] = dict.fromkeys(WEEKDAYS, ())
    parts = [part.strip() for part in re.split(r"[;\n]", text.casefold()) if part.strip()]
    for part in parts or [text]:
        match = _PART.fullmatch(part)
        if not match:
            raise ValueError(f"{part!r} says no days and hours; write it as {EXAMPLE}")
        closed = match[2] in {"closed", "off"}
        shifts = () if closed else tuple(_shift(one) for one in match[2].split(",") if one.strip())
        for day in _days(match[1].strip()):
            week[day] = () if closed else (*week[day], *shifts)
    return week


def write(week: Mapping[str, tuple[str, ...]]) -> str:
    """The inverse of `parse`, with days that are alike together."""
    parts = []
    for shifts, days in groupby(WEEKDAYS, key=lambda day: week[day]):
        named = list(days)
        if shifts:
            span = named[0] if len(named) == 1 else f"{named[0]}-{named[-1]}"
            parts.append(f"{span} {','.join(shifts)}")
    return "; ".join(parts)


def _days(text: str) -> list[str]:
    found: list[str] = []
    for part in _EVERY.get(text, text).split(","):
        first, _, last = part.strip().partition("-")
        start = _day(first)
        end = _day(last) if last else start
        span = (end - start) % len(WEEKDAYS)
        found += [WEEKDAYS[(start + at) % len(WEEKDAYS)] for at in range(span + 1)]
    return found


def _day(word: str) -> int:
    short = word.strip()[:3]
    if short not in WEEKDAYS or not _is_day(word.strip()):
        raise ValueError(f"{word.strip()!r} is no day; write it as {EXAMPLE}")
    return WEEKDAYS.index(short)


def _is_day(word: str) -> bool:
    return bool(re.fullmatch(r"[a-z]{3}|[a-z]{3,6}day", word)) or word in {"tues", "thur", "thurs"}


def _shift(text: str) -> str:
    start, dash, end = text.strip().replace("–", "-").partition("-")  # noqa: RUF001
    try:
        shift = f"{_time(start)}-{_time(end)}"
        parse_shift(shift)
    except ValueError:
        dash = ""
    if not dash:
        raise ValueError(f"{text.strip()!r} is no shift; write it as 09:00-12:00")
    return shift


def _time(text: str) -> str:
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    return f"{int(match[1]):02}:{match[2] or '00'}"
