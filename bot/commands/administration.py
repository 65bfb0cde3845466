"""Commands of an admin: the first steps, the channels, the other admins."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.commands import resolve, wording
from bot.commands.desk import CHANNEL, NEW_TEAM, PERSON, command, save
from bot.commands.registry import Argument, Context, Kind, Response
from bot.commands.resolve import channel as channel_id
from bot.domain.desk import DIRECT, Channel, Desk, Team
from bot.domain.errors import BadInput, NotFound
from bot.domain.identity import workspace_of
from bot.services import configure, practice

_THREADS: dict[str, Literal["public", "private"]] = {"public": "public", "private": "private"}


def _setup(context: Context) -> Response:
    """A team, a connected channel, and a test ticket, in one go."""
    workspace = context.call.place.workspace
    team = Team(
        name=context.get("team").strip().lower(),
        workspace=workspace,
        channel=channel_id(context.get("team_channel")),
        members=(context.me,),
        supervisors=(context.me,),
    )
    customers = channel_id(context.get("customer_channel")) or DIRECT
    desk = context.tx.desk.get()
    if known := desk.team(team.name):
        team = _moved(known, team)
    desk = configure.with_team(desk, team)
    desk = configure.with_channel(
        desk, Channel(workspace=workspace, channel=customers, team=team.name)
    )
    configure.save(context.tx, desk, context.me, f"Set up {team.name}.", context.now)
    number = practice.test(context.tx, team, context.me, context.now).number
    contacts = wording.channel(context, workspace, customers)
    works = wording.channel(context, workspace, team.channel)
    return Response(
        text=f"Set up: contacts write in {contacts}, the team {team.name} works in {works}. Test "
        f"ticket #{number} is on its way there.",
        moves_places=True,
    )


def _moved(known: Team, wanted: Team) -> Team:
    """A team that is there already, where it is wanted, with whoever sets it up. Who worked where
    it leaves, like the people of the practice desk, stays behind.
    """
    leaves = known.workspace if known.workspace != wanted.workspace else ""

    def stay(people: tuple[str, ...], me: tuple[str, ...]) -> tuple[str, ...]:
        others = [one for one in people if not leaves or workspace_of(one) != leaves]
        return tuple(dict.fromkeys((*others, *me)))

    return replace(
        known,
        workspace=wanted.workspace,
        channel=wanted.channel,
        members=stay(known.members, wanted.members),
        supervisors=stay(known.supervisors, wanted.supervisors),
        notify=stay(known.notify, ()),
    )


def _channels(context: Context) -> Response:
    desk = context.tx.desk.get()
    lines = [
        f"{wording.channel(context, one.workspace, one.channel)} ({one.workspace}): "
        f"{'the agent answers' if one.agent else 'no agent'}, "
        f"team {team.name if (team := desk.default_team(one)) else 'none'}"
        for one in desk.channels
    ]
    return Response(text="\n".join(lines) or "No channel is connected. /desk channel add does it.")


def _add_channel(context: Context) -> Response:
    team = resolve.team(context, context.get("team")) if context.get("team") else None
    workspace, typed = context.call.place.workspace, channel_id(context.get("channel"))
    known = context.tx.desk.get().channel_at(workspace, typed, direct=typed == DIRECT)
    channel = known or Channel(workspace=workspace, channel=typed)
    channel = replace(
        channel,
        agent=context.get("agent") != "off" if context.get("agent") else channel.agent,
        team=team.name if team else channel.team,
        threads=_THREADS.get(context.get("threads"), channel.threads),
    )
    desk = configure.with_channel(context.tx.desk.get(), channel)
    shown = wording.channel(context, workspace, channel.channel)
    return save(context, desk, f"Connected {shown}.")


def _remove_channel(context: Context) -> Response:
    workspace, channel = context.call.place.workspace, channel_id(context.get("channel"))
    desk = configure.without_channel(context.tx.desk.get(), workspace, channel)
    return save(context, desk, f"Disconnected {wording.channel(context, workspace, channel)}.")


def _admin(context: Context) -> Response:
    configure.redeem(context.tx, context.me, context.get("code"), context.now)
    return Response(text="You are an admin now. /desk setup is the next step.")


def _add_admin(context: Context) -> Response:
    """A name that anybody can give themselves makes nobody an admin: the id or a mention does."""
    typed = context.get("person")
    person = resolve.person(context, typed)
    known = context.tx.desk.get().attendants
    if person not in known and not resolve.is_exact(typed, person):
        raise BadInput(problem=f"{typed} is {person}, who is not on the desk. Give the id itself.")
    desk = configure.with_admin(context.tx.desk.get(), person)
    what = f"{wording.name(context, person)} ({person}) is an admin."
    return save(context, desk, what, people=typed)


def remove_admin(desk: Desk, person: str) -> Desk:
    """The last admin cannot go: nobody could let anybody in again."""
    kept = tuple(one for one in desk.admin.members if one not in desk.ids_of(person))
    if len(kept) == len(desk.admin.members):
        raise NotFound(what="admin", name=person)
    if not kept:
        raise BadInput(problem="The last admin cannot be removed.")
    return replace(desk, admin=replace(desk.admin, members=kept))


def _remove_admin(context: Context) -> Response:
    person = resolve.person(context, context.get("person"))
    desk = remove_admin(context.tx.desk.get(), person)
    return save(context, desk, f"{wording.name(context, person)} is no admin any more.")


ADMINISTRATION = (
    command(
        "setup",
        "A team, a channel for contacts, and a test ticket",
        _setup,
        NEW_TEAM,
        Argument(name="team_channel", kind=Kind.CHANNEL, help="where the team works"),
        Argument(
            name="customer_channel",
            kind=Kind.CHANNEL,
            help="where contacts write; empty: direct messages",
            required=False,
        ),
    ),
    command("channel list", "Where contacts write", _channels),
    command(
        "channel add",
        "Connect a channel in which contacts write, or change how",
        _add_channel,
        CHANNEL,
        Argument(name="team", kind=Kind.TEAM, help="who its tickets go to", required=False),
        Argument(
            name="agent",
            kind=Kind.WORD,
            help="whether the agent answers",
            required=False,
            choices=("on", "off"),
        ),
        Argument(
            name="threads",
            kind=Kind.WORD,
            help="who sees the answers on Discord: everybody there, or the contact alone",
            required=False,
            choices=("public", "private"),
        ),
    ),
    command("channel remove", "Disconnect a channel", _remove_channel, CHANNEL),
    command(
        "admin",
        "Become the first admin by the code that `baton run` printed",
        _admin,
        Argument(name="code", kind=Kind.WORD, help="the one-time code"),
    ),
    command("admin add", "Make somebody an admin", _add_admin, PERSON),
    command("admin remove", "Make an admin an ordinary member", _remove_admin, PERSON),
)
