"""Commands of an admin about teams, who is in them, and how they work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.commands import resolve, settings, wording
from bot.commands.desk import NEW_TEAM, PERSON, TEAM, command, save
from bot.commands.registry import Argument, Context, Kind, Response, condition
from bot.commands.settings import (
    CHANNEL,
    FLAG,
    FLAGS,
    NUMBER,
    PEOPLE,
    SPAN,
    TEXT,
    WORD,
    Codec,
    Setting,
)
from bot.domain import desk_check, week
from bot.domain.desk import Role, Shift, Team
from bot.domain.errors import BadInput
from bot.services import configure, linking


def _backup(context: Context, typed: str) -> str:
    """A team by its name, or a group or person by what they are called here."""
    named = context.tx.desk.get().team(typed.removeprefix("#"))
    return named.name if named else resolve.person(context, typed)


_BACKUP = Codec(read=_backup, show=lambda _, value: str(value))
# The first five are those that a small form shows.
SETTINGS = (
    Setting(name="notify", help="who is pinged, like @alice,@crew; off: nobody", codec=PEOPLE),
    Setting(
        name="assignment",
        help="how a ticket finds its attendant",
        codec=WORD,
        choices=("manual", "round_robin", "least_loaded"),
    ),
    Setting(name="capacity", help="tickets that one attendant can hold", codec=NUMBER),
    Setting(
        name="identity",
        help="what contacts see of who answers",
        codec=WORD,
        choices=("name", "team", "anonymous"),
    ),
    Setting(name="claim_within", help="then the team is reminded, like 5m", codec=SPAN),
    Setting(name="backup", help="who is asked next: a team, or @a-group", codec=_BACKUP),
    Setting(
        name="hand_back",
        help="what becomes of the tickets of who goes away",
        codec=WORD,
        choices=("ask", "auto"),
    ),
    Setting(
        name="private",
        help="whether only its members and admins see its tickets",
        codec=FLAG,
        choices=FLAGS,
    ),
    Setting(name="channel", help="where the team works", codec=CHANNEL),
)
REOPEN = (
    Setting(
        name="reopen",
        help="what happens when a contact writes after the close",
        codec=WORD,
        choices=("offer", "auto", "never"),
        placed=True,
    ),
    Setting(
        name="reopen_within", help="later it is a new ticket, like 14d", codec=SPAN, placed=True
    ),
)
OUT_OF_HOURS = Setting(
    name="out_of_hours",
    help="told to contacts while closed; {until} is when you open; off: nothing",
    codec=TEXT,
    long=True,
)
SILENCE = (
    Setting(
        name="warn_after", help="ask a silent contact after, like 20h", codec=SPAN, placed=True
    ),
    Setting(name="close_after", help="close after, like 24h", codec=SPAN, placed=True),
    Setting(name="warning", help="the words of the question", codec=TEXT, long=True),
    Setting(name="closing", help="the words of the close", codec=TEXT, long=True),
)
_KEYS = {one.name: one for one in (*SETTINGS, *REOPEN, OUT_OF_HOURS)}
_SILENT_KEYS = {one.name: one for one in SILENCE}


def changed(context: Context, team: Team, what: str, *, people: str = "") -> Response:
    """Save a team that was changed."""
    desk = configure.with_team(context.tx.desk.get(), team)
    return save(context, desk, what, people=people)


def _teams(context: Context) -> Response:
    lines = [
        f"**{team.name}** in {wording.channel(context, team.workspace, team.channel)}"
        f" ({team.workspace}): "
        + (", ".join(wording.name(context, one) for one in team.people) or "nobody yet")
        for team in context.tx.desk.get().teams
    ]
    return Response(text="\n".join(lines) or "There is no team. /desk team add makes one.")


def _add_team(context: Context) -> Response:
    desk = context.tx.desk.get()
    name = context.get("team").strip().lower()
    if desk.team(name):
        raise BadInput(problem=f"There is a team {name} already.")
    typed = context.get("members")
    people = tuple(resolve.person(context, one) for one in typed.split(",") if one.strip())
    team = Team(
        name=name,
        workspace=context.call.place.workspace,
        channel=resolve.channel(context.get("channel")),
        members=people or (context.me,),
    )
    return save(context, configure.with_team(desk, team), f"Added team {name}.", people=typed)


def _set_team(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    key, typed = context.get("key"), context.get("value").strip().strip('"')
    if key in _SILENT_KEYS:
        value = settings.read(context, team.inactivity, _SILENT_KEYS[key], typed)
        team = replace(team, inactivity=replace(team.inactivity, **{key: value}))
    else:
        setting = _KEYS[key]
        if setting.choices and typed not in setting.choices:
            known = ", ".join(setting.choices)
            raise BadInput(problem=f"{key} is one of: {known}; not {typed!r}.")
        team = replace(team, **{key: settings.read(context, team, setting, typed)})
    shown = wording.somewhere(context, team.workspace, team.channel) if key == "channel" else typed
    people = _called(context, {key: typed})
    return changed(context, team, f"{team.name}: {key} is {shown or 'off'} now.", people=people)


def _edit_team(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    team = settings.changed(context, team, SETTINGS)
    return changed(
        context, team, f"Changed team {team.name}.", people=_called(context, context.values)
    )


def _called(context: Context, given: Mapping[str, str]) -> str:
    """The people among what was given, as they were typed; the backup may be a team."""
    backup = given.get("backup", "")
    is_team = context.tx.desk.get().team(backup.strip().removeprefix("#")) is not None
    return ",".join((given.get("notify", ""), "" if is_team else backup))


def _standing(context: Context) -> dict[str, str]:
    return settings.filled(context, resolve.team(context, context.get("team")), SETTINGS)


def _remove_team(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    desk = context.tx.desk.get()
    if uses := desk_check.uses(desk, team.name):
        raise BadInput(
            problem=f"Team {team.name} is still named by {', '.join(uses)}. Change that first."
        )
    desk = configure.without_team(desk, team.name)
    return save(context, desk, f"Removed team {team.name}.")


def _add_member(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    typed = context.get("person")
    person = resolve.person(context, typed)
    is_supervisor = context.get("role") == Role.SUPERVISOR
    desk = configure.with_member(context.tx.desk.get(), team, person, supervisor=is_supervisor)
    role = "a supervisor" if is_supervisor else "an attendant"
    who = f"{wording.name(context, person)} ({person})"
    return save(context, desk, f"{who} is {role} of {team.name}.", people=typed)


def _remove_member(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    person = resolve.person(context, context.get("person"))
    desk = configure.without_member(context.tx.desk.get(), team, person)
    return save(context, desk, f"{wording.name(context, person)} left {team.name}.")


def _set_shift(context: Context) -> Response:
    """Raises `BadInput` with an example."""
    typed, team = context.get("person"), resolve.team(context, context.get("team"))
    person, said = resolve.person(context, typed), context.get("week").strip().strip('"')
    shift, when = None, "whenever the team does"
    if said.casefold() not in {"off", "none"}:
        try:
            days: dict[str, Any] = dict(week.parse(said))
        except ValueError as error:
            raise BadInput(problem=f"{str(error).capitalize()}.") from error
        shift = Shift(members=(person,), timezone=context.get("timezone").strip(), **days)
        when = week.write(days)
    desk = configure.with_shift(context.tx.desk.get(), team, person, shift)
    what = f"{wording.name(context, person)} works for {team.name} {when}."
    return save(context, desk, what, people=typed)


def _link(context: Context) -> Response:
    """Both are shown by their ids: a name is not enough to be somebody."""
    typed = (context.get("person"), context.get("other"))
    one, other = (resolve.person(context, each) for each in typed)
    desk = linking.linked(context.tx.desk.get(), one, other)
    ids = ", ".join(desk.ids_of(one))
    return save(context, desk, f"{ids} are one attendant.", people=",".join(typed))


def _unlink(context: Context) -> Response:
    person = resolve.person(context, context.get("person"))
    desk = linking.unlinked(context.tx.desk.get(), person)
    return save(context, desk, f"{person} is an attendant of their own.")


_MEMBER_TEAM = replace(TEAM, subject=False)

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
        Argument(name="key", kind=Kind.WORD, help="which setting", choices=(*_KEYS, *_SILENT_KEYS)),
        Argument(name="value", kind=Kind.TEXT, help="its new value; off: none", plain=True),
    ),
    command(
        "team edit",
        "See and change how a team works, in a form",
        _edit_team,
        TEAM,
        *settings.arguments(SETTINGS),
        fill=_standing,
        edits=True,
    ),
    command("team remove", "Remove a team without open tickets", _remove_team, TEAM),
    command(
        "member add",
        "Add somebody to a team, or change their role in it",
        _add_member,
        PERSON,
        _MEMBER_TEAM,
        Argument(
            name="role",
            kind=Kind.WORD,
            help="attendant or supervisor",
            required=False,
            choices=(Role.ATTENDANT, Role.SUPERVISOR),
        ),
    ),
    command(
        "member shift",
        "When somebody works for a team; off: whenever the team does",
        _set_shift,
        PERSON,
        _MEMBER_TEAM,
        condition("timezone", "like Europe/Berlin; left out: the team's"),
        Argument(name="week", kind=Kind.TEXT, help="like mon-fri 06:00-14:00; off", plain=True),
    ),
    command(
        "member link",
        "Make two accounts on different platforms one attendant",
        _link,
        PERSON,
        Argument(name="other", kind=Kind.PERSON, help="the other account, like discord:900/77"),
    ),
    command("member unlink", "Make a linked account an attendant of its own", _unlink, PERSON),
    command("member remove", "Take somebody out of a team", _remove_member, PERSON, _MEMBER_TEAM),
)
