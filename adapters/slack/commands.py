"""A slash command as Slack sends it → what the core runs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapters.slack.directory import Directory
from adapters.slack.mrkdwn import from_text, unescape
from adapters.slack.people import People
from adapters.slack.workspace import Workspace
from bot.commands import REGISTRY, parsing
from bot.commands.registry import Argument, Command, Invocation, Kind
from bot.domain.identity import Person, Place

_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)")
_PEOPLE = {Kind.PERSON, Kind.ATTENDANT}
_UNPICKED = {Kind.CONVERSATION, Kind.DURATION, Kind.TEAM, Kind.TICKET}
_NAMED = {"members", "notify", "target", "value", "attendant"}
HELP = "help"
# Slack keeps this name for itself; `/ticket help` and its like take its place.
_BUILT_IN = {HELP}


def roots() -> tuple[str, ...]:
    """The first words of all commands, as Slack is to know them."""
    words = (name.partition(" ")[0] for name in REGISTRY)
    return tuple(dict.fromkeys(word for word in words if word not in _BUILT_IN))


def line(command: str, text: str, prefix: str) -> str:
    """What was typed as the registry names it. `/ticket help` asks for help about /ticket."""
    root = command.removeprefix("/").removeprefix(prefix)
    typed = text.strip()
    if typed.casefold() == HELP:
        return f"/{HELP} {root}"
    return f"/{root} {typed}".strip()


class Commands:
    """Reads command lines; names of people, groups and channels become ids."""

    def __init__(self, workspace: Workspace, people: People, directory: Directory) -> None:
        self._workspace = workspace
        self._people = people
        self._directory = directory

    async def read(self, person: Person, place: Place, typed: str) -> Invocation:
        """Raises `BatonError` for a line that is no command, or has too much or a wrong value."""
        command, rest = parsing.find(REGISTRY.values(), typed)
        values = parsing.parse(command, rest)
        read = {name: await self._value(command, name, value) for name, value in values.items()}
        await self._directory.named_by(person, _USER.findall(" ".join(read.values())))
        return Invocation(person=person, place=place, command=command.name, values=read)

    async def resolved(self, name: str, values: Mapping[str, str]) -> dict[str, str]:
        """What was filled into a form, with names of people and channels as ids."""
        known = {one.name: one for one in REGISTRY[name].arguments} if name in REGISTRY else {}
        found = {}
        for key, value in values.items():
            argument = known.get(key)
            is_typed = argument is not None and not argument.long
            found[key] = await self._named(argument, value) if argument and is_typed else value
        return found

    async def _value(self, command: Command, name: str, value: str) -> str:
        argument = next(one for one in command.arguments if one.name == name)
        if argument.plain:
            return unescape(value)
        if argument.long:
            names = await self._people.names({"text": value})
            return from_text(value, names)
        value = await self._named(argument, value)
        if argument.kind in _UNPICKED and "<" in value:  # a slip; whoever made it reads it
            return from_text(value, await self._people.names({"text": value}))
        return unescape(value) if argument.kind is Kind.TEXT and name not in _NAMED else value

    async def _named(self, argument: Argument, value: str) -> str:
        value = _GROUP.sub(rf"slack-group:{self._workspace.team}/\1", value)
        if (argument.kind in _PEOPLE or argument.name in _NAMED) and "@" in value:
            value = ",".join([await self._person(one) for one in value.split(",")])
        if _is_channel(argument):
            value = ",".join([await self._channel(one) for one in value.split(",")])
        return value

    async def _person(self, typed: str) -> str:
        """`@bob` → `<@U0BOB>`, `@support` → the user group, where Slack knows such a name."""
        name = typed.strip()
        if not name.startswith("@"):
            return name
        wanted = name.removeprefix("@")
        if user := await self._people.handle(wanted):
            return f"<@{user}>"
        if group := (await self._people.groups()).get(wanted.casefold()):
            return f"slack-group:{self._workspace.team}/{group}"
        return name

    async def _channel(self, typed: str) -> str:
        """`#support` → `<#C0TEAM>`, where the app can see such a channel."""
        name = typed.strip()
        if not name.startswith("#"):
            return name
        found = await self._people.channel(name.removeprefix("#"))
        return f"<#{found}>" if found else name


def _is_channel(argument: Argument) -> bool:
    return argument.kind is Kind.CHANNEL or argument.name in {"value", "channels"}
