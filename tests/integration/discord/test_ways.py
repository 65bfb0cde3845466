"""Everything around the story: what is checked, named, offered, and the way without intents."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot import checks
from bot.domain.message import Author
from tests.emulators.discord.client import Discord, File
from tests.integration.discord.world import (
    CHANNELS,
    DESK,
    GUILD,
    PEOPLE,
    at_work,
    emulated,
    populated,
    settings,
    started,
    text,
)

Json = dict[str, Any]
ALICE, BOB, CAROL = PEOPLE["alice"], PEOPLE["bob"], PEOPLE["carol"]
HELP, SUPPORT = CHANNELS["help"], CHANNELS["support"]


async def test_without_privileged_intents_a_panel_and_mentions_do(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with started(tmp_path, sqlite_template, privileged=()) as world:
        discord, bot = world.discord, world.bot
        await discord.post(CAROL, HELP, "nobody can read this: human please")
        asked = await discord.post(BOB, HELP, "no bot is called here")
        mentioned = f"<@{bot.user_id}> I want a human"
        await discord.post(PEOPLE["mallory"], HELP, mentioned)
        await world.card(1)
        assert asked
        await manages(discord, ALICE)
        put_up = await discord.slash(ALICE, HELP, "panel")
        assert put_up["message"]["content"] == "The panel is up."
        panel = (await discord.messages(HELP))[-1]
        opened = await discord.click(CAROL, HELP, panel["id"], f"help:open:{HELP}")
        file = File("a.txt", b"what I saw")
        thanks = await discord.submit(opened, text="A human please", files={"files": [file]})
        assert "only you" in panel["content"]
        assert "We answer you in" in await filled(discord, thanks)
        thread = await world.thread(2)
        said = await world.says(thread, "A human please")
        assert said["author"]["id"] == bot.user_id
        await discord.slash(ALICE, thread, "reply", text="Here I am")
        own = [one for one in await discord.threads(GUILD) if one["parent_id"] == HELP]
        assert [one["type"] for one in own] == [12]
        await world.says(own[0]["id"], "Here I am")
        await discord.post(CAROL, own[0]["id"], "and this?")
        await world.says(own[0]["id"], "could not be read")
        first = (await discord.messages(own[0]["id"]))[0]
        more = await discord.click(CAROL, own[0]["id"], first["id"], f"help:more:{own[0]['id']}")
        await discord.submit(more, text="More to say")
        await world.says(thread, "More to say")


async def test_the_menu_completion_and_selects(tmp_path: Path, sqlite_template: Path) -> None:
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        direct = await world.direct()
        await discord.post(CAROL, direct, "human please")
        thread = await world.thread(1)
        note = await discord.post(BOB, thread, "Try **this**", files=[File("b.txt", b"b")])
        sent = await discord.menu(BOB, thread, "Send to contact", note["id"])
        assert "Sent to the contact" in sent["message"]["content"]
        got = await world.says(direct, "Try **this**")
        assert got["files"][0]["filename"] == "b.txt"
        elsewhere = await discord.menu(BOB, SUPPORT, "Send to contact", thread)
        assert "Only what a person wrote" in elsewhere["message"]["content"]
        tickets = await discord.autocomplete(BOB, SUPPORT, "ticket claim", "ticket", "")
        assert [one["value"] for one in tickets] == ["1"]
        teams = await discord.autocomplete(BOB, SUPPORT, "ticket transfer", "target", "bil")
        assert [one["value"] for one in teams] == ["billing"]
        moving = await world.press("bob", 1, "transfer")
        names = str(moving["modal"])
        assert "billing" in names
        assert "@Alice" in names
        await discord.submit(moving, target=["@Alice"])
        await world.says(thread, "transferred it to Alice")
        shown = await discord.slash(BOB, SUPPORT, "queue")
        assert "#1 · Carol" in shown["message"]["content"]
        await manages(discord, ALICE)
        await discord.slash(ALICE, SUPPORT, "board")
        board = await world.says(SUPPORT, "The queue of support")
        await discord.slash(ALICE, thread, "ticket close")
        await world.until(lambda tx: not tx.tickets.get(1).is_open)
        await world.parts.platforms[0]._board.refresh()  # type: ignore[attr-defined]
        assert "0 open" in text(await world.says(SUPPORT, "The queue of support"))
        assert board["id"]


async def test_what_takes_long_is_acknowledged_first_and_answered_later(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord waits for three seconds, and then takes no form any more."""
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        monkeypatch.setattr("adapters.discord.answering._PROMPT", 0.0)
        await discord.post(CAROL, await world.direct(), "human please")
        card = await world.card(1)
        begun = await discord.slash(BOB, SUPPORT, "ticket claim", ticket="1")
        assert begun["callback_type"] == 5
        assert await filled(discord, begun) == "#1 is yours."
        begun = await discord.click(BOB, SUPPORT, card["id"], "ticket:reply:1")
        assert "That took too long." in await filled(discord, begun)


async def filled(discord: Discord, begun: Json) -> str:
    """What was answered after it had been acknowledged."""

    async def there() -> str:
        now = await discord.interaction(begun)
        said = [now["message"] or {}, *now["followups"]]
        return "".join(str(one.get("content", "")) for one in said)

    found: str = await discord.wait_for(there)
    return found


async def manages(discord: Discord, user: str) -> None:
    """Discord shows the commands of admins to who may manage the server."""
    role = await discord.create_role(GUILD, "Manager", permissions=["manage_guild"])
    await discord.set_member(GUILD, user, roles=[role])


async def test_check_names_what_is_missing_and_prints_the_invitation(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with emulated() as discord:
        bot = await populated(discord)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        found = await _checked(chosen)
        assert found.ok
        assert f"client_id={bot.application_id}" in found.detail
        assert "message content intent is on" in found.detail
        deny = ["manage_threads", "attach_files"]
        await discord.do("set_member", guild=GUILD, user=bot.user_id, roles=[])
        await discord.set_role(GUILD, ["view_channel", "send_messages", "read_message_history"])
        await discord.set_overwrites(SUPPORT, [{"id": GUILD, "deny": deny}])
        found = await _checked(chosen)
        assert not found.ok
        assert "Manage Threads in #support" in found.detail


async def test_a_missing_permission_is_told_to_an_admin_once(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        guild = world.parts.platforms[0]._guard._client.get_guild(int(GUILD))  # type: ignore[attr-defined]
        allowed = ["view_channel", "read_message_history", "send_messages", "embed_links"]
        await discord.set_role(GUILD, allowed)
        await discord.set_role(GUILD, allowed, role=str(guild.me.roles[-1].id))
        told = await world.says(await world.direct("alice"), "Create Public Threads in #support")
        await discord.post(CAROL, await world.direct(), "human please")
        lanes = await world.until(lambda tx: tx.outbox.suspended())
        assert "Create Public Threads in #support" in lanes[0].suspended
        await discord.set_role(GUILD, [*allowed, "attach_files"])
        assert told
        assert len(await discord.messages(await world.direct("alice"))) == 1


async def test_forums_on_both_sides_and_a_full_guild(tmp_path: Path, sqlite_template: Path) -> None:
    async with emulated() as discord:
        bot = await populated(discord)
        questions, _ = await discord.create_forum(GUILD, "questions")
        tickets, _ = await discord.create_forum(
            GUILD, "tickets", tags=[{"name": "new"}], require_tag=True
        )
        desk = DESK.replace('channel = "600"', f'channel = "{questions}"').replace(
            'channel = "700"', f'channel = "{tickets}"'
        )
        async with at_work(
            settings(tmp_path, discord, bot, desk, template=sqlite_template), discord, bot
        ) as world:
            post = await discord.forum_post(CAROL, questions, "It broke", "human please")
            said = await world.until(lambda tx: tx.messages.of(1))
            assert said[0].text == "It broke\nhuman please"
            ticket = await world.until(
                lambda tx: (found := tx.threads.of_ticket(1)) and found.anchor and found
            )
            await world.says(ticket.anchor, "#1 · Carol")
            await discord.settings(active_threads=2)
            await discord.slash(ALICE, ticket.anchor, "reply", text="What broke?")
            await world.says(post, "What broke?")
            await discord.slash(ALICE, ticket.anchor, "ticket close")
            await world.settle()
            await discord.post(CAROL, await world.direct(), "another human please")
            second = await world.until(
                lambda tx: (found := tx.threads.of_ticket(2)) and found.anchor and found
            )
            await world.says(second.anchor, "#2 · Carol")
            first = await discord.channel(ticket.anchor)
            assert first["thread_metadata"]["archived"], "a closed ticket made room"
        assert await discord.violations() == []


async def test_what_people_write_is_understood(tmp_path: Path, sqlite_template: Path) -> None:
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        direct = await world.direct()
        await discord.post(CAROL, direct, "human please")
        thread = await world.thread(1)
        said = await discord.post(CAROL, direct, "first")
        source = {"channel_id": direct, "message_id": said["id"]}
        await discord.post(CAROL, direct, forward=source)
        await discord.post(CAROL, direct, stickers=["123"])
        await discord.post(CAROL, direct, voice=True, files=[File("voice-message.ogg", b"ogg")])
        await discord.post(CAROL, direct, "at <t:1700000000:F> ||hush|| <:wave:5>")
        await world.says(thread, "at 14 Nov 2023 22:13 UTC ||hush|| :wave:")
        await world.says(thread, "> first")
        await world.says(thread, "[sticker:")
        messages = await world.read(lambda tx: tx.messages.of(1))
        voice = [one for one in messages if one.attachments]
        assert [one.attachments[0].media_type for one in voice] == ["audio/ogg"]
        assert all(one.author is Author.CONTACT for one in messages)


async def _checked(chosen: Any) -> checks.Finding:
    found = await asyncio.to_thread(checks.look, chosen)
    return next(one for one in found if one.what == "discord")
