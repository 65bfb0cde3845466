"""What the commands about the desk have in common."""

from __future__ import annotations

import re

from bot.commands.registry import Argument, Command, Context, Handler, Kind, Response
from bot.domain.desk import Desk, Role
from bot.services import configure

# Slack sends `<#C0TEAM|support>`, Discord `<#600>`.
_MENTION = re.compile(r"<#([A-Z0-9]+)(?:\|[^>]*)?>")

TEAM = Argument(name="team", kind=Kind.TEAM, help="the team's name")
NEW_TEAM = Argument(name="team", kind=Kind.WORD, help="the team's name, one word")
CHANNEL = Argument(name="channel", kind=Kind.CHANNEL, help="a channel, or dm")
PERSON = Argument(name="person", kind=Kind.PERSON, help="who, like @alice")


def save(context: Context, desk: Desk, what: str) -> Response:
    configure.save(context.tx, desk, context.me, what, context.now)
    return Response(text=f"{what} This holds from now on.")


def name_of(context: Context, person: str) -> str:
    return context.tx.people.get(person).name


def channel_id(typed: str) -> str:
    """The id a channel is known by: from a mention, or as typed without its #."""
    typed = typed.strip()
    match = _MENTION.fullmatch(typed)
    return match[1] if match else typed.removeprefix("#")


def command(name: str, text: str, handler: Handler, *arguments: Argument) -> Command:
    return Command(
        name=f"desk {name}",
        help=text,
        role=Role.OUTSIDER if name == "admin" else Role.ADMIN,
        handler=handler,
        arguments=arguments,
    )
