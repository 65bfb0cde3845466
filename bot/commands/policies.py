"""Commands of an admin about what a team promises and when it works."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.commands import resolve, settings, wording
from bot.commands.desk import TEAM, command
from bot.commands.registry import Argument, Context, Kind, Response
from bot.commands.settings import SPAN, WORD, Setting
from bot.commands.teams import OUT_OF_HOURS, REOPEN, SILENCE, changed
from bot.domain import week
from bot.domain.desk import Hours, Priority, Targets
from bot.domain.errors import BadInput
from bot.domain.hours import WEEKDAYS

_TARGETS = (
    Setting(name="first_response", help="in business time, like 30m", codec=SPAN, placed=True),
    Setting(name="next_response", help="in business time, like 1h", codec=SPAN, placed=True),
    Setting(name="resolution", help="in business time, like 8h", codec=SPAN, placed=True),
)
_CLOCK = (
    Setting(name="timezone", help="like Europe/Berlin", codec=WORD),
    Setting(name="holidays", help="a country, like BR; off: none", codec=WORD),
)
_WEEK = Argument(
    name="week",
    kind=Kind.TEXT,
    help="like mon-fri 09:00-12:00,13:00-18:00; off: always open",
    required=False,
    plain=True,
)
_ALWAYS = {"", "off", "none", "always", "24/7"}


def _set_targets(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    priority = Priority(context.get("priority"))
    targets = settings.changed(context, team.sla.get(priority, Targets()), _TARGETS)
    kept = {key: one for key, one in team.sla.items() if key is not priority}
    sla = kept if targets == Targets() else {**kept, priority: targets}
    ordered = {one: sla[one] for one in Priority if one in sla}
    what = f"Changed what {team.name} promises at {priority} priority."
    return changed(context, replace(team, sla=ordered), what)


def _targets(context: Context) -> dict[str, str]:
    team = resolve.team(context, context.get("team"))
    priority = Priority(context.get("priority"))
    return settings.filled(context, team.sla.get(priority, Targets()), _TARGETS)


def _set_hours(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    team = settings.changed(context, team, (OUT_OF_HOURS,))
    team = replace(team, hours=_hours(context, team.hours))
    now = wording.hours(team.hours) if team.hours else "always open"
    return changed(context, team, f"The hours of {team.name}: {now}.")


def _hours(context: Context, now: Hours | None) -> Hours | None:
    """Raises `BadInput` with an example."""
    if "week" not in context.values:
        if now is None and set(context.values) & {"timezone", "holidays"}:
            raise BadInput(problem=f"Say the hours as well: week={week.EXAMPLE.partition(';')[0]}")
        return settings.changed(context, now, _CLOCK) if now else None
    typed = context.get("week").strip().strip('"')
    if typed.casefold() in _ALWAYS:
        return None
    try:
        shifts = week.parse(typed)
    except ValueError as error:
        raise BadInput(problem=f"{str(error).capitalize()}.") from error
    days: dict[str, Any] = dict(shifts)
    return settings.changed(context, replace(now or Hours(), **days), _CLOCK)


def _standing_hours(context: Context) -> dict[str, str]:
    team = resolve.team(context, context.get("team"))
    hours = team.hours or Hours()
    return {
        "week": week.write({day: getattr(hours, day) for day in WEEKDAYS}),
        **settings.filled(context, hours, _CLOCK),
        **settings.filled(context, team, (OUT_OF_HOURS,)),
    }


def _set_silence(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    silence = settings.changed(context, team.inactivity, SILENCE)
    what = f"Changed when {team.name} closes silent tickets."
    return changed(context, replace(team, inactivity=silence), what)


def _silence(context: Context) -> dict[str, str]:
    return settings.filled(context, resolve.team(context, context.get("team")).inactivity, SILENCE)


def _set_reopen(context: Context) -> Response:
    team = settings.changed(context, resolve.team(context, context.get("team")), REOPEN)
    return changed(context, team, f"Changed what {team.name} does when a contact writes again.")


def _reopen(context: Context) -> dict[str, str]:
    return settings.filled(context, resolve.team(context, context.get("team")), REOPEN)


POLICIES = (
    command(
        "hours",
        "When a team works, and what contacts are told while it does not",
        _set_hours,
        TEAM,
        *settings.arguments((*_CLOCK, OUT_OF_HOURS)),
        _WEEK,
        fill=_standing_hours,
        edits=True,
    ),
    command(
        "sla",
        "What a team promises at a priority",
        _set_targets,
        TEAM,
        Argument(
            name="priority",
            kind=Kind.WORD,
            help="for which tickets",
            subject=True,
            choices=tuple(Priority),
        ),
        *settings.arguments(_TARGETS),
        fill=_targets,
        edits=True,
    ),
    command(
        "inactivity",
        "When a silent contact is asked, and the ticket closed, in business time",
        _set_silence,
        TEAM,
        *settings.arguments(SILENCE),
        fill=_silence,
        edits=True,
    ),
    command(
        "reopen",
        "What happens when a contact writes after the close",
        _set_reopen,
        TEAM,
        *settings.arguments(REOPEN),
        fill=_reopen,
        edits=True,
    ),
)
