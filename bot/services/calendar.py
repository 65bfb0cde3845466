"""A team's hours as the desk writes them, given meaning."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from bot.domain.desk import Desk, Hours, Team
from bot.domain.hours import WEEKDAYS, BusinessHours, parse_shift


def hours_of(team: Team) -> BusinessHours | None:
    """The team's business hours; None for a team that always works."""
    return compiled(team.hours)


def compiled(hours: Hours | None) -> BusinessHours | None:
    """Hours as written, given meaning; None for always."""
    return _compile(hours) if hours else None


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


def problems(desk: Desk) -> tuple[str, ...]:
    """Every team whose holidays are of no country that is known, in words for an admin."""
    return tuple(
        f'team "{team.name}": hours: "{team.hours.holidays}" is no country whose holidays are '
        "known; write it as BR, DE, US"
        for team in desk.teams
        if team.hours and not _has_holidays(team.hours.holidays)
    )


def _has_holidays(country: str) -> bool:
    try:
        _holidays(country)
    except NotImplementedError:
        return False
    return True


def _holidays(country: str) -> Container[date]:
    return holidays.country_holidays(country) if country else frozenset()
