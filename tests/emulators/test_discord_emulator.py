"""The Discord emulator, driven by the real discord.py."""

import asyncio
import hashlib
import io
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import aiohttp
import pytest
import zstandard

from tests.emulators.discord import openapi
from tests.emulators.discord.app import Emulator
from tests.emulators.discord.client import (
    Bot,
    Discord,
    File,
    Refused,
    launched,
    library_pointed_at,
)
from tests.emulators.discord.sdk import app_commands, discord, ui


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

    async def api_list(self, method: str, path: str, body: list[Any]) -> tuple[int, Any]:
        return (await self.raw(method, path, body))[:2]

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
        await control.settings(rate_limits=False, interaction_answer=60)
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
    await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
    try:
        if task.done():
            task.result()
        assert client.is_ready()
        async with asyncio.timeout(60):
            while not all(map(_is_there, client.guilds)):
                await asyncio.sleep(0.005)
        yield
    finally:
        ready.cancel()
        await client.close()
        await asyncio.gather(task, return_exceptions=True)


def _is_there(guild: discord.Guild) -> bool:
    """discord.py is ready without a guild that is late, and without its members."""
    wanted = guild._state._intents
    return not wanted.guilds or not (guild.unavailable or (wanted.members and not guild.chunked))


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
    assert "echo " in [m.content for m in client.seen] or "echo" in [m.content for m in client.seen]


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
        await scene.world.wait_for_message(scene.channel, "echo missed", within=60)
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
        ended = await socket.receive(timeout=60)
        assert (ended.type, socket.close_code) == (aiohttp.WSMsgType.CLOSE, closing)


async def test_a_second_identify_and_a_wrong_version_are_closed(scene: Scene) -> None:
    session, socket = await opened(scene)
    identify = {"op": 2, "d": {"token": scene.bot.token, "intents": 0}}
    async with session, socket:
        await socket.receive_json()
        await socket.send_json(identify)
        assert (await socket.receive_json())["t"] == "READY"
        await socket.send_json(identify)
        await socket.receive(timeout=60)
        assert socket.close_code == 4005
    session, socket = await opened(scene, v="6")
    async with session, socket:
        await socket.receive(timeout=60)
        assert socket.close_code == 4012


async def test_heartbeats_are_enforced_and_acknowledged(scene: Scene) -> None:
    session, socket = await opened(scene)
    async with session, socket:
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive_json())["op"] == 11
    await scene.world.settings(heartbeat_interval=0.3)
    session, socket = await opened(scene)
    async with session, socket:
        await socket.receive_json()
        await socket.receive(timeout=60)
        assert socket.close_code == 4009


async def test_identifies_are_limited(scene: Scene) -> None:
    """One in five seconds: op 9 beyond; the command limit is 120 a minute: 4008."""
    await scene.world.settings(identify_window=600.0, gateway_commands=3)
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
                while (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.TEXT:
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
    client = discord.Client(intents=intents(), heartbeat_timeout=1.0, guild_ready_timeout=0.05)
    async with running(client, scene.bot):
        await scene.world.wait_for(lambda: _has_resumed(scene.world), within=60)


async def _has_resumed(world: Discord) -> bool:
    return bool(await world.do("dispatches", event="RESUMED"))


# Messages.

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000002000000030806000000") + bytes(9)


@asynccontextmanager
async def logged_in(scene: Scene) -> AsyncIterator[discord.Client]:
    """discord.py without a gateway: its REST half only."""
    async with discord.Client(intents=intents()) as client:
        await client.login(scene.bot.token)
        yield client


async def channel_of(client: discord.Client, channel: str) -> Any:
    return await client.fetch_channel(int(channel))


async def test_history_pages_before_after_and_around(scene: Scene) -> None:
    for number in range(7):
        await scene.world.post(scene.alice, scene.channel, str(number))
    async with logged_in(scene) as client:
        channel = await channel_of(client, scene.channel)
        whole = [m async for m in channel.history(limit=None, oldest_first=True)]
        assert [m.content for m in whole] == [str(n) for n in range(7)]
        after = [m.content async for m in channel.history(after=whole[4], oldest_first=True)]
        before = [m.content async for m in channel.history(before=whole[2])]
        around = [m.content async for m in channel.history(around=whole[3], limit=3)]
        assert (after, before, sorted(around)) == (["5", "6"], ["1", "0"], ["2", "3", "4"])
        await scene.world.delete(scene.alice, scene.channel, str(whole[0].id))
        with pytest.raises(discord.NotFound) as gone:
            await channel.fetch_message(whole[0].id)
        assert gone.value.code == 10008
    assert await scene.world.violations() == []


async def test_files_arrive_whole_and_links_expire(scene: Scene) -> None:
    async with logged_in(scene) as client:
        channel = await channel_of(client, scene.channel)
        sent = await channel.send(
            "two files",
            files=[
                discord.File(io.BytesIO(PNG), "my picture.png", description="dots"),
                discord.File(io.BytesIO(b"plain"), "note.txt"),
            ],
        )
        picture, note = sent.attachments
        assert (picture.filename, picture.width, picture.height) == ("my_picture.png", 2, 3)
        assert (picture.content_type, picture.description) == ("image/png", "dots")
        assert await picture.read() == PNG
        assert await note.read() == b"plain"
        assert set(re.findall(r"[?&](ex|is|hm)=", picture.url)) == {"ex", "is", "hm"}
        with pytest.raises(discord.NotFound):
            await client.http.get_from_cdn(picture.url.replace("hm=", "hm=0"))
        await scene.world.advance(86_401)
        with pytest.raises(discord.NotFound):
            await picture.read()
        fresh = await channel.fetch_message(sent.id)
        assert await fresh.attachments[0].read() == PNG
    stored = (await scene.world.messages(scene.channel))[0]
    assert stored["files"][1]["sha256"] == hashlib.sha256(b"plain").hexdigest()
    assert await scene.world.file(stored["files"][1]["id"]) == b"plain"
    assert await scene.world.violations() == []


async def test_a_file_too_large_is_refused_by_boost_tier(world: Discord) -> None:
    """Discord: 40005; 10 MiB, 50 MiB from tier 2."""
    data = bytes(11 * 1024 * 1024)
    for tier, fits in ((0, False), (2, True)):
        guild = await world.create_guild(premium_tier=tier)
        alice = await world.create_user(f"alice{tier}", guilds=[guild])
        channel = await world.create_channel(guild, "help")
        if fits:
            await world.post(alice, channel, files=[File("big.bin", data)])
        else:
            with pytest.raises(Refused) as refused:
                await world.post(alice, channel, files=[File("big.bin", data)])
            assert refused.value.code == 40005


async def test_the_same_nonce_is_one_message(scene: Scene) -> None:
    status, first = await scene.send("once", nonce="n1", enforce_nonce=True)
    again = (await scene.send("once", nonce="n1", enforce_nonce=True))[1]
    assert (status, first["nonce"], again["id"]) == (200, "n1", first["id"])
    assert await scene.world.contents(scene.channel) == ["once"]
    assert (await scene.world.do("counts"))["deduplicated"] == 1
    _, history = await scene.api("GET", f"/channels/{scene.channel}/messages")
    assert "nonce" not in history[0], "history does not return nonces"


async def test_a_nonce_of_a_deleted_message_is_unknown(scene: Scene) -> None:
    _, first = await scene.send("once", nonce="n1", enforce_nonce=True)
    path = f"/channels/{scene.channel}/messages/{first['id']}"
    assert (await scene.raw("DELETE", path))[0] == 204
    assert await code(await scene.send("once", nonce="n1", enforce_nonce=True)) == 10008


async def test_nonces_are_forgotten_and_not_enforced_unasked(scene: Scene) -> None:
    """The negative control: without enforce_nonce, or later, there are two."""
    await scene.send("a", nonce="n1")
    await scene.send("a", nonce="n1")
    await scene.send("b", nonce="n2", enforce_nonce=True)
    await scene.world.advance(200)
    await scene.send("b", nonce="n2", enforce_nonce=True)
    assert await scene.world.contents(scene.channel) == ["a", "a", "b", "b"]


def embed(size: int) -> dict[str, str]:
    return {"description": "x" * size}


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **more}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def select(count: int) -> dict[str, Any]:
    options = [{"label": str(n), "value": str(n)} for n in range(count)]
    return {"type": 3, "custom_id": "pick", "options": options}


TOO_MUCH: dict[str, tuple[dict[str, Any], str]] = {
    "content of 2,001": ({"content": "x" * 2001}, "content"),
    "11 embeds": ({"embeds": [embed(1)] * 11}, "embeds"),
    "description of 4,097": ({"embeds": [embed(4097)]}, "embeds"),
    "embeds of 6,001": ({"embeds": [embed(3001), embed(3000)]}, "embeds"),
    "26 fields": ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds"),
    "nonce of 26": ({"nonce": "n" * 26}, "nonce"),
    "6 rows": ({"components": [row(button(custom_id=str(n))) for n in range(6)]}, "components"),
    "6 buttons": (
        {"components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
        "components",
    ),
    "a custom_id twice": ({"components": [row(button(), button())]}, "components"),
    "custom_id of 101": ({"components": [row(button(custom_id="x" * 101))]}, "components"),
    "label of 81": ({"components": [row(button(label="x" * 81))]}, "components"),
    "a link with custom_id": ({"components": [row(button(style=5))]}, "components"),
    "26 options": ({"components": [row(select(26))]}, "components"),
    "select beside a button": ({"components": [row(select(2), button())]}, "components"),
    "a text without the V2 flag": (
        {"components": [{"type": 10, "content": "text"}]},
        "components",
    ),
    "ephemeral outside interactions": ({"flags": 64}, "flags"),
    "users parsed and listed": (
        {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
    ),
}


@pytest.mark.parametrize("case", TOO_MUCH)
async def test_what_is_too_much_is_refused_by_field(scene: Scene, case: str) -> None:
    body, field = TOO_MUCH[case]
    status, answer = await scene.send(**body)
    assert (status, answer["code"], list(answer["errors"])) == (400, 50035, [field])
    assert await scene.world.messages(scene.channel) == []


async def test_what_just_fits_is_taken(scene: Scene) -> None:
    """The negative control of the limits."""
    rows = [row(*(button(custom_id=f"{r}{c}", label="x" * 80) for c in range(5))) for r in range(4)]
    status, answer = await scene.send(
        "x" * 2000,
        embeds=[embed(4096), {"fields": [{"name": "n", "value": "v" * 70}] * 25}],
        components=[*rows, row(select(25))],
        nonce="n" * 25,
    )
    assert (status, len(answer["components"])) == (200, 5)
    assert await scene.world.violations() == []


def text(content: str) -> dict[str, Any]:
    return {"type": 10, "content": content}


V2_CASES: dict[str, dict[str, Any]] = {
    "content beside": {"content": "x", "components": [text("t")]},
    "embeds beside": {"embeds": [embed(1)], "components": [text("t")]},
    "41 components": {"components": [text("t")] * 41},
    "4,001 characters": {"components": [text("x" * 2001), text("x" * 2000)]},
    "a section without accessory": {"components": [{"type": 9, "components": [text("t")]}]},
    "a container in a container": {
        "components": [{"type": 17, "components": [{"type": 17, "components": [text("t")]}]}]
    },
}


@pytest.mark.parametrize("case", V2_CASES)
async def test_components_v2_have_their_own_limits(scene: Scene, case: str) -> None:
    body = {"content": None, **V2_CASES[case]}
    status, answer = await scene.send(**body, flags=1 << 15)
    assert (status, answer["code"]) == (400, 50035)


async def test_components_v2_are_written_and_edited(scene: Scene) -> None:
    class Card(ui.LayoutView):
        box = ui.Container[Self](
            ui.TextDisplay("# Ticket 42"),
            ui.Separator(),
            ui.Section("who", accessory=ui.Button(label="Claim", custom_id="ticket:claim:42")),
            ui.ActionRow(ui.Button(label="Close", custom_id="ticket:close:42")),
            accent_colour=0x00FF00,
        )

    async with logged_in(scene) as client:
        channel = await channel_of(client, scene.channel)
        sent = await channel.send(view=Card(), file=discord.File(io.BytesIO(b"x"), "a.txt"))
        assert sent.flags.components_v2
        changed = await sent.edit(view=Card(), allowed_mentions=discord.AllowedMentions.none())
        assert len(changed.components) == 1
        with pytest.raises(discord.HTTPException):
            await client.http.request(
                discord.http.Route("PATCH", f"/channels/{scene.channel}/messages/{sent.id}"),
                json={"content": "text beside"},
            )
    assert await scene.world.violations() == []


async def test_mentions_ping_only_who_is_allowed(scene: Scene) -> None:
    role = await scene.world.create_role(scene.guild, "team", mentionable=False)
    words = f"<@{scene.alice}> <@&{role}> @everyone"
    _, free = await scene.send(words)
    assert (len(free["mentions"]), free["mention_roles"], free["mention_everyone"]) == (
        1,
        [role],
        True,
    )
    _, tamed = await scene.send(words, allowed_mentions={"parse": []})
    assert (tamed["mentions"], tamed["mention_roles"], tamed["mention_everyone"]) == ([], [], False)
    _, one = await scene.send(words, allowed_mentions={"roles": [role]})
    assert (one["mentions"], one["mention_roles"]) == ([], [role])
    by_alice = await scene.world.post(scene.alice, scene.channel, words)
    assert (by_alice["mention_roles"], by_alice["mention_everyone"]) == ([], False)


async def test_replies_forwards_stickers_and_voice(scene: Scene) -> None:
    first = await scene.world.post(scene.alice, scene.channel, "question")
    client = Echo()
    async with running(client, scene.bot):
        reply = await scene.world.post(scene.alice, scene.channel, "also", reply_to=first["id"])
        assert (reply["type"], reply["referenced_message"]["content"]) == (19, "question")
        other = await scene.world.create_channel(scene.guild, "other")
        source = {"channel_id": scene.channel, "message_id": first["id"]}
        await scene.world.post(scene.alice, other, forward=source)
        await scene.world.post(scene.alice, other, stickers=["123"])
        await scene.world.post(
            scene.alice, other, voice=True, files=[File("voice-message.ogg", b"ogg")]
        )
        await scene.world.wait_for(lambda: len([m for m in client.seen if not m.author.bot]) == 4)
    seen = [m for m in client.seen if not m.author.bot]
    assert seen[1].message_snapshots[0].content == "question"
    assert seen[2].stickers[0].id == 123
    assert seen[3].attachments[0].is_voice_message()
    status, answer = await scene.send("to nothing", message_reference={"message_id": "1"})
    assert (status, list(answer["errors"])) == (400, ["message_reference"])


async def test_edits_and_deletes_are_told_and_kept(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        message = await scene.world.post(scene.alice, scene.channel, "one")
        await scene.world.wait_for_message(scene.channel, "echo one")
        edit = asyncio.ensure_future(client.wait_for("message_edit", timeout=60))
        await asyncio.sleep(0)
        await scene.world.edit(scene.alice, scene.channel, message["id"], "two")
        before, after = await edit
        assert (before.content, after.content) == ("one", "two")
        gone = asyncio.ensure_future(client.wait_for("raw_bulk_message_delete", timeout=60))
        await asyncio.sleep(0)
        ids = [m["id"] for m in await scene.world.messages(scene.channel)]
        await scene.world.do(
            "set_role", guild=scene.guild, permissions=["manage_messages", "view_channel"]
        )
        await scene.world.bulk_delete(scene.alice, scene.channel, ids)
        assert {str(one) for one in (await gone).message_ids} == set(ids)
    kept = await scene.world.messages(scene.channel, everything=True)
    assert [m["deleted"] for m in kept] == [True, True]
    assert kept[0]["edits"][0]["content"] == "one"


async def test_a_preview_is_no_edit(scene: Scene) -> None:
    """Discord: MESSAGE_UPDATE comes for it too, without edited_timestamp."""
    client = discord.Client(intents=intents(), guild_ready_timeout=0.05)
    async with running(client, scene.bot):
        message = await scene.world.post(scene.alice, scene.channel, "see https://example.org")
        update = asyncio.ensure_future(client.wait_for("raw_message_edit", timeout=60))
        await asyncio.sleep(0)
        await scene.world.unfurl(scene.channel, message["id"], "https://example.org")
        assert (await update).data["edited_timestamp"] is None
    assert (await scene.world.messages(scene.channel))[0]["edits"] == []


async def test_others_messages_are_not_the_bots(scene: Scene) -> None:
    message = await scene.world.post(scene.alice, scene.channel, "mine")
    path = f"/channels/{scene.channel}/messages/{message['id']}"
    assert await code(await scene.api("PATCH", path, content="yours")) == 50005
    empty = await scene.api("POST", f"/channels/{scene.channel}/messages", content=" ")
    assert await code(empty) == 50006
    assert await code(await scene.api("GET", "/channels/1/messages")) == 10003


async def test_reactions_and_typing(scene: Scene) -> None:
    message = await scene.world.post(scene.alice, scene.channel, "hm")
    client = discord.Client(intents=intents(), guild_ready_timeout=0.05)
    async with running(client, scene.bot):
        seen = asyncio.ensure_future(client.wait_for("raw_reaction_add", timeout=60))
        await asyncio.sleep(0)
        await scene.world.react(scene.alice, scene.channel, message["id"], "👍")
        assert (await seen).user_id == int(scene.alice)
        channel = await channel_of(client, scene.channel)
        fetched = await channel.fetch_message(int(message["id"]))
        await fetched.add_reaction("✅")
        await fetched.remove_reaction("✅", discord.Object(int(scene.bot.user_id)))
        await channel.typing()
        with pytest.raises(discord.HTTPException) as unknown:
            await fetched.add_reaction("nonsense")
        assert unknown.value.code == 10014
        await fetched.pin()
        assert [m.id async for m in channel.pins()] == [fetched.id]
    assert await scene.world.violations() == []


# Permissions.


async def test_missing_permissions_and_access_are_told_apart(world: Discord) -> None:
    bot = await world.create_bot()
    guild = await world.create_guild()
    role = await world.add_bot(guild, bot, ["view_channel"])
    hidden = await world.create_channel(
        guild, "hidden", overwrites=[{"id": guild, "deny": ["view_channel"]}]
    )
    muted = await world.create_channel(
        guild, "muted", overwrites=[{"id": guild, "deny": ["send_messages"]}]
    )
    opened_again = await world.create_channel(
        guild,
        "opened",
        overwrites=[
            {"id": guild, "deny": ["send_messages"]},
            {"id": role, "allow": ["send_messages"]},
        ],
    )
    codes = {}
    for channel in (hidden, muted, opened_again):
        scene = Scene(world, bot, guild, channel, "")
        status, answer = await scene.send("hi")
        codes[channel] = answer["code"] if status != 200 else 0
    assert codes == {hidden: 50001, muted: 50013, opened_again: 0}
    _, listed, _ = await scene.raw("GET", f"/guilds/{guild}/members?limit=10")
    assert listed["code"] == 50001, "the members intent is off"


async def test_a_refused_dm_answers_50007(scene: Scene) -> None:
    shy = await scene.world.create_user("shy", guilds=[scene.guild], refuses_dms=True)
    stranger = await scene.world.create_user("stranger")
    async with logged_in(scene) as client:
        for person in (shy, stranger):
            user = await client.fetch_user(int(person))
            with pytest.raises(discord.Forbidden) as refused:
                await user.send("hello")
            assert refused.value.code == 50007
        await (await client.fetch_user(int(scene.alice))).send("hello")
    place = await scene.world.dm_channel(scene.alice, scene.bot)
    assert await scene.world.contents(place) == ["hello"]


# Rate limits and faults.


async def test_each_answer_tells_the_bucket_and_the_sixth_waits(scene: Scene) -> None:
    await scene.world.settings(rate_limits=True, rate_limit_scale=0.3)
    path = f"/channels/{scene.channel}/messages"
    for left in (4, 3, 2, 1, 0):
        status, _, headers = await scene.raw("POST", path, {"content": "x"})
        assert (status, headers["X-RateLimit-Remaining"]) == (200, str(left))
        assert headers["Content-Type"] == "application/json"
    status, answer, headers = await scene.raw("POST", path, {"content": "x"})
    assert (status, answer["global"], headers["Via"]) == (429, False, "1.1 google")
    assert 0 < answer["retry_after"] <= 1.5
    assert headers["X-RateLimit-Scope"] == "user"
    other = await scene.world.create_channel(scene.guild, "other")
    assert (await scene.api("POST", f"/channels/{other}/messages", content="x"))[0] == 200
    async with logged_in(scene) as client:
        await client.http.send_message(
            int(scene.channel), params=discord.http.handle_message_parameters("after the wait")
        )
    assert (await scene.world.contents(scene.channel))[-1] == "after the wait"
    assert await scene.world.violations() == []


async def test_a_channel_is_renamed_twice_in_ten_minutes(scene: Scene) -> None:
    await scene.world.settings(rate_limits=True)
    path = f"/channels/{scene.channel}"
    answers = [(await scene.api("PATCH", path, name=f"n{n}"))[0] for n in range(3)]
    assert answers == [200, 200, 429]
    assert (await scene.api("PATCH", path, nsfw=True))[0] == 200


async def test_the_global_limit_is_50_a_second(scene: Scene) -> None:
    await scene.world.settings(rate_limits=True, global_per_second=3)
    for _ in range(3):
        await scene.raw("GET", "/users/@me")
    status, answer, headers = await scene.raw("GET", f"/guilds/{scene.guild}")
    assert (status, answer["global"], headers["X-RateLimit-Global"]) == (429, True, "true")


SEND = "POST /channels/{channel_id}/messages"


async def test_stored_then_502_is_one_message_with_a_nonce_and_two_without(scene: Scene) -> None:
    for nonce, expected in (("n1", 1), (None, 2)):
        channel = await scene.world.create_channel(scene.guild, "faulty")
        await scene.world.fault("stored_then_error", r"^POST /channels/\{channel_id\}/messages")
        body = {"content": "x", "nonce": nonce, "enforce_nonce": bool(nonce)}
        for status in (502, 200):
            got = await scene.raw("POST", f"/channels/{channel}/messages", body)
            assert got[0] == status
        assert len(await scene.world.messages(channel)) == expected


async def test_discord_py_repeats_a_502_by_itself(scene: Scene) -> None:
    await scene.world.fault("error", "POST .*/messages", times=1, status=502)
    async with logged_in(scene) as client:
        await (await channel_of(client, scene.channel)).send("x")
    assert await scene.world.contents(scene.channel) == ["x"]
    assert await scene.world.count(SEND) == 2


@pytest.mark.parametrize(
    ("kind", "stored"),
    [("drop_before", 0), ("drop_after", 1), ("reset_before", 0), ("reset_after", 1)],
)
async def test_connections_break_before_and_after(scene: Scene, kind: str, stored: int) -> None:
    await scene.world.fault(kind, "POST .*/messages")
    with pytest.raises(aiohttp.ClientError):
        await scene.send("x")
    assert len(await scene.world.messages(scene.channel)) == stored


async def test_cloudflare_and_slowness(scene: Scene) -> None:
    await scene.world.fault("cloudflare", "POST .*/messages")
    async with logged_in(scene) as client:
        channel = await channel_of(client, scene.channel)
        with pytest.raises(discord.HTTPException) as banned:
            await channel.send("x")
        assert banned.value.status == 429
    await scene.world.fault("slow", "POST .*/messages", seconds=0.2)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(scene.send("late"), 0.05)


async def test_the_same_seed_draws_the_same_faults(scene: Scene) -> None:
    runs = []
    for _ in range(2):
        await scene.world.do("clear_faults")
        await scene.world.do("seed", seed=7)
        await scene.world.fault("error", "POST .*/messages", times=-1, probability=0.5)
        runs.append([(await scene.send("x"))[0] for _ in range(8)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 502}


# Threads and forums.


async def test_threads_from_messages_and_without(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        channel: Any = client.get_channel(int(scene.channel))
        message = await channel.send("root")
        thread = await message.create_thread(name="Ticket 1")
        assert thread.id == message.id
        with pytest.raises(discord.HTTPException) as twice:
            await message.create_thread(name="again")
        assert twice.value.code == 160004
        private = await channel.create_thread(name="Ticket 2", invitable=False)
        assert private.is_private()
        await private.add_user(discord.Object(int(scene.alice)))
        await scene.world.post(scene.alice, str(private.id), "in private")
        await scene.world.wait_for_message(str(private.id), "echo in private")
        members = await private.fetch_members()
        assert {str(m.id) for m in members} == {scene.alice, scene.bot.user_id}
        active = await channel.guild.active_threads()
        assert {t.id for t in active} == {thread.id, private.id}
        await private.remove_user(discord.Object(int(scene.alice)))
        with pytest.raises(Refused) as unseen:
            await scene.world.post(scene.alice, str(private.id), "again")
        assert unseen.value.code == 50001
        await thread.delete()
    assert await scene.world.violations() == []


async def test_archived_and_locked_threads(scene: Scene) -> None:
    client = Echo()
    async with running(client, scene.bot):
        channel: Any = client.get_channel(int(scene.channel))
        thread = await channel.create_thread(name="t", type=discord.ChannelType.public_thread)
        sent = await thread.send("before")
        thread = await thread.edit(archived=True)
        assert thread.archived
        with pytest.raises(discord.HTTPException) as archived:
            await sent.edit(content="after")
        assert archived.value.code == 50083
        with pytest.raises(discord.HTTPException):
            await thread.add_user(discord.Object(int(scene.alice)))
        await scene.world.post(scene.alice, str(thread.id), "wakes it")
        assert not (await scene.world.channel(str(thread.id)))["thread_metadata"]["archived"]
        await thread.edit(archived=True, locked=True)
        with pytest.raises(Refused) as locked:
            await scene.world.post(scene.alice, str(thread.id), "knock")
        assert locked.value.code == 50083
        listed = [t.id async for t in channel.archived_threads()]
        assert listed == [thread.id]
        await thread.send("a moderator may")
        with pytest.raises(Refused) as open_but_locked:
            await scene.world.post(scene.alice, str(thread.id), "knock")
        assert open_but_locked.value.code == 160005
    assert await scene.world.violations() == []


async def test_private_archived_threads_need_manage_threads(world: Discord) -> None:
    bot = await world.create_bot()
    guild = await world.create_guild()
    await world.add_bot(guild, bot, [])
    channel = await world.create_channel(guild, "help")
    scene = Scene(world, bot, guild, channel, "")
    async with logged_in(scene) as client:
        place = await channel_of(client, channel)
        thread = await place.create_thread(name="mine")
        await thread.edit(archived=True)
        assert [t.id async for t in place.archived_threads(private=True, joined=True)] == [
            thread.id
        ]
        with pytest.raises(discord.Forbidden):
            assert [t async for t in place.archived_threads(private=True)]
        with pytest.raises(discord.Forbidden):
            await thread.edit(locked=True)


async def test_threads_archive_themselves(scene: Scene) -> None:
    thread = await scene.world.start_thread(scene.alice, scene.channel, "quiet")
    await scene.world.advance(4320 * 60 - 10)
    assert not (await scene.world.channel(thread))["thread_metadata"]["archived"]
    await scene.world.advance(20)
    assert (await scene.world.channel(thread))["thread_metadata"]["archived"]


async def test_active_threads_are_limited(scene: Scene) -> None:
    await scene.world.settings(active_threads=1)
    path = f"/channels/{scene.channel}/threads"
    first = await scene.api("POST", path, name="one", type=11)
    assert first[0] == 201
    assert await code(await scene.api("POST", path, name="two", type=11)) == 160006
    assert (await scene.api("PATCH", f"/channels/{first[1]['id']}", archived=True))[0] == 200
    assert (await scene.api("POST", path, name="two", type=11))[0] == 201
    too_long = await scene.api("POST", path, name="x" * 101, type=11)
    assert list(too_long[1]["errors"]) == ["name"]


async def test_forum_posts_and_tags(scene: Scene) -> None:
    tags: list[dict[str, Any]] = [{"name": "open"}, {"name": "solved", "moderated": True}]
    forum, ids = await scene.world.create_forum(scene.guild, "support", tags=tags, require_tag=True)
    client = Echo()
    async with running(client, scene.bot):
        post = await scene.world.forum_post(
            scene.alice, forum, "It broke", "help me", tags=[ids["open"]]
        )
        await scene.world.wait_for_message(post, "echo help me")
        place: Any = client.get_channel(int(forum))
        with pytest.raises(discord.HTTPException) as tagless:
            await place.create_thread(name="x", content="y")
        assert tagless.value.code == 40067
        made = await place.create_thread(
            name="Ours", content="text", applied_tags=[place.get_tag(int(ids["solved"]))]
        )
        assert made.thread.id == made.message.id
        await made.thread.edit(applied_tags=[place.get_tag(int(ids["open"]))])
        with pytest.raises(Refused):
            await scene.world.change_thread(scene.alice, post, applied_tags=[ids["solved"]])
        status, answer = await scene.api("POST", f"/channels/{forum}/messages", content="x")
        assert (status, answer["code"]) == (400, 50008)
    assert await scene.world.violations() == []


# Interactions.


class Claim(ui.DynamicItem[ui.Button[Any]], template=r"ticket:claim:(?P<number>\d+)"):
    """A persistent button: its state is in its id."""

    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label="Claim", custom_id=f"ticket:claim:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> "Claim":
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> Any:
        name = interaction.user.display_name
        await interaction.response.edit_message(content=f"{name} has #{self.number}", view=None)


class Reply(ui.Modal, title="Reply"):
    text: ui.Label[Any] = ui.Label(
        text="Text", component=ui.TextInput(custom_id="text", max_length=20)
    )
    to: ui.Label[Any] = ui.Label(
        text="To",
        component=ui.Select(
            custom_id="target", options=[discord.SelectOption(label="Alice", value="a")]
        ),
    )
    files: ui.Label[Any] = ui.Label(
        text="Files", component=ui.FileUpload(custom_id="files", required=False, max_values=2)
    )

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        words: Any = self.text.component
        chosen: Any = self.to.component
        sent: Any = self.files.component
        data = [await item.read() for item in sent.values]
        await interaction.response.send_message(
            f"{words.value} to {chosen.values} with {data}", ephemeral=True
        )


class Desk(discord.Client):
    """Commands, buttons, menus and modals."""

    def __init__(self) -> None:
        super().__init__(intents=intents(), guild_ready_timeout=0.05)
        self.tree = app_commands.CommandTree(self)
        self.add_dynamic_items(Claim)
        group = app_commands.Group(name="ticket", description="Tickets")

        @group.command(description="Answers late")
        @app_commands.describe(ticket="Its number")
        async def reply(interaction: discord.Interaction[Any], ticket: int) -> None:
            await interaction.response.defer(ephemeral=True)
            await interaction.followup.send(f"ticket {ticket}")
            await interaction.followup.send("and more", ephemeral=True)

        @group.command(description="Opens a modal")
        async def modal(interaction: discord.Interaction[Any]) -> None:
            await interaction.response.send_modal(Reply())

        @self.tree.command(description="Finds")
        @app_commands.default_permissions(manage_messages=True)
        @app_commands.choices(how=[app_commands.Choice(name="Fast", value="fast")])
        async def find(
            interaction: discord.Interaction[Any],
            who: str,
            how: str = "fast",
            file: discord.Attachment | None = None,
        ) -> None:
            size = len(await file.read()) if file else 0
            answer = await interaction.response.send_message(f"{who} {how} {size}")
            await interaction.edit_original_response(content=f"message {answer.message_id}")

        @find.autocomplete("who")
        async def names(
            interaction: discord.Interaction[Any], typed: str
        ) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{typed}ice", value="alice")]

        @self.tree.command(description="Sleeps")
        async def sleep(interaction: discord.Interaction[Any]) -> None:
            await asyncio.sleep(0.3)
            try:
                await interaction.response.send_message("too late")
            except discord.NotFound as error:
                self.dispatch("late", error.code)

        @self.tree.context_menu(name="Send to contact")
        async def send(interaction: discord.Interaction[Any], message: discord.Message) -> None:
            await interaction.response.send_message(f"sent {message.content}", ephemeral=True)

        self.tree.add_command(group)

    async def setup_hook(self) -> None:
        await self.tree.sync()


async def test_a_persistent_button_is_clicked(scene: Scene) -> None:
    client = Desk()
    async with running(client, scene.bot):
        view = ui.View(timeout=None).add_item(Claim(42))
        channel: Any = client.get_channel(int(scene.channel))
        sent = await channel.send("Ticket", view=view)
        card = str(sent.id)
        with pytest.raises(Refused, match="ticket:claim:42"):
            await scene.world.click(scene.alice, scene.channel, card, "ticket:claim:43")
        answer = await scene.world.click(scene.alice, scene.channel, card, "ticket:claim:42")
        assert (answer["callback_type"], answer["message"]["content"]) == (7, "Alice has #42")
        with pytest.raises(Refused, match="no component"):
            await scene.world.click(scene.alice, scene.channel, card, "ticket:claim:42")
    assert await scene.world.violations() == []


async def test_slash_commands_are_held_against_what_was_synced(scene: Scene) -> None:
    client, world = Desk(), scene.world
    helper = await world.create_role(scene.guild, "helper", permissions=["manage_messages"])
    async with running(client, scene.bot):
        answer = await world.slash(scene.alice, scene.channel, "ticket reply", ticket=42)
        assert (answer["callback_type"], answer["ephemeral"]) == (5, True)

        async def filled() -> bool:
            now = await world.interaction(answer)
            return now["message"]["content"] == "ticket 42" and len(now["followups"]) == 1

        await world.wait_for(filled)
        assert await world.messages(scene.channel) == [], "ephemeral: nobody else sees it"
        for command, options, problem in (
            ("ticket", {}, "needs one of"),
            ("ticket nothing", {}, "no subcommand"),
            ("ticket reply", {}, "missing"),
            ("ticket reply", {"ticket": "x"}, "number"),
            ("ticket reply", {"ticket": 1, "other": 2}, "no option"),
            ("nothing", {}, "10063"),
            ("find", {"who": "x"}, "may not use"),
        ):
            with pytest.raises(Refused, match=problem):
                await world.slash(scene.alice, scene.channel, command, **options)
        await world.set_member(scene.guild, scene.alice, roles=[helper])
        with pytest.raises(Refused, match="offers"):
            await world.slash(scene.alice, scene.channel, "find", who="x", how="slow")
        found = await world.slash(
            scene.alice, scene.channel, "find", who="x", files={"file": File("a.txt", b"12345")}
        )
        assert found["message"]["content"] in {"x fast 5", f"message {found['message_id']}"}
        choices = await world.autocomplete(scene.alice, scene.channel, "find", "who", "al")
        assert choices == [{"name": "alice", "value": "alice"}]
        await world.wait_for_message(scene.channel, f"message {found['message_id']}")
    assert await world.violations() == []


async def test_modals_are_filled_as_they_were_sent(scene: Scene) -> None:
    client, world = Desk(), scene.world
    async with running(client, scene.bot):
        opened = await world.slash(scene.alice, scene.channel, "ticket modal")
        assert (opened["callback_type"], opened["modal"]["title"]) == (9, "Reply")
        for values, problem in (
            ({"target": ["a"]}, "required"),
            ({"text": "x" * 21, "target": ["a"]}, "characters"),
            ({"text": "hi", "target": ["b"]}, "offers"),
            ({"text": "hi", "nothing": "x"}, "no field"),
        ):
            with pytest.raises(Refused, match=problem):
                await world.submit(opened, **values)
        answer = await world.submit(
            opened, text="hi", target=["a"], files={"files": [File("a.bin", b"\x00\x01")]}
        )
        assert answer["message"]["content"] == "hi to ['a'] with [b'\\x00\\x01']"
        assert answer["ephemeral"]
        with pytest.raises(Refused, match="already"):
            await world.submit(opened, text="hi", target=["a"])
    assert await world.violations() == []


async def test_context_menus_and_dms(scene: Scene) -> None:
    client, world = Desk(), scene.world
    async with running(client, scene.bot):
        message = await world.post(scene.alice, scene.channel, "this")
        answer = await world.menu(scene.alice, scene.channel, "Send to contact", message["id"])
        assert answer["message"]["content"] == "sent this"
        place = await world.dm_channel(scene.alice, scene.bot)
        direct = await world.slash(scene.alice, place, "ticket reply", ticket=1)
        assert direct["acknowledged"]
    assert await world.violations() == []


async def test_an_answer_after_three_seconds_is_unknown(scene: Scene) -> None:
    await scene.world.settings(interaction_answer=0.1)
    client = Desk()
    async with running(client, scene.bot):
        late = asyncio.ensure_future(client.wait_for("late", timeout=60))
        answer = await scene.world.slash(scene.alice, scene.channel, "sleep")
        assert not answer["acknowledged"]
        assert await late == 10062


async def begun(scene: Scene) -> dict[str, Any]:
    """A command waiting for its answer, without a client to give it."""
    await scene.api_list("PUT", f"/applications/{scene.bot.application_id}/commands", COMMANDS)
    answer = await scene.world.do(
        "slash", user=scene.alice, channel=scene.channel, command="ping", wait=False
    )
    return dict(answer)


COMMANDS = [{"name": "ping", "description": "Pong", "type": 1}]


async def test_an_interaction_is_answered_once_and_its_token_ages(scene: Scene) -> None:
    opened = await begun(scene)
    hook = f"/webhooks/{scene.bot.application_id}/{opened['token']}"
    back = f"/interactions/{opened['id']}/{opened['token']}/callback"
    assert await code(await scene.api("POST", hook, content="too early")) == 10015
    assert await code(await scene.api("POST", back, type=7)) == 50035
    modal = {"title": "x" * 46, "custom_id": "m", "components": [row(select(2))] * 6}
    status, answer = await scene.api("POST", back, type=9, data=modal)
    assert set(answer["errors"]["data"]) == {"title", "components"}
    status, answer = await scene.api(
        "POST", f"{back}?with_response=true", type=4, data={"content": "pong", "flags": 64}
    )
    assert status == 200
    assert answer["interaction"]["response_message_ephemeral"]
    assert answer["resource"]["message"]["content"] == "pong"
    assert await code(await scene.api("POST", back, type=5)) == 40060
    message = f"/channels/{scene.channel}/messages/{answer['resource']['message']['id']}"
    assert await code(await scene.api("GET", message)) == 10008, "ephemeral: by its token only"
    assert (await scene.api("GET", f"{hook}/messages/@original"))[0] == 200
    assert (await scene.api("PATCH", f"{hook}/messages/@original", content="pang"))[0] == 200
    assert (await scene.raw("DELETE", f"{hook}/messages/@original"))[0] == 204
    await scene.world.advance(901)
    assert await code(await scene.api("POST", hook, content="too late")) == 50027
    assert await code(await scene.api("POST", "/interactions/1/none/callback", type=5)) == 10062


async def test_commands_are_checked_when_synced(scene: Scene) -> None:
    path = f"/applications/{scene.bot.application_id}/commands"
    for bad in (
        [{"name": "Upper", "description": "x"}],
        [{"name": "a", "description": ""}],
        [{"name": "a", "description": "x"}, {"name": "a", "description": "y"}],
        [{"name": "menu", "type": 3, "description": "not empty"}],
    ):
        status, answer = await scene.api_list("PUT", path, bad)
        assert (status, answer["code"]) == (400, 50035)
    status, first = await scene.api_list("PUT", path, COMMANDS)
    status, second = await scene.api_list("PUT", path, COMMANDS)
    assert (status, first[0]["id"], second[0]["description"]) == (200, second[0]["id"], "Pong")
    permissions = f"/applications/{scene.bot.application_id}/guilds/{scene.guild}"
    denied = await scene.api("GET", f"{permissions}/commands/{first[0]['id']}/permissions")
    assert denied[1]["code"] == 10066


class Picker(ui.View):
    """Selects and a button that answers later."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @ui.select(
        custom_id="pick", options=[discord.SelectOption(label=n, value=n) for n in ("low", "high")]
    )
    async def pick(self, interaction: discord.Interaction[Any], chosen: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"picked {chosen.values}")

    @ui.select(cls=ui.UserSelect, custom_id="who", max_values=2)
    async def who(self, interaction: discord.Interaction[Any], chosen: ui.UserSelect[Any]) -> None:
        names = [user.display_name for user in chosen.values]
        await interaction.response.send_message(f"chose {names}", ephemeral=True, view=Picker())

    @ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction[Any], _: ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="done", view=None)


async def test_selects_and_deferred_updates(scene: Scene) -> None:
    client, world = discord.Client(intents=intents(), guild_ready_timeout=0.05), scene.world
    bob = await world.create_user("bob", guilds=[scene.guild])
    async with running(client, scene.bot):
        sent = await (await channel_of(client, scene.channel)).send("card", view=Picker())
        place = (scene.channel, str(sent.id))
        picked = await world.choose(scene.alice, *place, "pick", "high")
        assert picked["message"]["content"] == "picked ['high']"
        assert picked["message"]["message_reference"]["message_id"] == str(sent.id)
        for values, problem in (([], "1 to 1"), (["none"], "offers")):
            with pytest.raises(Refused, match=problem):
                await world.choose(scene.alice, *place, "pick", *values)
        chosen = await world.choose(scene.alice, *place, "who", scene.alice, bob)
        assert chosen["message"]["content"] == "chose ['Alice', 'bob']"
        with pytest.raises(Refused, match="not visible"):
            await world.click(bob, scene.channel, chosen["message_id"], "later")
        assert (await world.click(scene.alice, *place, "later"))["callback_type"] == 6
        await world.wait_for_message(scene.channel, "done")
    assert await world.violations() == []


async def test_webhooks_write_under_another_name(scene: Scene) -> None:
    async with logged_in(scene) as client:
        channel = await channel_of(client, scene.channel)
        hook = await channel.create_webhook(name="Relay")
        sent = await hook.send("hi", username="Alice", wait=True)
        await hook.edit_message(sent.id, content="hello")
        assert [found.id for found in await channel.webhooks()] == [hook.id]
        with pytest.raises(discord.Forbidden):
            await (await channel.fetch_message(sent.id)).edit(content="not the bot's")
        stored = (await scene.world.messages(scene.channel))[0]
        assert (stored["author"]["username"], stored["content"]) == ("Alice", "hello")
        await hook.delete_message(sent.id)
    assert await scene.world.violations() == []


async def test_a_bot_sends_a_voice_message(scene: Scene) -> None:
    """Discord: one audio file with its waveform and nothing else."""
    form = aiohttp.FormData()
    about = '{"id": "0", "filename": "v.ogg", "duration_secs": 2.5, "waveform": "AAAA"}'
    form.add_field("payload_json", f'{{"flags": 8192, "attachments": [{about}]}}')
    form.add_field("files[0]", b"ogg", filename="v.ogg", content_type="audio/ogg")
    headers = {"Authorization": f"Bot {scene.bot.token}"}
    url = f"{scene.world.api_url}/channels/{scene.channel}/messages"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=form, headers=headers) as response,
    ):
        answer = await response.json()
    assert (answer["flags"], answer["attachments"][0]["duration_secs"]) == (8192, 2.5)
    assert await code(await scene.send("with words", flags=8192)) == 50035


async def test_shards_share_the_guilds(scene: Scene) -> None:
    number = (int(scene.guild) >> 22) % 2
    client = discord.AutoShardedClient(
        intents=intents(), guild_ready_timeout=0.05, shard_count=2, shard_ids=[number]
    )
    async with running(client, scene.bot):
        guild = client.get_guild(int(scene.guild))
        assert guild is not None
        assert guild.shard_id == number
        waiting = asyncio.ensure_future(client.wait_for("message", timeout=60))
        await asyncio.sleep(0)
        await scene.world.post(scene.alice, scene.channel, "one shard hears it")
        assert (await waiting).content == "one shard hears it"
    heard = await scene.world.do("dispatches", event="MESSAGE_CREATE")
    assert len(heard) == 1


async def test_channels_are_made_changed_and_limited(scene: Scene) -> None:
    async with logged_in(scene) as client:
        guild = await client.fetch_guild(int(scene.guild))
        category = await guild.create_category("Tickets")
        secret = await guild.create_text_channel(
            "secret",
            category=category,
            overwrites={guild.default_role: discord.PermissionOverwrite(view_channel=False)},
        )
        await secret.edit(topic="hush")
        await secret.set_permissions(await guild.fetch_member(int(scene.alice)), view_channel=True)
        await scene.world.post(scene.alice, str(secret.id), "I am let in")
        assert {c.name for c in await guild.fetch_channels()} == {"help", "Tickets", "secret"}
        await scene.world.settings(guild_channels=3)
        with pytest.raises(discord.HTTPException) as full:
            await guild.create_text_channel("one too many")
        assert full.value.code == 30013
        await secret.delete()
        with pytest.raises(discord.NotFound):
            await client.fetch_channel(secret.id)
    assert await scene.world.violations() == []


async def test_discord_py_survives_a_stored_502_with_a_nonce(scene: Scene) -> None:
    await scene.world.fault("stored_then_error", "POST .*/messages")
    async with logged_in(scene) as client:
        channel = await channel_of(client, scene.channel)
        params = discord.http.handle_message_parameters("once", nonce="effect-1")
        assert params.payload is not None
        params.payload["enforce_nonce"] = True
        await client.http.send_message(channel.id, params=params)
    assert await scene.world.contents(scene.channel) == ["once"]
    assert [call["deduplicated"] for call in await scene.world.calls(SEND)] == [False, True]


async def test_a_bot_learns_only_its_own_memberships_without_the_intent(scene: Scene) -> None:
    chosen = intents()
    chosen.members = False
    thread = await scene.world.start_thread(scene.alice, scene.channel, "t")
    async with running(discord.Client(intents=chosen, guild_ready_timeout=0.05), scene.bot):
        bob = await scene.world.create_user("bob", guilds=[scene.guild])
        await scene.world.do("join_thread", user=bob, thread=thread)
        assert await scene.world.do("dispatches", event="THREAD_MEMBERS_UPDATE") == []
        await scene.world.do(
            "join_thread", user=scene.alice, thread=thread, other=scene.bot.user_id
        )
        assert len(await scene.world.do("dispatches", event="THREAD_MEMBERS_UPDATE")) == 1
        assert await scene.world.do("dispatches", event="GUILD_MEMBER_ADD") == []


def a_file(name: str = "a.txt") -> discord.File:
    return discord.File(io.BytesIO(name.encode()), name)


async def test_files_travel_every_way(scene: Scene) -> None:
    """Edits that add and drop, callbacks, followups, forum posts."""
    forum, _ = await scene.world.create_forum(scene.guild, "support")
    client = discord.Client(intents=intents(), guild_ready_timeout=0.05)
    tree = app_commands.CommandTree(client)

    @tree.command(description="Sends files")
    async def files(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(file=a_file("first.txt"))
        await interaction.edit_original_response(attachments=[a_file("second.txt")])
        await interaction.followup.send("more", file=a_file("third.txt"))

    async with running(client, scene.bot):
        await tree.sync(guild=None)
        place: Any = client.get_channel(int(scene.channel))
        sent = await place.send("x", file=a_file("one.txt"))
        both = await sent.add_files(a_file("two.txt"))
        assert [item.filename for item in both.attachments] == ["one.txt", "two.txt"]
        left = await both.remove_attachments(both.attachments[0])
        assert [item.filename for item in left.attachments] == ["two.txt"]
        assert (await left.edit(suppress=True)).flags.suppress_embeds
        board: Any = client.get_channel(int(forum))
        post = await board.create_thread(name="post", content="c", file=a_file("four.txt"))
        assert await post.message.attachments[0].read() == b"four.txt"
        await scene.world.slash(scene.alice, scene.channel, "files")
        more = await scene.world.wait_for_message(scene.channel, "more")
        assert more["files"][0]["filename"] == "third.txt"
        names = [m["files"][0]["filename"] for m in await scene.world.messages(scene.channel)]
        assert names == ["two.txt", "second.txt", "third.txt"]
    assert await scene.world.violations() == []


async def test_a_gateway_that_is_down_leaves_a_gap_to_fill(scene: Scene) -> None:
    """A new session is told nothing of the past; history is."""
    await scene.world.gateway("down")
    before = await scene.world.post(scene.alice, scene.channel, "nobody listens")
    await scene.world.gateway("up")
    client = Echo()
    async with running(client, scene.bot):
        place: Any = client.get_channel(int(scene.channel))
        after = discord.Object(int(before["id"]) - 1)
        assert [m.content async for m in place.history(after=after)] == ["nobody listens"]
        assert client.seen == []


# The official document.


@pytest.mark.skipif(
    not openapi.available(), reason="../shared/specs/discord-openapi.json is absent"
)
async def test_what_the_document_does_not_know_is_recorded(scene: Scene) -> None:
    """The negative control: violations are seen when there are some."""
    await scene.send("fine")
    assert await scene.world.violations() == []
    await scene.send("not fine", invented=True)
    await scene.raw("GET", f"/channels/{scene.channel}/messages?limit=1&page=2")
    await scene.raw("GET", "/no/such/route")
    await scene.raw("POST", f"/channels/{scene.channel}/messages", {"embeds": ["no object"]})
    found = {(v["where"], v["route"].split(" ")[0]) for v in await scene.world.violations()}
    assert found == {
        ("request", "POST"),
        ("handler", "POST"),
        ("query", "GET"),
        ("route", "GET"),
    }


@pytest.mark.skipif(
    not openapi.available(), reason="../shared/specs/discord-openapi.json is absent"
)
def test_the_documents_deviations_are_exactly_the_known_ones() -> None:
    spec = openapi.shared()
    assert spec is not None
    route = "/channels/{channel_id}/messages"
    fine = {"attachments": [{"id": 0}], "message_reference": {"message_id": 1, "channel_id": 2}}
    assert spec.request("POST", route, fine) == []
    assert spec.request("POST", route, {"content": 5}) != []
    assert spec.request("POST", route, {"sticker_ids": [1]}) != []
    assert spec.response("GET", "/gateway", 200, {"url": "wss://x", "extra": 1}) != []


async def test_who_has_no_token_is_nobody(scene: Scene) -> None:
    nobody = Scene(
        scene.world, Bot(application_id="1", user_id="1", token="x"), "", scene.channel, ""
    )
    assert await nobody.send() == (401, {"message": "401: Unauthorized", "code": 0})
