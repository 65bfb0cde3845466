"""Commands of an admin about teams and who is in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.commands import resolve
from bot.commands.desk import NEW_TEAM, PERSON, TEAM, channel_id, command, name_of, save
from bot.commands.registry import Argument, Context, Kind, Response
from bot.domain import duration
from bot.domain.desk import Role, Team
from bot.domain.errors import BadInput
from bot.services import configure

_CAN_BE_EMPTY = {"out_of_hours", "backup", "notify"}
_NOTHING = {"", "off", "none"}
_TEXTS = ("identity", "reopen", "assignment", "backup", "out_of_hours")


def _teams(context: Context) -> Response:
    teams = context.tx.desk.get().teams
    lines = [
        f"**{team.name}** in {team.workspace} {team.channel}: "
        + (", ".join(name_of(context, one) for one in team.people) or "nobody yet")
        for team in teams
    ]
    return Response(text="\n".join(lines) or "There is no team. /desk team add makes one.")


def _add_team(context: Context) -> Response:
    desk = context.tx.desk.get()
    name = context.get("team").strip().lower()
    if desk.team(name):
        raise BadInput(problem=f"There is a team {name} already.")
    people = tuple(
        resolve.person(context, one) for one in context.get("members").split(",") if one.strip()
    )
    team = Team(
        name=name,
        workspace=context.call.place.workspace,
        channel=channel_id(context.get("channel")),
        members=people or (context.me,),
    )
    return save(context, configure.with_team(desk, team), f"Added team {name}.")


def _set_team(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    key, value = context.get("key"), context.get("value").strip()
    if key in _CAN_BE_EMPTY and value.strip('"').lower() in _NOTHING:
        value = ""
    changed = _changed(context, team, key, value)
    desk = configure.with_team(context.tx.desk.get(), changed)
    return save(context, desk, f"{team.name}: {key} is {value or 'off'} now.")


def _changed(context: Context, team: Team, key: str, value: str) -> Team:
    """A team with one setting changed."""
    changes: dict[str, Any] = {key: value}
    match key:
        case "channel":
            changes = {key: channel_id(value)}
        case "notify":
            typed = [one for one in value.split(",") if one.strip()]
            changes = {key: tuple(resolve.person(context, one) for one in typed)}
        case "capacity":
            changes = {key: resolve.number(value, "tickets")}
        case "reopen_within" | "claim_within":
            changes = {key: duration.parse(value)}
        case "warn_after" | "close_after":
            span: dict[str, Any] = {key: None if value == "off" else duration.parse(value)}
            changes = {"inactivity": replace(team.inactivity, **span)}
        case _:
            _check_choice(key, value)
    return replace(team, **changes)


_CHOICES = {
    "identity": ("name", "team", "anonymous"),
    "reopen": ("offer", "auto", "never"),
    "assignment": ("manual", "round_robin", "least_loaded"),
}


def _check_choice(key: str, value: str) -> None:
    known = _CHOICES.get(key)
    if known and value not in known:
        raise BadInput(problem=f"{key} is one of: {', '.join(known)}; not {value!r}.")


def _remove_team(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    desk = configure.without_team(context.tx.desk.get(), team.name)
    return save(context, desk, f"Removed team {team.name}.")


def _add_member(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    person = resolve.person(context, context.get("person"))
    is_supervisor = context.get("role") == Role.SUPERVISOR
    desk = configure.with_member(context.tx.desk.get(), team, person, supervisor=is_supervisor)
    role = "a supervisor" if is_supervisor else "an attendant"
    return save(context, desk, f"{name_of(context, person)} ({person}) is {role} of {team.name}.")


def _remove_member(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    person = resolve.person(context, context.get("person"))
    desk = configure.without_member(context.tx.desk.get(), team, person)
    return save(context, desk, f"{name_of(context, person)} left {team.name}.")


_SETTINGS = (
    *_TEXTS,
    "channel",
    "notify",
    "capacity",
    "reopen_within",
    "claim_within",
    "warn_after",
    "close_after",
)


TEAMS = (
    command("team list", "Every team, where it works, who is in it", _teams),
    command(
        "team add",
        "Make a team",
        _add_team,
        NEW_TEAM,
        Argument(name="channel", kind=Kind.CHANNEL, help="where the team works"),
        Argument(name="members", kind=Kind.WORD, help="@alice,@bob", required=False),
    ),
    command(
        "team set",
        "Change one setting of a team",
        _set_team,
        TEAM,
        Argument(name="key", kind=Kind.WORD, help="which setting", choices=_SETTINGS),
        Argument(name="value", kind=Kind.TEXT, help="its new value"),
    ),
    command("team remove", "Remove a team without open tickets", _remove_team, TEAM),
    command(
        "member add",
        "Add somebody to a team, or change their role in it",
        _add_member,
        PERSON,
        TEAM,
        Argument(
            name="role",
            kind=Kind.WORD,
            help="attendant or supervisor",
            required=False,
            choices=(Role.ATTENDANT, Role.SUPERVISOR),
        ),
    ),
    command("member remove", "Take somebody out of a team", _remove_member, PERSON, TEAM),
)
