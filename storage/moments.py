"""Moments as SQLite keeps them: text, in UTC, to the microsecond, without saying so.

It is what SQLAlchemy writes and reads there, in a third of the time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

_WITHOUT_ZONE = -len("+00:00")


def dump(moment: datetime | None) -> str | None:
    """Raises `ValueError` for a moment that does not tell its zone."""
    if moment is None:
        return None
    if moment.tzinfo is not UTC:
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
        moment = moment.astimezone(UTC)
    return _written(moment)


@lru_cache(64)
def _written(moment: datetime) -> str:
    """In UTC. A unit stores the same moment in many rows."""
    return moment.isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


def load(text: str | None) -> datetime | None:
    """A moment in UTC."""
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")
