"""The Discord emulator, driven by the real discord.py."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import discord
import pytest

from tests.emulators.discord.app import Emulator
from tests.emulators.discord.client import Bot, Discord, library_pointed_at


@dataclass
class Scene:
    """A guild with a channel, a person, and a bot that may do everything."""

    world: Discord
    bot: Bot
    guild: str
    channel: str
    alice: str


@pytest.fixture
async def world() -> AsyncIterator[Discord]:
    async with Emulator() as emulator, Discord(emulator.world.base_url) as control:
        with library_pointed_at(control):
            yield control


@pytest.fixture
async def scene(world: Discord) -> Scene:
    bot = await world.create_bot(privileged=["members", "message_content"])
    guild = await world.create_guild("Acme")
    await world.add_bot(guild, bot)
    channel = await world.create_channel(guild, "help")
    alice = await world.create_user("alice", guilds=[guild], display_name="Alice")
    return Scene(world, bot, guild, channel, alice)


def intents() -> discord.Intents:
    chosen = discord.Intents.default()
    chosen.members = chosen.message_content = True
    return chosen


@asynccontextmanager
async def running(client: discord.Client, bot: Bot) -> AsyncIterator[None]:
    task = asyncio.create_task(client.start(bot.token))
    ready = asyncio.create_task(client.wait_until_ready())
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    try:
        if task.done():
            task.result()
        assert client.is_ready()
        yield
    finally:
        ready.cancel()
        await client.close()
        await asyncio.gather(task, return_exceptions=True)


class Echo(discord.Client):
    """Answers what it reads, and keeps what it saw."""

    def __init__(self, chosen: discord.Intents | None = None) -> None:
        super().__init__(intents=chosen or intents())
        self.seen: list[discord.Message] = []

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(message)
        if self.user and message.author.id != self.user.id:
            await message.channel.send(f"echo {message.content}")


async def test_a_message_is_answered(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        await scene.world.post(scene.alice, scene.channel, "hello")
        answer = await scene.world.wait_for_message(scene.channel, "echo hello")
        assert answer["author"]["id"] == scene.bot.user_id
        assert client.seen[0].author.display_name == "Alice"
    assert await scene.world.violations() == []
