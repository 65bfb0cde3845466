"""The slash commands and the message menu, as Discord registers them; made from `REGISTRY`.

Discord: a command either does something or has subcommands, two levels deep, 25 to a level.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import discord

from adapters.discord.convert import clipped, text_of
from bot.commands.registry import Argument, Command, Kind
from bot.domain.desk import Role

Json = dict[str, Any]
SEND_TO_CONTACT = "Send to contact"
FILE = "file"
# What only Discord has; for admins.
OWN = {
    "panel": "Post a Get help button in this channel",
    "board": "Post a live view of the team's queue in this channel",
}
# Commands that are also the beginning of others get a last word of their own.
_LEAVES = {
    "deliveries": "deliveries list",
    "desk admin": "desk admin become",
    "desk block": "desk block add",
}
_NAMES = {path: name for name, path in _LEAVES.items()}
_MOST_CHOICES, _TEXT = 25, 100
_SUBCOMMAND = discord.AppCommandOptionType.subcommand.value
_GROUP = discord.AppCommandOptionType.subcommand_group.value
_STRING = discord.AppCommandOptionType.string.value
_ATTACHMENT = discord.AppCommandOptionType.attachment.value
_COMPLETED = {
    Kind.TICKET,
    Kind.CONVERSATION,
    Kind.TEAM,
    Kind.ATTENDANT,
    Kind.CHANNEL,
    Kind.PERSON,
    Kind.CONTACT,
    Kind.TAGS,
    Kind.SNIPPET,
}
_ADMINS = discord.Permissions(manage_guild=True).value


def name_of(path: str) -> str:
    """The command that Discord's words stand for."""
    return _NAMES.get(path, path)


def path_of(name: str) -> str:
    return _LEAVES.get(name, name)


def payload(registry: Mapping[str, Command]) -> list[Json]:
    """What is registered: every command, and the menu on messages. Only in guilds."""
    roots: dict[str, Json] = {}
    for command in registry.values():
        words = path_of(command.name).split()
        root = roots.setdefault(words[0], _root(words[0], command))
        _place(root, words[1:], command)
    for root in roots.values():
        if root.pop("admins"):
            root["default_member_permissions"] = _ADMINS
    own = [
        {
            "name": name,
            "type": discord.AppCommandType.chat_input.value,
            "description": text,
            "default_member_permissions": _ADMINS,
            **_WHERE,
        }
        for name, text in OWN.items()
    ]
    menu = {"name": SEND_TO_CONTACT, "type": discord.AppCommandType.message.value}
    return [*roots.values(), *own, {**menu, **_WHERE}]


def fingerprint(commands: list[Json]) -> str:
    return hashlib.sha256(json.dumps(commands, sort_keys=True).encode()).hexdigest()


def is_completed(argument: Argument) -> bool:
    """Whether values are offered while it is typed."""
    return argument.kind in _COMPLETED or argument.name == "target"


_WHERE: Json = {
    "contexts": [0],  # Discord: 0 is a guild; attendants do not work in direct messages
    "integration_types": [0],
}


def _root(word: str, command: Command) -> Json:
    return {
        "name": word,
        "type": discord.AppCommandType.chat_input.value,
        "description": clipped(command.help, _TEXT),
        "options": [],
        "admins": True,
        **_WHERE,
    }


def _place(root: Json, words: list[str], command: Command) -> None:
    """Put a command where its words lead; a group is hidden when admins alone use all of it.

    /desk is hidden in any case: few of a server's members have anything to do with it. Whom else
    the server shows it to is set under Integrations there.
    """
    only_admins = command.role is Role.ADMIN or root["name"] == "desk"
    root["admins"] = root["admins"] and only_admins
    node = root
    for depth, word in enumerate(words, start=1):
        kind = _SUBCOMMAND if depth == len(words) else _GROUP
        found = next((one for one in node["options"] if one["name"] == word), None)
        if found is None:
            text = clipped(command.help, _TEXT)
            found = {"type": kind, "name": word, "description": text, "options": []}
            node["options"].append(found)
        node = found
    node["options"] = _options(command)
    node["description"] = clipped(command.help, _TEXT)


def _options(command: Command) -> list[Json]:
    """Discord: what is required comes first. Long texts may be left out: a form asks for them."""
    options = [_option(one) for one in command.arguments]
    if command.files:
        text = "A file to send along"
        options.append({"type": _ATTACHMENT, "name": FILE, "description": text, "required": False})
    return sorted(options, key=lambda one: not one["required"])


def _option(argument: Argument) -> Json:
    required = argument.required and not argument.here and not argument.long
    option: Json = {
        "type": _STRING,
        "name": argument.name,
        "description": clipped(argument.help, _TEXT),
        "required": required,
    }
    if argument.choices and len(argument.choices) <= _MOST_CHOICES:
        option["choices"] = [{"name": str(one), "value": str(one)} for one in argument.choices]
    elif is_completed(argument):
        option["autocomplete"] = True
    return option


def given(options: Iterable[Json]) -> tuple[list[str], Json]:
    """The further words of a command that was used, and its values by name."""
    options = list(options)
    nested = next((one for one in options if one["type"] in {_SUBCOMMAND, _GROUP}), None)
    if nested is None:
        return [], {one["name"]: text_of(one.get("value")) for one in options}
    words, values = given(nested.get("options", []))
    return [nested["name"], *words], values


def focused(options: Iterable[Json]) -> str:
    """The name of the option that is being typed."""
    for one in options:
        if one.get("focused"):
            return str(one["name"])
        if inner := focused(one.get("options", [])):
            return inner
    return ""
