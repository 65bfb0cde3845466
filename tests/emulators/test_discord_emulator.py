"""The Discord emulator, driven by the real discord.py."""

import asyncio
import hashlib
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import discord
import pytest
import zstandard
from discord import app_commands, ui

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

    async def api(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        """A bare call with the bot's token: status and JSON."""
        status, answer, _ = await self.raw(method, path, body or None)
        return status, answer

    async def raw(
        self, method: str, path: str, body: Any = None
    ) -> tuple[int, Any, dict[str, str]]:
        headers = {"Authorization": f"Bot {self.bot.token}"}
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, self.world.api_url + path, json=body, headers=headers
            ) as response,
        ):
            known = response.headers.get("Content-Type") == "application/json"
            answer = await response.json() if known else await response.text()
            return response.status, answer, dict(response.headers)

    async def send(self, content: str = "x", **body: Any) -> tuple[int, Any]:
        path = f"/channels/{self.channel}/messages"
        return await self.api("POST", path, content=content, **body)


@pytest.fixture
async def world() -> AsyncIterator[Discord]:
    async with Emulator() as emulator, Discord(emulator.world.base_url) as control:
        await control.settings(rate_limits=False)
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
        super().__init__(intents=chosen or intents(), guild_ready_timeout=0.05)
        self.seen: list[discord.Message] = []

    async def on_message(self, message: discord.Message) -> None:
        self.seen.append(message)
        if self.user and message.author.id != self.user.id:
            await message.channel.send(f"echo {message.content}")



async def code(call: tuple[int, Any]) -> int:
    return int(call[1]["code"])


async def test_a_message_is_answered(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        await scene.world.post(scene.alice, scene.channel, "hello")
        answer = await scene.world.wait_for_message(scene.channel, "echo hello")
        assert answer["author"]["id"] == scene.bot.user_id
        assert client.seen[0].author.display_name == "Alice"
    assert await scene.world.violations() == []


async def test_it_runs_as_a_process_of_its_own() -> None:
    async with launched() as world:
        with library_pointed_at(world):
            bot = await world.create_bot(privileged=["members", "message_content"])
            guild = await world.create_guild()
            await world.add_bot(guild, bot)
            channel = await world.create_channel(guild, "help")
            alice = await world.create_user("alice", guilds=[guild])
            async with running(Echo(), bot):
                await world.post(alice, channel, "hello")
                await world.wait_for_message(channel, "echo hello")


# The gateway.


async def test_a_wrong_token_is_refused(world: Discord) -> None:
    await world.create_bot("right")
    async with Echo() as client:
        with pytest.raises(discord.LoginFailure):
            await client.start("wrong")


async def test_privileged_intents_must_be_switched_on(world: Discord) -> None:
    """Discord: close code 4014."""
    bot = await world.create_bot(privileged=["members"])
    async with Echo() as client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(bot.token)


async def test_content_is_withheld_without_its_intent(scene: Scene) -> None:
    """Save DMs, mentions and the bot's own messages."""
    chosen = intents()
    chosen.message_content = False
    client = Echo(chosen)
    async with running(client, scene.bot):
        await scene.world.post(scene.alice, scene.channel, "secret")
        await scene.world.post(scene.alice, scene.channel, f"<@{scene.bot.user_id}> help")
        await scene.world.dm(scene.alice, scene.bot, "direct")
        await scene.world.wait_for(lambda: len(client.seen) == 6)
    texts = [m.content for m in client.seen if m.author.id != int(scene.bot.user_id)]
    assert sorted(texts) == ["", f"<@{scene.bot.user_id}> help", "direct"]
    assert "echo " in [m.content for m in client.seen] or "echo" in [
        m.content for m in client.seen
    ]


async def test_events_need_their_intents(scene: Scene) -> None:
    chosen = intents()
    chosen.guild_messages = False
    client = Echo(chosen)
    async with running(client, scene.bot):
        await scene.world.post(scene.alice, scene.channel, "unheard")
        await scene.world.dm(scene.alice, scene.bot, "heard")
        await scene.world.wait_for(lambda: len(client.seen) == 2)
    assert {m.content for m in client.seen} == {"heard", "echo heard"}


async def test_a_channel_out_of_sight_sends_nothing(world: Discord) -> None:
    bot = await world.create_bot(privileged=["members", "message_content"])
    guild = await world.create_guild()
    await world.add_bot(guild, bot, [])
    alice = await world.create_user("alice", guilds=[guild])
    hidden = await world.create_channel(guild, "staff", private_to=[alice])
    shown = await world.create_channel(guild, "help")
    client = Echo()
    async with running(client, bot):
        await world.post(alice, hidden, "hidden")
        await world.post(alice, shown, "shown")
        await world.wait_for_message(shown, "echo shown")
        assert {m.content for m in client.seen} <= {"shown", "echo shown"}
        assert client.get_channel(int(hidden)) is None


async def test_members_are_sent_on_request(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        guild = client.get_guild(int(scene.guild))
        assert guild is not None
        assert guild.get_member(int(scene.alice)) is not None
        found = await guild.query_members("ali")
        assert [member.name for member in found] == ["alice"]


async def test_a_lost_session_resumes_and_hears_what_it_missed(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        await scene.world.gateway("drop")
        await scene.world.post(scene.alice, scene.channel, "missed")
        await scene.world.wait_for_message(scene.channel, "echo missed", within=8)
        assert await _has_resumed(scene.world)
        assert len(await scene.world.do("dispatches", event="READY")) == 1


@pytest.mark.parametrize("what", ["reconnect", "invalidate"])
async def test_op_7_and_a_resumable_op_9_are_survived(scene: Scene, what: str) -> None:
    client = Echo()
    async with running(client, scene.bot):
        await scene.world.gateway(what, resumable=True)
        await scene.world.post(scene.alice, scene.channel, "still there?")
        await scene.world.wait_for_message(scene.channel, "echo still there?")


async def test_a_forgotten_session_cannot_resume(scene: Scene) -> None:
    """Nothing is replayed: what was written meanwhile is lost to the gateway."""
    client = Echo()
    async with running(client, scene.bot), aiohttp.ClientSession() as session:
        await scene.world.gateway("down")
        known = (await scene.world.do("sessions"))[0]
        await scene.world.do("settings", resume_window=0.0)
        await scene.world.gateway("up")
        async with session.ws_connect(f"{scene.world.gateway_url}?v=10&encoding=json") as socket:
            assert (await socket.receive_json())["op"] == 10
            resume = {"token": scene.bot.token, "session_id": known["id"], "seq": 1}
            await socket.send_json({"op": 6, "d": resume})
            answer = await socket.receive_json()
            assert (answer["op"], answer["d"]) == (9, False)


async def opened(scene: Scene, **query: str) -> tuple[aiohttp.ClientSession, Any]:
    session = aiohttp.ClientSession()
    chosen = {"v": "10", "encoding": "json", **query}
    return session, await session.ws_connect(scene.world.gateway_url, params=chosen)


@pytest.mark.parametrize(
    ("message", "closing"),
    [
        ({"op": 2, "d": {"token": "wrong", "intents": 1}}, 4004),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1 << 8}}, 4014),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1 << 40}}, 4013),
        ({"op": 2, "d": {"token": "bot-token", "intents": 1, "shard": [2, 1]}}, 4010),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 77, "d": {}}, 4001),
        ("no JSON", 4002),
    ],
)
async def test_the_gateway_closes_with_discords_codes(
    scene: Scene, message: Any, closing: int
) -> None:
    session, socket = await opened(scene)
    async with session, socket:
        await socket.receive_json()
        if isinstance(message, str):
            await socket.send_str(message)
        else:
            await socket.send_json(message)
        ended = await socket.receive(timeout=2)
        assert (ended.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, closing)


async def test_a_second_identify_and_a_wrong_version_are_closed(scene: Scene) -> None:
    session, socket = await opened(scene)
    identify = {"op": 2, "d": {"token": scene.bot.token, "intents": 0}}
    async with session, socket:
        await socket.receive_json()
        await socket.send_json(identify)
        assert (await socket.receive_json())["t"] == "READY"
        await socket.send_json(identify)
        await socket.receive(timeout=2)
        assert socket.close_code == 4005
    session, socket = await opened(scene, v="6")
    async with session, socket:
        await socket.receive(timeout=2)
        assert socket.close_code == 4012


async def test_heartbeats_are_enforced_and_acknowledged(scene: Scene) -> None:
    await scene.world.settings(heartbeat_interval=0.1)
    session, socket = await opened(scene)
    async with session, socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
        await socket.receive(timeout=2)
        assert socket.close_code == 4009


async def test_identifies_are_limited(scene: Scene) -> None:
    """One in five seconds: op 9 beyond; the command limit is 120 a minute: 4008."""
    await scene.world.settings(identify_window=5.0, gateway_commands=3)
    identify = {"op": 2, "d": {"token": scene.bot.token, "intents": 0}}
    for expected in (0, 9):
        session, socket = await opened(scene)
        async with session, socket:
            await socket.receive_json()
            await socket.send_json(identify)
            assert (await socket.receive_json())["op"] == expected
            if expected == 9:
                for _ in range(4):
                    await socket.send_json({"op": 1, "d": None})
                while (await socket.receive(timeout=2)).type is aiohttp.WSMsgType.TEXT:
                    pass
                assert socket.close_code == 4008


@pytest.mark.parametrize("compress", ["zlib-stream", "zstd-stream"])
async def test_both_compressions_carry_everything(scene: Scene, compress: str) -> None:
    session, socket = await opened(scene, compress=compress)
    stream: Any = zlib.decompressobj()
    if compress == "zstd-stream":
        stream = zstandard.ZstdDecompressor().decompressobj()
    async with session, socket:
        assert b'"op": 10' in stream.decompress(await socket.receive_bytes())
        await socket.send_json({"op": 2, "d": {"token": scene.bot.token, "intents": 1}})
        assert b"READY" in stream.decompress(await socket.receive_bytes())
        assert b"GUILD_CREATE" in stream.decompress(await socket.receive_bytes())


async def test_events_come_twice_and_out_of_order_on_request(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        await scene.world.gateway("duplicate")
        await scene.world.post(scene.alice, scene.channel, "twice")
        await scene.world.wait_for(lambda: len(client.seen) >= 4)
        client.seen.clear()
        await scene.world.gateway("reorder")
        await scene.world.post(scene.alice, scene.channel, "first")
        await scene.world.post(scene.alice, scene.channel, "second")
        await scene.world.wait_for(lambda: len(client.seen) >= 4)
    texts = [m.content for m in client.seen if not m.content.startswith("echo")]
    assert texts == ["second", "first"]


async def test_a_client_without_acks_reconnects(scene: Scene) -> None:
    await scene.world.settings(heartbeat_interval=0.2)
    await scene.world.gateway("skip_acks", count=1000)
    client = discord.Client(
        intents=intents(), heartbeat_timeout=1.0, guild_ready_timeout=0.05
    )
    async with running(client, scene.bot):
        await scene.world.wait_for(
            lambda: _has_resumed(scene.world), within=8
        )


async def _has_resumed(world: Discord) -> bool:
    return bool(await world.do("dispatches", event="RESUMED"))
