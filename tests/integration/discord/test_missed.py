"""What happens while Baton is away from Discord is fetched: once, in order, edits and deletes."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.discord import backfill, history
from adapters.discord.deletions import Deletions
from bot import main
from bot.domain.identity import Place
from bot.ports.outlet import Unclear
from bot.services import catch_up, early
from tests.emulators.discord.client import Discord, File
from tests.emulators.discord.sdk import discord as library
from tests.integration.discord.world import (
    CHANNELS,
    DESK,
    GUILD,
    PEOPLE,
    DiscordWorld,
    at_work,
    emulated,
    populated,
    settings,
    started,
)

ConnectionState = library.state.ConnectionState
ALICE, CAROL = PEOPLE["alice"], PEOPLE["carol"]
SPACE = f"discord:{GUILD}"
HELP, SUPPORT = CHANNELS["help"], CHANNELS["support"]
_QUIET = """[[channel]]
workspace = "discord:900"
channel = "610"
team = "support"
threads = "private"
"""


async def said(world: DiscordWorld, conversation: int = 1) -> list[str]:
    messages = await world.read(lambda tx: tx.messages.of(conversation))
    return [one.text for one in messages if one.author == "contact"]


async def much_is_said(discord: Discord, direct: str, below: str, thread: str) -> None:
    for number in range(3):
        await discord.post(CAROL, direct, f"missed {number}", files=[File("a.txt", b"a")])
        await discord.post(CAROL, below, f"below {number}")
        await discord.post(ALICE, thread, f"note {number}")
    await discord.post(PEOPLE["mallory"], CHANNELS["quiet"], "human please, said to nobody")
    erin = await discord.create_user("erin", display_name="Erin", guilds=[GUILD])
    await discord.post(erin, HELP, "somebody new: a human please")


def breaks_off(monkeypatch: pytest.MonkeyPatch, now: str) -> set[str]:
    """Deletions cannot be looked for in any channel at first; answers with those where that was.
    `now`: what is the newest when threads are listed.
    """
    find, broken = Deletions.find, set()

    async def find_later(deletions: Deletions, root: Place, *more: Any) -> None:
        if root.channel not in broken:
            broken.add(root.channel)
            raise Unclear("the line broke")
        await find(deletions, root, *more)

    monkeypatch.setattr(backfill, "_FIRST_PAUSE", 0.0)
    monkeypatch.setattr(backfill, "_now", lambda: int(now))
    monkeypatch.setattr(Deletions, "find", find_later)
    return broken


async def test_every_place_is_caught_up_with(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much was said since what was changed, and also when looking for that breaks off: the
    marks wait for it. A channel that is not connected any more is nobody's direct messages.
    """
    monkeypatch.setattr(history, "COMPARED", 2)
    async with emulated() as discord:
        bot = await populated(discord)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        async with at_work(chosen, discord, bot) as world:
            direct = await world.direct()
            first = await discord.post(CAROL, direct, "human please")
            second = await discord.post(CAROL, direct, "my number is 12")
            thread = await world.thread(1)
            await world.says(thread, "my number is 12")
            asked = await discord.post(CAROL, HELP, "another human please")
            other = await world.thread(2)
            mallory = PEOPLE["mallory"]
            await discord.post(mallory, HELP, "another human please")
            unanswered = await discord.post(mallory, HELP, "said before a thread is open")
            await world.says(await world.thread(3), "said before")
            await discord.slash(ALICE, other, "reply", text="Yes?")
            await world.says(asked["id"], "Yes?")
            await world.settle()
            kept = await discord.post(ALICE, thread, "a note to change")
            lost = await discord.post(ALICE, thread, "a note to take back")
            await world.until(lambda tx: len(tx.notes.of(1)) == 2)
        await discord.edit(ALICE, thread, kept["id"], "a note changed")
        await discord.delete(ALICE, thread, lost["id"])
        await discord.edit(CAROL, direct, second["id"], "my number is 13")
        await discord.delete(CAROL, direct, first["id"])
        await discord.delete(mallory, HELP, unanswered["id"])
        await much_is_said(discord, direct, asked["id"], thread)
        (tmp_path / "desk.toml").write_text(DESK.replace(_QUIET, ""), encoding="utf-8")
        broken = breaks_off(monkeypatch, asked["id"])
        async with at_work(chosen, discord, bot) as world:
            await world.says(thread, "missed 2")
            await world.says(other, "below 2")
            await world.card(4)
            await world.settle()
            assert broken >= {direct, HELP, SUPPORT}
            assert (await world.read(lambda tx: tx.sources.get(SPACE, HELP))).mark == asked["id"], (
                "threads that opened after the listing are looked for from there on"
            )
            assert (await said(world))[-3:] == ["missed 0", "missed 1", "missed 2"]
            assert (await said(world, 2))[-3:] == ["below 0", "below 1", "below 2"]
            texts = await world.texts(thread)
            assert sum("missed 1" in one for one in texts) == 1
            [changed] = [one for one in texts if "my number is 13" in one]
            assert "edited" in changed
            notes = await world.read(lambda tx: tx.notes.of(1))
            assert [one.text for one in notes] == ["a note changed", "note 0", "note 1", "note 2"]
            assert await world.read(lambda tx: tx.messages.of(1)[0].deleted_at)
            assert await world.read(lambda tx: tx.messages.of(3)[1].deleted_at)
            assert not await world.read(lambda tx: tx.messages.of(5))
        assert await discord.violations() == []


async def test_what_is_deleted_while_it_waits_is_never_told(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """It came live and was kept for later; Baton ended before that, and was away when it went."""
    async with emulated() as discord:
        bot = await populated(discord)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        async with at_work(chosen, discord, bot) as world:
            direct = await world.direct()
            await discord.post(CAROL, direct, "human please")
            thread = await world.thread(1)
            below = (await discord.post(CAROL, HELP, "another human please"))["id"]
            await discord.slash(ALICE, await world.thread(2), "reply", text="Yes?")

            async def is_open() -> bool:
                return below in {one["id"] for one in await discord.threads(GUILD)}

            await discord.wait_for(is_open, within=60)
            await world.says(below, "Yes?")
            await world.settle()
        await discord.fault("error", "GET .*/messages", times=-1, status=503)
        async with main.assembled(chosen) as parts, main.working(parts):
            behind = DiscordWorld(discord, bot, parts)

            async def looks_back() -> bool:
                return any(one["fault"] for one in await discord.calls())

            await discord.wait_for(looks_back, within=60)
            lost = [
                (CAROL, direct, await discord.post(CAROL, direct, "taken back directly")),
                (CAROL, below, await discord.post(CAROL, below, "taken back below")),
                (ALICE, thread, await discord.post(ALICE, thread, "a note taken back")),
            ]
            await discord.post(CAROL, direct, "this stands")
            await behind.until(lambda tx: len(waiting(tx, direct)) == 2)
            await behind.until(lambda tx: waiting(tx, HELP) and waiting(tx, SUPPORT))
        for who, place, message in lost:
            await discord.delete(who, place, message["id"])
        await discord.do("clear_faults")
        async with at_work(chosen, discord, bot) as world:
            await world.says(thread, "this stands")
            await world.settle()
            assert await said(world) == ["human please", "this stands"]
            assert await said(world, 2) == ["another human please"]
            assert await world.read(lambda tx: tx.notes.of(1)) == []
            assert not any("taken back" in one for one in await world.texts(thread))
            late = await discord.post(CAROL, below, "deleted in an archived thread")
            await world.until(lambda tx: tx.messages.of(2)[-1].source_id == late["id"])
            platform: Any = world.parts.platforms[0]
            await (await platform._session.http()).edit_channel(int(below), archived=True)
            await discord.delete(CAROL, below, late["id"])
            await world.until(lambda tx: tx.messages.of(2)[-1].deleted_at)


def waiting(tx: Any, channel: str) -> list[Any]:
    return list(catch_up.waiting(tx, SPACE, channel))


async def test_live_events_wait_for_what_was_missed(tmp_path: Path, sqlite_template: Path) -> None:
    """Also over a session that Discord has forgotten: nothing of the past is replayed then."""
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        direct = await world.direct()
        await discord.post(CAROL, direct, "human please")
        await world.card(1)
        await discord.gateway("down")
        for number in range(3):
            await discord.post(CAROL, direct, f"word {number}")
        await discord.settings(resume_window=0.0)
        await discord.fault("slow", "GET .*/messages", times=2, seconds=0.7)
        await discord.gateway("up")

        async def again() -> bool:
            return await discord.connected()

        await discord.wait_for(again, within=60)
        await discord.post(CAROL, direct, "word 3")
        await world.until(lambda tx: len(tx.messages.of(1)) == 5)
        assert await said(world) == ["human please", *(f"word {n}" for n in range(4))]
        await discord.gateway("reorder")
        late = await discord.post(CAROL, direct, "an edit before its mesage")
        await discord.edit(CAROL, direct, late["id"], "an edit before its message")
        await world.until(lambda tx: len(tx.messages.of(1)) == 6)
        await discord.post(CAROL, direct, "the last")
        await world.until(lambda tx: len(tx.messages.of(1)) == 7)
        assert (await said(world))[-2:] == ["an edit before its message", "the last"]


async def test_what_the_gateway_brought_and_nobody_could_read_is_fetched(
    tmp_path: Path, sqlite_template: Path, monkeypatch: Any
) -> None:
    breaks = {"this breaks the parser"}
    parse = ConnectionState.parse_message_create

    def parse_or_break(state: Any, data: Any) -> None:
        if data["content"] in breaks:
            breaks.remove(data["content"])
            raise ValueError("a field that discord.py does not know")
        parse(state, data)

    monkeypatch.setattr(ConnectionState, "parse_message_create", parse_or_break)
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        direct = await world.direct()
        await discord.post(CAROL, direct, "human please")
        thread = await world.thread(1)
        await discord.post(CAROL, direct, "this breaks the parser")
        await world.says(thread, "this breaks the parser")
        await world.is_up()
        await discord.post(CAROL, direct, "and on it goes")
        await world.says(thread, "and on it goes")
        platform: Any = world.parts.platforms[0]
        platform._catching_up = before = asyncio.create_task(asyncio.sleep(60))
        held = platform._intake.in_line(int(direct))
        await held.acquire()
        late = asyncio.create_task(platform._intake.message(await _fetched(platform, direct)))
        were_done: list[bool] = []

        async def begin() -> None:
            were_done.append(late.done())

        platform._backfill.begin = begin
        beginning = asyncio.create_task(platform._begin())
        while not before.cancelled():  # it knows nothing of what was missed since
            await asyncio.sleep(0)
        for _ in range(20):
            await asyncio.sleep(0)
        held.release()
        await beginning
        assert were_done == [True], "what the old one has brought is taken in first"


async def test_a_note_in_a_thread_that_is_not_recorded_yet_is_kept(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with emulated() as discord:
        bot = await populated(discord)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        async with at_work(chosen, discord, bot) as world:
            await discord.fault("drop_after", "POST .*/threads", times=-1)
            await discord.post(CAROL, await world.direct(), "human please")

            async def opened() -> list[str]:
                return [one["id"] for one in await discord.threads(GUILD)]

            [thread] = await discord.wait_for(opened, within=60)
            await discord.post(ALICE, thread, "an early note")
            await world.until(lambda tx: tx.sources.parked(SPACE, early.place(SUPPORT), 1))
            await discord.do("clear_faults")
            [note] = await world.until(lambda tx: tx.notes.of(1))
            assert note.text == "an early note"


async def _fetched(platform: Any, channel: str) -> Any:
    client = await platform._session.client()
    where = client.get_partial_messageable(int(channel))
    [found] = [one async for one in where.history(limit=1)]
    return found
