"""One good event of each kind that Discord's gateway sends to the bot."""

from __future__ import annotations

from typing import Any

import discord

from tests.integration.discord.world import CHANNELS, GUILD, PEOPLE

Json = dict[str, Any]
NOW = "2026-01-01T00:00:00+00:00"
_OTHER = "901"  # a guild, a channel, a role that may go
# Discord, "List of Intents": what each of them brings. Message content comes within messages.
BROUGHT: dict[str, tuple[str, ...]] = {
    "guilds": (
        "GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE",
        "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE",
        "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "CHANNEL_PINS_UPDATE",
        "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE", "THREAD_LIST_SYNC",
        "THREAD_MEMBER_UPDATE", "THREAD_MEMBERS_UPDATE",
        "STAGE_INSTANCE_CREATE", "STAGE_INSTANCE_UPDATE", "STAGE_INSTANCE_DELETE",
    ),
    "guild_messages": ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"),
    "dm_messages": ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "CHANNEL_PINS_UPDATE"),
    "message_content": (),
    "": ("GUILD_MEMBER_UPDATE", "USER_UPDATE", "ENTITLEMENT_CREATE", "VOICE_STATE_UPDATE"),
}  # fmt: skip


def user(name: str) -> Json:
    return {"id": PEOPLE[name], "username": name, "discriminator": "0", "avatar": None}


_CAROL = user("carol")
_JOINED: Json = {"roles": [], "joined_at": NOW, "flags": 0, "deaf": False, "mute": False}
FILE: Json = {
    "id": "31",
    "filename": "a.png",
    "size": 10,
    "content_type": "image/png",
    "url": "https://cdn.discord.test/attachments/1/31/a.png",
    "proxy_url": "https://cdn.discord.test/attachments/1/31/a.png",
    "width": 1,
    "height": 1,
}
MESSAGE: Json = {
    "id": "123456789012345678",
    "channel_id": CHANNELS["help"],
    "guild_id": GUILD,
    "author": _CAROL,
    "member": _JOINED,
    "content": "hello <@78>",
    "timestamp": NOW,
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [_CAROL],
    "mention_roles": [],
    "attachments": [FILE],
    "embeds": [{"type": "link", "title": "a", "url": "https://example.org"}],
    "pinned": False,
    "type": 0,
    "message_reference": {"message_id": "1", "channel_id": CHANNELS["help"], "guild_id": GUILD},
    "referenced_message": None,
}
_THREAD: Json = {
    "id": "777",
    "type": 11,
    "guild_id": GUILD,
    "parent_id": CHANNELS["help"],
    "owner_id": PEOPLE["carol"],
    "name": "a thread",
    "message_count": 1,
    "member_count": 1,
    "thread_metadata": {
        "archived": False,
        "archive_timestamp": NOW,
        "auto_archive_duration": 60,
        "locked": False,
    },
}
_MEMBER = {"id": "777", "user_id": PEOPLE["carol"], "join_timestamp": NOW, "flags": 0}
_ROLE: Json = {
    "id": "56",
    "name": "r",
    "permissions": "0",
    "position": 1,
    "color": 0,
    "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
    "hoist": False,
    "managed": False,
    "mentionable": True,
    "flags": 0,
}
_STAGE = {"id": "61", "guild_id": GUILD, "channel_id": _OTHER, "topic": "x", "privacy_level": 2}
_GONE = {"id": MESSAGE["id"], "channel_id": CHANNELS["help"], "guild_id": GUILD}
_PINS = {"channel_id": CHANNELS["help"], "guild_id": GUILD, "last_pin_timestamp": NOW}
_LEFT = {"id": "777", "guild_id": GUILD, "parent_id": CHANNELS["help"], "type": 11}
# What every other event may hold, as far as discord.py looks.
_ANY: Json = {
    **dict.fromkeys(("guild_id", "id"), GUILD),
    **dict.fromkeys(("channel_id", "parent_id"), CHANNELS["help"]),
    **dict.fromkeys(("user", "member", "creator"), _CAROL),
    **dict.fromkeys(("user_id", "application_id", "sku_id", "owner_id"), PEOPLE["carol"]),
    **{name: [] for name in ("members", "channels", "threads", "emojis", "stickers", "roles")},
    "message_id": MESSAGE["id"],
    "emoji": {"id": None, "name": "x"},
    "type": 0,
}


def of(guild: Json) -> dict[str, Json]:
    """By name. `guild` is the one that the bot is in, as GUILD_CREATE tells of it."""
    channel = guild["channels"][0]
    mine = {"user": user("alice"), "nick": None, **_JOINED}
    known: dict[str, Json] = {
        "GUILD_CREATE": guild,
        "GUILD_UPDATE": {name: one for name, one in guild.items() if name != "channels"},
        "GUILD_DELETE": {"id": _OTHER, "unavailable": True},
        "GUILD_ROLE_CREATE": {"guild_id": GUILD, "role": _ROLE},
        "GUILD_ROLE_UPDATE": {"guild_id": GUILD, "role": _ROLE},
        "GUILD_ROLE_DELETE": {"guild_id": GUILD, "role_id": "56"},
        "GUILD_MEMBER_UPDATE": {"guild_id": GUILD, **mine},
        "CHANNEL_CREATE": {**channel, "id": _OTHER},
        "CHANNEL_UPDATE": channel,
        "CHANNEL_DELETE": {**channel, "id": _OTHER},
        "CHANNEL_PINS_UPDATE": _PINS,
        "THREAD_CREATE": {**_THREAD, "newly_created": True},
        "THREAD_UPDATE": _THREAD,
        "THREAD_DELETE": _LEFT,
        "THREAD_LIST_SYNC": {"guild_id": GUILD, "threads": [_THREAD], "members": [_MEMBER]},
        "THREAD_MEMBER_UPDATE": {**_MEMBER, "guild_id": GUILD},
        "THREAD_MEMBERS_UPDATE": {
            "id": "777",
            "guild_id": GUILD,
            "member_count": 1,
            "added_members": [_MEMBER],
            "removed_member_ids": [PEOPLE["bob"]],
        },
        **{f"STAGE_INSTANCE_{what}": _STAGE for what in ("CREATE", "UPDATE", "DELETE")},
        "MESSAGE_CREATE": MESSAGE,
        "MESSAGE_UPDATE": {**MESSAGE, "edited_timestamp": NOW},
        "MESSAGE_DELETE": _GONE,
        "MESSAGE_DELETE_BULK": {**_GONE, "ids": [MESSAGE["id"], "2"]},
        "USER_UPDATE": _CAROL,
    }
    return dict.fromkeys(_parsed(), _ANY) | known


def _parsed() -> set[str]:
    """Whatever discord.py looks at, but what people do, and the two that begin a session."""
    client = discord.Client(intents=discord.Intents.none())
    return {*client._connection.parsers} - {"READY", "RESUMED", "INTERACTION_CREATE"}
