"""Commands of an admin: the desk itself."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.commands import resolve
from bot.commands.registry import Argument, Command, Context, Handler, Kind, Response
from bot.domain import duration
from bot.domain.conversation import Conversation
from bot.domain.desk import DIRECT, Channel, Desk, Role, Team
from bot.domain.errors import BadInput, NotFound
from bot.domain.escalation import Escalation, Signal
from bot.domain.message import Author, Message
from bot.services import configure, escalate

# Slack sends `<#C0TEAM|support>`, Discord `<#600>`.
_MENTION = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")
_TEXTS = ("identity", "reopen", "assignment", "backup", "out_of_hours")


def _save(context: Context, desk: Desk, what: str) -> Response:
    configure.save(context.tx, desk, context.me, what, context.now)
    return Response(text=f"{what} This holds from now on.")


def _setup(context: Context) -> Response:
    """A team, a connected channel, and a test ticket, in one go."""
    workspace = context.call.place.workspace
    team = Team(
        name=context.get("team").strip().lower(),
        workspace=workspace,
        channel=_channel(context.get("team_channel")),
        members=(context.me,),
        supervisors=(context.me,),
    )
    customers = _channel(context.get("customer_channel")) or DIRECT
    desk = context.tx.desk.get()
    if known := desk.team(team.name):
        team = replace(known, workspace=workspace, channel=team.channel)
    desk = configure.with_team(desk, team)
    desk = configure.with_channel(
        desk, Channel(workspace=workspace, channel=customers, team=team.name)
    )
    configure.save(context.tx, desk, context.me, f"Set up {team.name}.", context.now)
    number = _test_ticket(context, team)
    return Response(
        text=f"Set up: contacts write in {customers}, the team {team.name} works in "
        f"{team.channel}. Test ticket #{number} is on its way there."
    )


def _test_ticket(context: Context, team: Team) -> int:
    """A ticket of the admin's own, in no real contact's place, to see that the channel works."""
    conversation = context.tx.conversations.add(
        Conversation(
            workspace=team.workspace,
            channel=f"test:{context.me}",
            contact=context.me,
            contact_name="Test contact",
            started_at=context.now,
            last_message_at=context.now,
        )
    )
    context.tx.messages.add(
        Message(
            conversation_id=conversation.id,
            author=Author.CONTACT,
            author_id=context.me,
            author_name="Test contact",
            text="This is a test message. Claim and close this ticket to try Baton.",
            at=context.now,
        )
    )
    reason = Escalation(signal=Signal.PERSON, reason="A test of the set-up.", team=team.name)
    return escalate.escalate(context.tx, conversation, reason, context.now, actor=context.me).number


def _teams(context: Context) -> Response:
    teams = context.tx.desk.get().teams
    lines = [
        f"**{team.name}** in {team.workspace} {team.channel}: "
        + (", ".join(_name(context, one) for one in team.people) or "nobody yet")
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
        channel=_channel(context.get("channel")),
        members=people or (context.me,),
    )
    return _save(context, configure.with_team(desk, team), f"Added team {name}.")


def _set_team(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    key, value = context.get("key"), context.get("value").strip()
    changed = _changed(context, team, key, value)
    desk = configure.with_team(context.tx.desk.get(), changed)
    return _save(context, desk, f"{team.name}: {key} is {value} now.")


def _changed(context: Context, team: Team, key: str, value: str) -> Team:
    """A team with one setting changed."""
    changes: dict[str, Any] = {key: value}
    match key:
        case "channel":
            changes = {key: _channel(value)}
        case "notify":
            typed = [one for one in value.split(",") if one.strip()]
            changes = {key: tuple(resolve.person(context, one) for one in typed)}
        case "capacity":
            if not value.isdigit():
                raise BadInput(problem=f"{value!r} is no number of tickets.")
            changes = {key: int(value)}
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
    return _save(context, desk, f"Removed team {team.name}.")


def _channels(context: Context) -> Response:
    desk = context.tx.desk.get()
    lines = [
        f"**{one.channel}** in {one.workspace}: {'the agent answers' if one.agent else 'no agent'},"
        f" team {team.name if (team := desk.default_team(one)) else 'none'}"
        for one in desk.channels
    ]
    return Response(text="\n".join(lines) or "No channel is connected. /desk channel add does it.")


def _add_channel(context: Context) -> Response:
    team = resolve.team(context, context.get("team")) if context.get("team") else None
    channel = Channel(
        workspace=context.call.place.workspace,
        channel=_channel(context.get("channel")),
        agent=context.get("agent") != "off",
        team=team.name if team else "",
    )
    desk = configure.with_channel(context.tx.desk.get(), channel)
    return _save(context, desk, f"Connected {channel.channel}.")


def _remove_channel(context: Context) -> Response:
    channel = _channel(context.get("channel"))
    desk = configure.without_channel(context.tx.desk.get(), context.call.place.workspace, channel)
    return _save(context, desk, f"Disconnected {channel}.")


def _add_member(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    person = resolve.person(context, context.get("person"))
    is_supervisor = context.get("role") == Role.SUPERVISOR
    desk = configure.with_member(context.tx.desk.get(), team, person, supervisor=is_supervisor)
    role = "a supervisor" if is_supervisor else "an attendant"
    return _save(context, desk, f"{_name(context, person)} ({person}) is {role} of {team.name}.")


def _remove_member(context: Context) -> Response:
    team = resolve.team(context, context.get("team"))
    person = resolve.person(context, context.get("person"))
    desk = configure.without_member(context.tx.desk.get(), team, person)
    return _save(context, desk, f"{_name(context, person)} left {team.name}.")


def _admin(context: Context) -> Response:
    configure.redeem(context.tx, context.me, context.get("code"), context.now)
    return Response(text="You are an admin now. /desk setup is the next step.")


def _add_admin(context: Context) -> Response:
    person = resolve.person(context, context.get("person"))
    desk = configure.with_admin(context.tx.desk.get(), person)
    return _save(context, desk, f"{_name(context, person)} ({person}) is an admin.")


def _name(context: Context, person: str) -> str:
    return context.tx.people.get(person).name


def _channel(typed: str) -> str:
    """The id a channel is known by: from a mention, or as typed without its #."""
    typed = typed.strip()
    match = _MENTION.fullmatch(typed)
    return match[1] if match else typed.removeprefix("#")


def remove_admin(desk: Desk, person: str) -> Desk:
    """The last admin cannot go: nobody could let anybody in again."""
    kept = tuple(one for one in desk.admin.members if one != person)
    if len(kept) == len(desk.admin.members):
        raise NotFound(what="admin", name=person)
    if not kept:
        raise BadInput(problem="The last admin cannot be removed.")
    return replace(desk, admin=replace(desk.admin, members=kept))


def _remove_admin(context: Context) -> Response:
    person = resolve.person(context, context.get("person"))
    desk = remove_admin(context.tx.desk.get(), person)
    return _save(context, desk, f"{_name(context, person)} is no admin any more.")


_TEAM = Argument(name="team", kind=Kind.TEAM, help="the team's name")
_NEW_TEAM = Argument(name="team", kind=Kind.WORD, help="the team's name, one word")
_CHANNEL = Argument(name="channel", kind=Kind.CHANNEL, help="a channel, or dm")
_PERSON = Argument(name="person", kind=Kind.PERSON, help="who, like @alice")
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


def _command(name: str, text: str, handler: Handler, *arguments: Argument) -> Command:
    return Command(
        name=f"desk {name}",
        help=text,
        role=Role.OUTSIDER if name == "admin" else Role.ADMIN,
        handler=handler,
        arguments=arguments,
    )


ADMINISTRATION = (
    _command(
        "setup",
        "A team, a channel for contacts, and a test ticket",
        _setup,
        _NEW_TEAM,
        Argument(name="team_channel", kind=Kind.CHANNEL, help="where the team works"),
        Argument(
            name="customer_channel",
            kind=Kind.CHANNEL,
            help="where contacts write; empty: direct messages",
            required=False,
        ),
    ),
    _command("team list", "Every team, where it works, who is in it", _teams),
    _command(
        "team add",
        "Make a team",
        _add_team,
        _NEW_TEAM,
        Argument(name="channel", kind=Kind.CHANNEL, help="where the team works"),
        Argument(name="members", kind=Kind.WORD, help="@alice,@bob", required=False),
    ),
    _command(
        "team set",
        "Change one setting of a team",
        _set_team,
        _TEAM,
        Argument(name="key", kind=Kind.WORD, help="which setting", choices=_SETTINGS),
        Argument(name="value", kind=Kind.TEXT, help="its new value"),
    ),
    _command("team remove", "Remove a team without open tickets", _remove_team, _TEAM),
    _command("channel list", "Where contacts write", _channels),
    _command(
        "channel add",
        "Connect a channel in which contacts write",
        _add_channel,
        _CHANNEL,
        Argument(name="team", kind=Kind.TEAM, help="who its tickets go to", required=False),
        Argument(
            name="agent",
            kind=Kind.WORD,
            help="whether the agent answers",
            required=False,
            choices=("on", "off"),
        ),
    ),
    _command("channel remove", "Disconnect a channel", _remove_channel, _CHANNEL),
    _command(
        "member add",
        "Add somebody to a team, or change their role in it",
        _add_member,
        _PERSON,
        _TEAM,
        Argument(
            name="role",
            kind=Kind.WORD,
            help="attendant or supervisor",
            required=False,
            choices=(Role.ATTENDANT, Role.SUPERVISOR),
        ),
    ),
    _command("member remove", "Take somebody out of a team", _remove_member, _PERSON, _TEAM),
    _command(
        "admin",
        "Become the first admin by the code that `baton run` printed",
        _admin,
        Argument(name="code", kind=Kind.WORD, help="the one-time code"),
    ),
    _command("admin add", "Make somebody an admin", _add_admin, _PERSON),
    _command("admin remove", "Make an admin an ordinary member", _remove_admin, _PERSON),
)
