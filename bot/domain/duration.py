"""Spans of time as people write them: `90s`, `30m`, `1h30m`, `14d`, `2 hours`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_WORDS = re.compile(
    r"(?<=[\d\s])(d(?:ays?)|h(?:ours?|rs?)|m(?:inutes?|ins?)|s(?:econds?|ecs?))(?![a-z])"
)
_LONGEST = timedelta(days=3_650)


def parse(text: str) -> timedelta:
    """`1h30m` → a timedelta of at most ten years. Raises `ValueError` in words for an admin."""
    short = _WORDS.sub(lambda word: word[0][0], text.strip().lower())
    match = _SPAN.fullmatch(short.replace(" ", ""))
    if not match or not any(match.groups()):
        raise ValueError(f"{text!r} is no duration; write it as 90s, 30m, 1h30m or 14d")
    amounts = [min(int(amount or 0), 10**10) for amount in match.groups()]
    seconds = sum(n * size for n, size in zip(amounts, _UNITS.values(), strict=True))
    if not 0 < seconds <= _LONGEST.total_seconds():
        raise ValueError(f"{text!r} is out of range; the shortest is 1s and the longest 3650d")
    return timedelta(seconds=seconds)


def write(span: timedelta) -> str:
    """The inverse of `parse`: the shortest exact form."""
    left = int(span.total_seconds())
    text = ""
    for unit, size in _UNITS.items():
        amount, left = divmod(left, size)
        if amount:
            text += f"{amount}{unit}"
    return text or "0s"


def exactly(span: timedelta) -> str:
    """A span as people say it, whole: `1 h 30 min`."""
    units = {"d": "d", "h": "h", "m": "min", "s": "s"}
    return " ".join(f"{one[:-1]} {units[one[-1]]}" for one in re.findall(r"\d+[dhms]", write(span)))


def roughly(span: timedelta) -> str:
    """A span as people say it, by its largest unit: `3 min`, `2 h`, `5 d`."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds} s"
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    raise AssertionError


def spelled(span: timedelta) -> str:
    """The same in whole words, for a sentence: `5 minutes`, `1 hour`, `90 minutes`, `3 days`."""
    minutes = max(round(abs(span).total_seconds() / 60), 1)
    for unit, size in (("day", 1_440), ("hour", 60), ("minute", 1)):
        amount = minutes // size
        if amount and (amount > 1 or minutes == amount * size):
            return f"{amount} {unit}{'' if amount == 1 else 's'}"
    raise AssertionError


def since(then: datetime, now: datetime) -> str:
    return roughly(now - then)
