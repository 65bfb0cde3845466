"""What Discord is asked for is compared with what Baton knows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from adapters.discord import backfill, history, incoming, threads
from adapters.discord import platform as sdk_platform
from adapters.discord.backfill import Backfill
from adapters.discord.deletions import Deletions, Seen
from adapters.discord.gateway import Gateway, Hooks
from adapters.discord.intake import Intake
from adapters.discord.session import Session as SdkSession
from adapters.discord.session import Urls
from bot.domain.conversation import Conversation
from bot.domain.identity import Place
from bot.domain.message import Author, Message
from bot.ports.repositories.platforms import Source
from bot.ports.store import Tx
from bot.services import record
from tests.integration.discord.world import CHANNELS, GUILD, PEOPLE, emulated, populated
from tests.world import World

SPACE = f"discord:{GUILD}"


class Http:
    """Knows no message any more."""

    async def get_message(self, _channel: int, _message: int) -> Any:
        answer: Any = SimpleNamespace(status=404, reason="Not Found")
        raise discord.NotFound(answer, {"code": 10008, "message": "Unknown Message"})


class Session:
    async def http(self) -> Http:
        return Http()


class Direct(Http):
    """Knows what stands in somebody's direct messages."""

    async def get_message(self, channel: int, message: int) -> Any:
        return (
            {"id": str(message)} if channel == 55 else await super().get_message(channel, message)
        )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("stands", [True, False])
async def test_what_was_said_directly_is_not_missed_in_the_thread_that_came_after(
    world: World, *, stands: bool
) -> None:
    """Who takes no direct messages has written some; they stand where they were written."""

    def known(tx: Tx) -> None:
        spoken: Any = {"contact": "discord:9/1", "contact_name": "Carol", "contact_avatar": ""}
        times: Any = {"started_at": world.clock.now(), "last_message_at": world.clock.now()}
        began = Conversation(**spoken, **times, workspace="discord:9", channel="55", direct=True)
        began = tx.conversations.add(began)
        record.contact_lane(tx, began)
        tx.conversations.put(replace(began, channel="600", thread="7", direct=False))
        tx.sources.watch("discord:9", "600", "7", "7")
        said: Any = {"conversation_id": began.id, "text": "hello", "at": world.clock.now()}
        who: Any = {"author": Author.CONTACT, "author_id": "discord:9/1", "author_name": "Carol"}
        tx.messages.add(Message(**said, **who, source_id="8"))

    await world.store.transact(known)
    asked = Direct() if stands else Http()

    async def http() -> Http:
        return asked

    session: Any = SimpleNamespace(http=http)
    seen: Seen = {None: history.Stretch(ids={1}, since=0), "7": history.Stretch(ids=set(), since=0)}
    root = Place(workspace="discord:9", channel="600")
    await Deletions(world.baton, session).find(root, seen, [])
    [message] = await world.store.read(lambda tx: tx.messages.of(1))
    assert (message.deleted_at is None) is stands


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_thread_that_opens_while_it_is_looked_for_hides_no_deletion(world: World) -> None:
    """It was not there yet when the threads were listed, and is open when they are compared."""

    def known(tx: Tx) -> int:
        where = {"workspace": "discord:9", "channel": "600"}
        spoken = {"contact": "discord:9/1", "contact_name": "Carol"}
        times = {"started_at": world.clock.now(), "last_message_at": world.clock.now()}
        begun: Any = {**where, **spoken, **times, "thread": "7", "contact_avatar": ""}
        conversation = tx.conversations.add(Conversation(**begun, direct=False))
        tx.sources.watch("discord:9", "600", "7", "7")  # its thread is open
        said: Any = {"conversation_id": conversation.id, "text": "hello", "at": world.clock.now()}
        who: Any = {"author": Author.CONTACT, "author_id": "discord:9/1", "author_name": "Carol"}
        return tx.messages.add(Message(**said, **who, source_id="8")).id

    async def is_deleted() -> bool:
        found = await world.store.read(lambda tx: tx.messages.get(message))
        return found.deleted_at is not None

    message = await world.store.transact(known)
    session: Any = Session()
    deletions, root = Deletions(world.baton, session), Place(workspace="discord:9", channel="600")
    seen: Seen = {None: history.Stretch(ids={1}, since=0)}
    await deletions.find(root, seen, [])
    assert not await is_deleted(), "nobody has looked there"
    await deletions.find(root, seen, [], {"7"})
    assert await is_deleted()


async def test_a_place_is_read_from_its_mark_on_and_somewhat_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last before it are looked at again; none is left out, however much came after it."""
    monkeypatch.setattr(history, "COMPARED", 3)
    async with emulated() as platform, discord.Client(intents=discord.Intents.none()) as client:
        bot = await populated(platform)
        await client.login(bot.token)
        where = client.get_partial_messageable(int(CHANNELS["help"]))
        ids: list[int] = []
        for number in range(8):
            assert await told(where, 0) == ids
            post = await platform.post(PEOPLE["carol"], CHANNELS["help"], f"word {number}")
            ids.append(int(post["id"]))
        for at, mark in enumerate(ids):
            found = await told(where, mark)
            assert found == ids[max(0, at - 2) :]
            assert history.stretch(set(found), mark).since == (0 if at < 2 else ids[at - 2])


@pytest.mark.parametrize("private", [False, True])
async def test_threads_that_were_archived_are_listed_page_by_page(
    monkeypatch: pytest.MonkeyPatch, *, private: bool
) -> None:
    monkeypatch.setattr(threads, "_LISTED", 2)
    async with emulated() as platform:
        bot = await populated(platform)
        session, nobody = SdkSession(bot.token, Urls()), None
        listing, channel = threads.Threads(session, cast("Any", nobody)), int(CHANNELS["help"])
        try:
            opened = [await _archived(listing, session, private=private) for _ in range(6)]
            times = [discord.utils.parse_time(at) for _, at in opened]
            for since in (times[0], times[3]):
                found = await listing.archived(channel, since, private=private)
                late = [int(one) for (one, _), at in zip(opened, times, strict=True) if at >= since]
                assert sorted(map(int, found)) == late
        finally:
            await session.close()


async def _archived(
    listing: threads.Threads, session: SdkSession, *, private: bool
) -> tuple[str, str]:
    """A thread by its id, and when it was archived."""
    http, channel = await session.http(), int(CHANNELS["help"])
    if private:
        thread = await listing.private(SPACE, channel, "Help", int(PEOPLE["carol"]), None)
    else:
        params = discord.http.handle_message_parameters(content="words")
        said = await http.send_message(channel, params=params)
        thread = await listing.below(SPACE, channel, int(said["id"]), "Help")
    kept: Any = await http.edit_channel(thread, archived=True)
    return kept["id"], kept["thread_metadata"]["archive_timestamp"]


async def told(where: discord.PartialMessageable, mark: int) -> list[int]:
    return [one.id async for one in history.around(where, mark)]


async def test_a_global_limit_ends_for_all_when_nobody_waits_for_it_any_more() -> None:
    """A call that has met it is given up: it took too long, or a new session begins."""
    async with emulated() as platform:
        bot = await populated(platform)
        session, channel = SdkSession(bot.token, Urls()), int(CHANNELS["help"])
        try:
            http: Any = await session.http()
            await platform.fault("global_rate_limited", seconds=29)
            given_up = asyncio.create_task(http.get_channel(channel))
            async with asyncio.timeout(60):
                while http._global_over.is_set():
                    await asyncio.sleep(0.005)
            waits = asyncio.create_task(http.get_channel(channel))
            given_up.cancel()
            assert (await asyncio.wait_for(waits, 60))["id"] == str(channel)
        finally:
            await session.close()


async def test_what_lets_live_events_flow_ends_before_a_new_session_begins() -> None:
    """A step of it that was carried out after that would let those of the new session through."""
    begun, goes_on, steps = asyncio.Event(), asyncio.Event(), []

    async def caught_up(_space: str, _channel: str, *, unless: Any) -> None:
        while not unless():
            begun.set()
            await goes_on.wait()
            steps.append("a step")

    given: Any = (SimpleNamespace(caught_up=caught_up), None, None, None)
    source = Source(workspace="discord:9", channel="600", mark="0", catching_up=True)
    letting = asyncio.create_task(Backfill(*given)._let_go(source))
    await begun.wait()
    letting.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not letting.done()
    goes_on.set()
    await asyncio.gather(letting, return_exceptions=True)
    assert letting.cancelled()
    assert steps == ["a step"]


async def test_a_session_that_is_over_is_not_ready() -> None:
    """Told late, it would have fetched what was missed before the next one could tell of more."""
    told: list[str] = []

    async def begins() -> None:
        told.append("begins")

    async def ready(_: discord.Client) -> None:
        told.append("ready")

    given: Any = {"begins": begins, "ready": ready, "lost": None, "back": None}
    nobody: Any = None
    gateway = Gateway(
        nobody, nobody, Hooks(**given, changed=nobody, unread=nobody), reads_everything=True
    )
    await gateway.on_connect()
    await gateway.before_identify_hook(None)
    await gateway.on_ready()
    assert told == ["begins"]
    await gateway.on_connect()
    await gateway.on_ready()
    assert told == ["begins", "ready"]


async def test_a_message_that_cannot_be_read_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Else all that follows it in its place would wait for ever."""
    async with emulated() as platform, discord.Client(intents=discord.Intents.none()) as client:
        bot = await populated(platform)
        await client.login(bot.token)
        for word in ("one", "odd", "two"):
            await platform.post(PEOPLE["carol"], CHANNELS["help"], word)
        listed = client.http.logs_from

        async def odd(*given: Any, **more: Any) -> Any:
            page: Any = await listed(*given, **more)
            return [{"id": one["id"]} if one["content"] == "odd" else one for one in page]

        monkeypatch.setattr(client.http, "logs_from", odd)
        where = client.get_partial_messageable(int(CHANNELS["help"]))
        found = [one.content async for one in history.around(where, 0)]
        assert found == ["one", "two"]
        assert "cannot be read" in caplog.text


async def test_whatever_goes_wrong_what_was_missed_is_fetched_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While it is not, live events wait."""
    monkeypatch.setattr(backfill, "_FIRST_PAUSE", 0.0)
    tried: list[str] = []

    async def read(*_: object) -> tuple[str, ...]:
        return ("discord:9",)

    async def fetch(space: str) -> None:
        tried.append(space)
        if len(tried) < 3:
            raise TypeError("Discord answered with something else")

    given: Any = (SimpleNamespace(store=SimpleNamespace(read=read)), None, None, None)
    fetching = Backfill(*given)
    monkeypatch.setattr(fetching, "_workspace", fetch)
    await fetching.run()
    assert tried == ["discord:9"] * 3


async def test_what_baton_tells_of_itself_is_told_once_discord_listens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without its commands nobody could work with it until the next session."""
    monkeypatch.setattr(sdk_platform, "_FIRST_PAUSE", 0.0)
    answer: Any = SimpleNamespace(status=500, reason="", headers={})
    tried: list[discord.Client] = []

    async def step(client: discord.Client) -> None:
        tried.append(client)
        if len(tried) < 3:
            raise discord.DiscordServerError(answer, "")

    async with discord.Client(intents=discord.Intents.none()) as client:
        await sdk_platform.done(step, client)
        assert tried == [client] * 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_thread_that_discord_told_nothing_of_is_asked_about(world: World) -> None:
    """Nothing that is said in it is lost, nor taken for a direct message."""

    async def above(channel: int) -> int:
        return {7: 600}.get(channel, 0)

    nobody: Any = None
    intake = Intake(world.baton, cast("Any", SimpleNamespace(above=above)), nobody)
    for channel, place in (
        (7, Place(workspace="discord:9", channel="600", thread="7")),
        (8, Place(workspace="discord:9", channel="8")),
    ):
        where = discord.PartialMessageable(state=nobody, id=channel, guild_id=9)
        said: Any = SimpleNamespace(channel=where, guild=None, author=None)
        assert await intake._place(said) == place
        assert incoming.guild_of(said) == 9


def test_an_interaction_may_tell_its_channel_by_its_id_alone() -> None:
    """Discord documents both as optional; in a ticket's thread nobody need give its number."""
    nobody: Any = None
    hooks: Any = SimpleNamespace()
    gateway = Gateway(nobody, nobody, hooks, reads_everything=True)
    guild = discord.Guild(data={"id": "9", "unavailable": True}, state=gateway._connection)  # type: ignore[typeddict-item]
    gateway._connection._add_guild(guild)
    thread: Any = SimpleNamespace(id=7, parent_id=600)
    gateway._connection.user = cast("Any", SimpleNamespace(id=2))
    guild._add_member(cast("Any", SimpleNamespace(id=2)))
    guild._add_thread(thread)
    came: list[Any] = []
    gateway._connection.dispatch = lambda name, given: came.append((name, given.channel))
    said = {"id": "1", "application_id": "2", "type": 4, "token": "t", "version": 1, "data": {}}
    who = {"user": {"id": "5", "username": "ana", "discriminator": "0", "avatar": None}}
    member = {**who, "roles": [], "joined_at": None, "flags": 0, "permissions": "0"}
    inside = {"guild_id": "9", "channel_id": "7", "member": member}
    gateway._connection.parsers["INTERACTION_CREATE"]({**said, **inside})
    gateway._connection.parsers["INTERACTION_CREATE"]({**said, **who, "channel_id": "8"})
    assert came[0] == ("interaction", thread)
    assert came[1][1].id == 8
