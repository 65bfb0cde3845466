"""Whatever Discord's gateway sends: the connection stays, and the next message arrives."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from tests.emulators.discord.app import Emulator
from tests.emulators.discord.client import Discord, library_pointed_at
from tests.fuzz.payloads import EXAMPLES, broken
from tests.integration.discord_world import CHANNELS, GUILD, PEOPLE, at_work, populated, settings

_USER = {"id": PEOPLE["carol"], "username": "carol", "discriminator": "0", "avatar": None}
_MESSAGE: dict[str, Any] = {
    "id": "123456789012345678",
    "channel_id": CHANNELS["help"],
    "guild_id": GUILD,
    "author": _USER,
    "member": {"roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0},
    "content": "hello <@78>",
    "timestamp": "2026-01-01T00:00:00+00:00",
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "mentions": [_USER],
    "mention_roles": [],
    "attachments": [],
    "embeds": [],
    "pinned": False,
    "type": 0,
}
EVENTS: dict[str, Any] = {
    "MESSAGE_CREATE": _MESSAGE,
    "MESSAGE_UPDATE": {**_MESSAGE, "edited_timestamp": "2026-01-01T00:00:01+00:00"},
    "MESSAGE_DELETE": {"id": "1", "channel_id": CHANNELS["help"], "guild_id": GUILD},
    "MESSAGE_DELETE_BULK": {"ids": ["1"], "channel_id": CHANNELS["help"], "guild_id": GUILD},
    "INTERACTION_CREATE": {
        "id": "5",
        "application_id": "1",
        "type": 3,
        "token": "t",
        "version": 1,
        "guild_id": GUILD,
        "channel_id": CHANNELS["support"],
        "channel": {"id": CHANNELS["support"], "type": 0},
        "member": {"user": _USER, "roles": [], "permissions": "0", "flags": 0},
        "data": {"component_type": 2, "custom_id": "ticket:claim:1"},
        "message": _MESSAGE,
        "entitlements": [],
    },
}


async def test_whatever_comes_by_the_gateway(tmp_path: Path, sqlite_template: Path) -> None:
    async with Emulator() as emulator, Discord(emulator.world.base_url) as discord:
        with library_pointed_at(discord):
            bot = await populated(discord)
            chosen = settings(tmp_path, discord, bot, template=sqlite_template)
            async with at_work(chosen, discord, bot) as world:
                [session] = emulator.sessions.live()
                for seed in range(EXAMPLES):
                    random = Random(seed)
                    name = random.choice(list(EVENTS))
                    emulator.sessions.dispatch(session, name, broken(random, [EVENTS[name]]))
                await discord.post(PEOPLE["mallory"], CHANNELS["help"], "a refund, still there")
                await world.says(CHANNELS["billing"], "still there")
                assert emulator.sessions.live() == [session]
