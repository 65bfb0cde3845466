"""A team's hours as the desk writes them, given meaning."""

from __future__ import annotations

from collections.abc import Collection, Container
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from bot.domain.desk import Desk, Hours, Shift, Team
from bot.domain.hours import WEEKDAYS, BusinessHours, is_open, parse_shift


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


def at_work(team: Team, ids: Collection[str], now: datetime) -> bool:
    """Whether somebody, known by any of these ids, works for a team at that moment."""
    own = [shift for shift in team.shift if not set(ids).isdisjoint(shift.members)]
    if not own:
        return is_open(hours_of(team), now)
    return any(is_open(_compile(_week(team, shift)), now) for shift in own)


def next_shift(team: Team, now: datetime) -> datetime | None:
    """When work begins next for anybody in a team; None where it never stops."""
    weeks = [_compile(_week(team, shift)) for shift in team.shift]
    weeks += [hours] if (hours := hours_of(team)) else []
    starts = (opens for week in weeks for opens, _ in islice(week.windows(now), 2) if opens > now)
    return min(starts, default=None)


def _week(team: Team, shift: Shift) -> Hours:
    """A shift as hours: in the team's time zone, and without its holidays."""
    common = team.hours or Hours()
    days = {day: getattr(shift, day) for day in WEEKDAYS}
    return Hours(timezone=shift.timezone or common.timezone, holidays=common.holidays, **days)


def _holidays(country: str) -> Container[date]:
    if not country:
        return frozenset()
    import holidays  # noqa: PLC0415 - most desks name no country

    return holidays.country_holidays(country)
