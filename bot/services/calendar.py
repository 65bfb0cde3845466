"""A team's hours as the desk writes them, given meaning."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from bot.domain.desk import Hours, Team
from bot.domain.hours import WEEKDAYS, BusinessHours, parse_shift


def hours_of(team: Team) -> BusinessHours | None:
    """The team's business hours; None for a team that always works."""
    return _compile(team.hours) if team.hours else None


@lru_cache(maxsize=256)
def _compile(hours: Hours) -> BusinessHours:
    return BusinessHours(
        timezone=ZoneInfo(hours.timezone),
        shifts={
            number: tuple(parse_shift(shift) for shift in getattr(hours, day))
            for number, day in enumerate(WEEKDAYS)
        },
        holidays=_holidays(hours.holidays),
    )


def _holidays(country: str) -> Container[date]:
    return holidays.country_holidays(country) if country else frozenset()
