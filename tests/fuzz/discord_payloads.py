"""Events as Discord's gateway sends them: messages, commands, completion, forms, buttons, menus."""

from __future__ import annotations

from typing import Any

from tests.integration.discord_world import CHANNELS, GUILD, PEOPLE

_CAROL = {"id": PEOPLE["carol"], "username": "carol", "discriminator": "0", "avatar": None}
_ALICE = {"id": PEOPLE["alice"], "username": "alice", "discriminator": "0", "avatar": None}
_JOINED = {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
_MESSAGE: dict[str, Any] = {
    "id": "123456789012345678",
    "channel_id": CHANNELS["help"],
    "guild_id": GUILD,
    "author": _CAROL,
    "member": _JOINED,
    "content": "hello <@78>",
    "timestamp": "2026-01-01T00:00:00+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [_CAROL],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "pinned": False,
    "type": 0,
}
_COMMAND, _COMPONENT, _COMPLETION, _FORM = 2, 3, 4, 5
_TEXT, _SUBCOMMAND = 3, 1


def _interaction(kind: int, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "5",
        "application_id": "1",
        "type": kind,
        "token": "t",
        "version": 1,
        "guild_id": GUILD,
        "channel_id": CHANNELS["support"],
        "channel": {"id": CHANNELS["support"], "type": 0},
        "member": {"user": _ALICE, "permissions": "0", **_JOINED},
        "data": data,
        "entitlements": [],
        **more,
    }


def _slash(name: str, *options: dict[str, Any]) -> dict[str, Any]:
    return {"id": "9", "name": name, "type": 1, "options": list(options)}


def _option(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": _TEXT, "value": value, **more}


def _field(name: str, value: str) -> dict[str, Any]:
    return {"type": 18, "component": {"type": 4, "custom_id": name, "value": value}}


_REPLY = (_option("ticket", "1"), _option("text", "hello"))
EVENTS: dict[str, tuple[str, dict[str, Any]]] = {
    "message": ("MESSAGE_CREATE", _MESSAGE),
    "edit": (
        "MESSAGE_UPDATE",
        {**_MESSAGE, "edited_timestamp": "2026-01-01T00:00:01+00:00"},
    ),
    "delete": ("MESSAGE_DELETE", {"id": "1", "channel_id": CHANNELS["help"], "guild_id": GUILD}),
    "bulk": (
        "MESSAGE_DELETE_BULK",
        {"ids": ["1"], "channel_id": CHANNELS["help"], "guild_id": GUILD},
    ),
    "command": ("INTERACTION_CREATE", _interaction(_COMMAND, _slash("reply", *_REPLY))),
    "subcommand": (
        "INTERACTION_CREATE",
        _interaction(
            _COMMAND,
            _slash("ticket", {"name": "reply", "type": _SUBCOMMAND, "options": list(_REPLY)}),
        ),
    ),
    "menu": (
        "INTERACTION_CREATE",
        _interaction(
            _COMMAND,
            {
                "id": "9",
                "name": "Send to contact",
                "type": 3,
                "target_id": _MESSAGE["id"],
                "resolved": {"messages": {_MESSAGE["id"]: _MESSAGE}},
            },
        ),
    ),
    "completion": (
        "INTERACTION_CREATE",
        _interaction(_COMPLETION, _slash("reply", _option("ticket", "1", focused=True))),
    ),
    "button": (
        "INTERACTION_CREATE",
        _interaction(
            _COMPONENT, {"component_type": 2, "custom_id": "ticket:claim:1"}, message=_MESSAGE
        ),
    ),
    "select": (
        "INTERACTION_CREATE",
        _interaction(
            _COMPONENT,
            {"component_type": 3, "custom_id": "ticket:more:1", "values": ["ticket:close"]},
            message=_MESSAGE,
        ),
    ),
    "form": (
        "INTERACTION_CREATE",
        _interaction(
            _FORM,
            {"custom_id": "ticket:reply:1", "components": [_field("text", "hello")]},
            message=_MESSAGE,
        ),
    ),
}
