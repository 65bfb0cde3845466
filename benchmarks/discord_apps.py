"""The two apps that are measured, each as a process: `python -m benchmarks.discord_apps KIND JSON`.

`bare` is an echo with discord.py alone and nothing stored; `baton` is Baton as it runs, with its
log.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import discord
from discord import app_commands

from bot import logs, loop, main
from bot.settings import Settings
from tests.integration.discord.world import CHANNELS

_TEAM = int(CHANNELS["support"])


class Bare(discord.Client):
    """Contact → thread and reply → contact, one post each, from memory."""

    def __init__(self) -> None:
        intents = discord.Intents.default()
        intents.message_content = True
        super().__init__(intents=intents, guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.threads: dict[int, Any] = {}
        self.contacts: list[Any] = []
        self._opening = asyncio.Lock()

        @self.tree.command(description="Reply")
        async def reply(interaction: discord.Interaction[Any], ticket: str, text: str) -> None:
            await self.contacts[int(ticket) - 1].send(text)
            await interaction.response.send_message("Sent.", ephemeral=True)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_ready(self) -> None:
        _ready()

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot or message.guild is not None:
            return
        async with self._opening:
            thread = self.threads.get(message.channel.id)
            if thread is None:
                team: Any = self.get_channel(_TEAM)
                root = await team.send(message.content)
                thread = await root.create_thread(name=message.author.display_name)
                self.threads[message.channel.id] = thread
                self.contacts.append(message.channel)
        await thread.send(message.content)


async def bare(chosen: Settings) -> None:
    main.discord_urls(chosen).apply()
    async with Bare() as client:
        await client.start(chosen.discord_bot_token)


async def baton(chosen: Settings) -> None:
    logs.configure(chosen)
    async with main.assembled(chosen) as parts, main.working(parts):
        while any(one.unready() for one in parts.platforms):  # noqa: ASYNC110 - no event says it
            await asyncio.sleep(0.05)
        await asyncio.sleep(1)
        loop.loaded()
        _ready()
        await asyncio.Event().wait()


def _ready() -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = Settings(**json.loads(sys.argv[2]))
    if sys.argv[1] == "baton":
        loop.run(baton(given))
    else:
        asyncio.run(bare(given))
