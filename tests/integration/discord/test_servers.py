"""What large servers bring: forums with tags, many threads, several guilds, moderators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.discord import room
from bot.domain.queue import Sight
from tests.emulators.discord.client import Bot, Discord
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
    text,
)
from tests.world import EVERYTHING

Json = dict[str, Any]
ALICE, BOB, CAROL, MALLORY = (PEOPLE[name] for name in ("alice", "bob", "carol", "mallory"))
SUPPORT = CHANNELS["support"]
ABROAD = Sight(person="", teams=("abroad",))
ALLOWED = [
    "view_channel",
    "read_message_history",
    "send_messages",
    "send_messages_in_threads",
    "create_public_threads",
    "create_private_threads",
    "manage_threads",
    "attach_files",
    "embed_links",
]


async def tags_of(discord: Discord, forum: str, post: str) -> list[str]:
    names = {one["id"]: one["name"] for one in (await discord.channel(forum))["available_tags"]}
    return [names[one] for one in (await discord.channel(post)).get("applied_tags", [])]


async def refreshed(world: DiscordWorld) -> None:
    await world.settle()
    await world.parts.platforms[0]._tags.refresh()  # type: ignore[attr-defined]


async def forum(discord: Discord, *names: str, require_tag: bool = False) -> tuple[str, str]:
    """A help forum of contacts, and the desk with it in place of the help channel."""
    tags = [{"name": name, "moderated": name != "billing"} for name in names]
    channel, _ = await discord.create_forum(GUILD, "questions", tags=tags, require_tag=require_tag)
    return channel, DESK.replace('channel = "600"', f'channel = "{channel}"')


async def test_a_forum_post_shows_the_status_of_its_ticket(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Missing tags are made where Baton may; a contact's own tag stays; the name never changes."""
    async with emulated() as discord:
        bot = await populated(discord)
        questions, desk = await forum(discord, "billing", "Open", require_tag=True)
        known = (await discord.channel(questions))["available_tags"]
        async with at_work(
            settings(tmp_path, discord, bot, desk, template=sqlite_template), discord, bot
        ) as world:
            post = await discord.forum_post(
                CAROL, questions, "It broke", "human please", tags=[known[0]["id"]]
            )
            await world.card(1)
            await refreshed(world)
            assert await tags_of(discord, questions, post) == ["billing", "Open"]
            await world.press("bob", 1, "claim")
            await refreshed(world)
            assert await tags_of(discord, questions, post) == ["billing", "in progress"]
            await discord.slash(BOB, await world.thread(1), "reply", text="What broke?")
            await world.says(post, "What broke?")
            await refreshed(world)
            assert await tags_of(discord, questions, post) == ["billing", "awaiting response"]
            await discord.change_thread(CAROL, post, archived=True)
            await discord.slash(BOB, await world.thread(1), "ticket close", reason="solved")
            await refreshed(world)
            assert await tags_of(discord, questions, post) == ["billing", "closed"]
            shown = await discord.channel(post)
            assert shown["thread_metadata"]["archived"], "a tag brings nothing back"
            assert shown["name"] == "It broke"
            calls = await discord.count("PATCH /channels/{channel_id}")
            await refreshed(world)
            assert await discord.count("PATCH /channels/{channel_id}") == calls
        assert await discord.violations() == []


async def test_a_tag_that_cannot_be_set_is_told_once_and_holds_nothing_up(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with emulated() as discord:
        bot = await populated(discord)
        questions, desk = await forum(discord, "billing")
        await discord.do("set_member", guild=GUILD, user=bot.user_id, roles=[])
        await discord.set_role(GUILD, [*ALLOWED, "use_application_commands"])
        async with at_work(
            settings(tmp_path, discord, bot, desk, template=sqlite_template), discord, bot
        ) as world:
            post = await discord.forum_post(CAROL, questions, "It broke", "human please")
            await world.card(1)
            await refreshed(world)
            await discord.slash(ALICE, await world.thread(1), "reply", text="What broke?")
            await refreshed(world)
            await world.says(post, "What broke?")
            assert await tags_of(discord, questions, post) == []
            told = await discord.contents(await world.direct("alice"))
            assert len([one for one in told if "#questions" in one]) == 1
            assert "“open”, “in progress”, “awaiting response”, “closed”" in told[0]
            assert not await world.read(lambda tx: tx.outbox.suspended())


async def test_a_refuge_is_a_channel_that_can_have_private_threads(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Forums cannot, so the next connected channel is taken."""
    async with emulated() as discord:
        bot = await populated(discord)
        _, desk = await forum(discord, "billing")
        async with at_work(
            settings(tmp_path, discord, bot, desk, template=sqlite_template), discord, bot
        ) as world:
            await discord.post(CAROL, await world.direct(), "human please")
            thread = await world.thread(1)
            await discord.set_user(CAROL, refuses_dms=True)
            await discord.slash(ALICE, thread, "reply", text="Can you hear me?")
            await world.says(thread, "takes no direct messages")
            [private] = [
                one for one in await discord.threads(GUILD) if one["parent_id"] == CHANNELS["quiet"]
            ]
            await world.says(private["id"], "Can you hear me?")


async def test_a_server_that_fills_up_is_told_of_early(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads of closed tickets are archived first. Channels are never made, so categories that
    are full matter to nobody.
    """
    monkeypatch.setattr(room, "NEARLY_FULL", 3)
    async with emulated() as discord:
        bot = await populated(discord)
        async with at_work(
            settings(tmp_path, discord, bot, template=sqlite_template), discord, bot
        ) as world:
            look = world.parts.platforms[0]._room.look  # type: ignore[attr-defined]
            direct = await world.direct()
            await discord.post(CAROL, direct, "human please")
            closed = await world.thread(1)
            await discord.slash(ALICE, closed, "ticket close", reason="solved")
            await world.settle()
            await look()
            assert await discord.contents(await world.direct("alice")) == []
            own = [await discord.start_thread(MALLORY, SUPPORT, f"chat {n}") for n in range(2)]
            await look()
            await look()
            told = await discord.contents(await world.direct("alice"))
            assert len(told) == 1
            assert told[0].startswith("The server Acme has nearly 1,000 active threads")
            assert (await discord.channel(closed))["thread_metadata"]["archived"]
            for thread in own:
                assert not (await discord.channel(thread))["thread_metadata"]["archived"]
            await discord.settings(active_threads=2)
            await discord.post(CAROL, CHANNELS["help"], "human please")
            await world.until(lambda tx: tx.queue.first(EVERYTHING, 9))
        assert await discord.count("POST /guilds/{guild_id}/channels") == 0


async def test_direct_messages_belong_to_the_guild_that_one_is_in(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """With several guilds on one desk; a fault while it is found out costs no message."""
    async with emulated() as discord:
        bot = await populated(discord)
        await second_guild(discord, bot)
        async with at_work(
            settings(tmp_path, discord, bot, TWO_GUILDS, template=sqlite_template), discord, bot
        ) as world:
            await discord.fault("drop_before", "GET .*/guilds/901/members", times=2)
            eve = await discord.dm_channel("90", bot)
            await discord.post("90", eve, "human please")
            await discord.post("90", eve, "and quickly")
            ticket = await world.until(lambda tx: tx.queue.first(ABROAD, 9))
            card = await world.card(1, "7000")
            await world.says(card["id"], "and quickly")
            await discord.post(CAROL, await world.direct(), "human please")
            await world.card(2)
            homes = await world.read(lambda tx: [tx.conversations.get(n).workspace for n in (1, 2)])
            assert homes == ["discord:901", "discord:900"]
            await discord.add_member(GUILD, "90")
            await discord.slash("91", card["id"], "reply", text="Hello from abroad")
            await world.says(eve, "Hello from abroad")
            gone = await discord.post("90", eve, "I take this back")
            await world.says(card["id"], "I take this back")
            await discord.delete("90", eve, gone["id"])
            await world.says(card["id"], "deleted by the contact")
            assert len(ticket) == 1
            stranger = await discord.create_user("stranger")
            await discord.post(stranger, await discord.dm_channel(stranger, bot), "human please")
            await world.settle()
            assert len(await world.read(lambda tx: tx.queue.first(EVERYTHING, 9))) == 2
        assert await discord.violations() == []


async def second_guild(discord: Discord, bot: Bot) -> None:
    await discord.create_guild("Abroad", guild_id="901")
    await discord.add_bot("901", bot)
    await discord.create_channel("901", "abroad", channel_id="7000")
    await discord.create_user("eve", user_id="90", display_name="Eve", guilds=["901"])
    await discord.create_user("frank", user_id="91", display_name="Frank", guilds=["901"])


TWO_GUILDS = (
    DESK
    + """
[[team]]
name = "abroad"
workspace = "discord:901"
channel = "7000"
members = ["discord:901/91"]
[[channel]]
workspace = "discord:901"
channel = "dm"
team = "abroad"
"""
).replace('[admin]\nmembers = ["discord:900/77"]\n', "") + (
    '[admin]\nmembers = ["discord:900/77"]\n'
)


async def test_moderators_delete_many_at_once(tmp_path: Path, sqlite_template: Path) -> None:
    """Discord tells of it in one event: messages are marked, notes forgotten."""
    async with started(tmp_path, sqlite_template) as world:
        discord = world.discord
        role = await discord.create_role(GUILD, "Mod", permissions=["manage_messages"])
        await discord.set_member(GUILD, MALLORY, roles=[role])
        asked = await discord.post(CAROL, CHANNELS["help"], "human please")
        thread = await world.thread(1)
        more = await discord.post(CAROL, CHANNELS["help"], "please hurry")
        await world.says(thread, "please hurry")
        notes = [await discord.post(ALICE, thread, f"note {number}") for number in range(2)]
        await world.until(lambda tx: len(tx.notes.of(1)) == 2)
        await discord.bulk_delete(MALLORY, CHANNELS["help"], [asked["id"], more["id"]])
        await discord.bulk_delete(MALLORY, thread, [one["id"] for one in notes])
        await world.says(thread, "deleted by the contact")
        await world.until(lambda tx: not tx.notes.of(1))
        await world.until(lambda tx: all(one.deleted_at for one in tx.messages.of(1)))


async def test_a_thread_that_was_deleted_meanwhile_is_built_again(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Nobody took their words back by it, and what came meanwhile stands in the new one."""
    async with emulated() as discord:
        bot = await populated(discord)
        chosen = settings(tmp_path, discord, bot, template=sqlite_template)
        async with at_work(chosen, discord, bot) as world:
            direct = await world.direct()
            await discord.post(CAROL, direct, "human please")
            old = await world.thread(1)
            await world.says(old, "human please")
            await discord.post(ALICE, old, "she called yesterday")
            await world.until(lambda tx: tx.notes.of(1))
            await world.settle()
        await discord.delete_channel(old)
        await discord.do("delete", user=bot.user_id, channel=SUPPORT, message=old)
        await discord.post(CAROL, direct, "are you there?")
        async with at_work(chosen, discord, bot) as world:
            new = await world.thread(1)
            assert new != old
            await world.says(new, "are you there?")
            await world.says(new, "she called yesterday")
            told = [text(one) for one in await discord.messages(new)]
            assert sum("are you there?" in one for one in told) == 1
            assert not any("deleted" in one for one in told)
            await discord.slash(ALICE, new, "reply", text="I am")
            await world.says(direct, "I am")
        assert await discord.violations() == []


async def test_who_is_refused_or_does_not_know_any_better_is_told_so(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Outsiders press buttons, old buttons are pressed, commands come in the wrong place."""
    async with started(tmp_path, sqlite_template) as world:
        discord, bot = world.discord, world.bot
        direct = await world.direct()
        await discord.set_user(CAROL, global_name="C" * 32)
        await discord.post(CAROL, direct, "human please")
        await world.says(await world.thread(1), "human please")
        thread = await world.thread(1)
        for action in ("claim", "reply", "note", "transfer", "close"):
            refused = await world.press("mallory", 1, action)
            assert "may do this" in refused["message"]["content"], action
            assert refused["ephemeral"]
            assert refused["modal"] is None
        old = await button(discord, bot, thread, "escalation:claim:1")
        unknown = await discord.click(BOB, thread, old, "escalation:claim:1")
        assert "not in use any more" in unknown["message"]["content"]
        odd = await button(discord, bot, thread, "ticket:claim:none")
        refused = await discord.click(BOB, thread, odd, "ticket:claim:none")
        assert "⚠️" in refused["message"]["content"]
        gone = await button(discord, bot, thread, "ticket:claim:99")
        missing = await discord.click(BOB, thread, gone, "ticket:claim:99")
        assert "99" in missing["message"]["content"]
        assert (await world.read(lambda tx: tx.tickets.get(1))).holder is None
        await discord.slash(ALICE, thread, "ticket close", reason="solved")
        await world.settle()
        await discord.post(ALICE, thread, "too late")
        await world.says(thread, "Reopen it to add a note")


async def test_channels_and_roles_may_be_typed_by_name(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Not everybody picks what is offered; what is not there changes nothing."""
    async with emulated() as discord:
        bot = await populated(discord)
        role = await discord.create_role(GUILD, "Manager", permissions=["manage_guild"])
        await discord.set_member(GUILD, ALICE, roles=[role])
        desk = DESK.replace('channel = "710"\n', 'channel = "billing"\n')
        async with at_work(
            settings(tmp_path, discord, bot, desk, template=sqlite_template), discord, bot
        ) as world:
            new = await discord.create_channel(GUILD, "Sales Floor")
            before = await world.read(lambda tx: tx.desk.version)
            refused = await connects(discord, "#nowhere")
            assert "no channel #nowhere" in refused["message"]["content"]
            assert await world.read(lambda tx: tx.desk.version) == before
            added = await connects(discord, "#sales floor")
            assert f"<#{new}>" in added["message"]["content"]
            known = await world.read(lambda tx: tx.desk.get())
            assert known.channel_at(f"discord:{GUILD}", new, direct=False)
            named = await discord.slash(
                ALICE, SUPPORT, "desk member add", person="<@&55>", team="billing"
            )
            assert "Support crew" in named["message"]["content"]
            await discord.post(CAROL, await world.direct(), "I want a refund")
            lanes = await world.until(lambda tx: tx.outbox.suspended())
            assert lanes[0].suspended == "“billing” is not the id of a channel on Discord."


async def connects(discord: Discord, channel: str) -> Json:
    options = {"channel": channel}
    command = {"command": "desk channel add", "options": options, "files": {}}
    answered: Json = await discord.do("slash", user=ALICE, channel=SUPPORT, **command)
    return answered


async def button(discord: Discord, bot: Bot, channel: str, custom_id: str) -> str:
    """A message of the bot with a button of another time."""
    parts = [{"type": 2, "style": 2, "label": "Old", "custom_id": custom_id}]
    body = {"content": "old", "components": [{"type": 1, "components": parts}]}
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {bot.token}"}) as session:
        url = f"{discord.api_url}/channels/{channel}/messages"
        async with session.post(url, json=body) as answer:
            assert answer.status == 200
            return str((await answer.json())["id"])
