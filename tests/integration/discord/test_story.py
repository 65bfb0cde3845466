"""The main job with Discord on both sides: real discord.py against the emulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.discord.client import File
from tests.integration.discord.world import (
    CHANNELS,
    GUILD,
    PEOPLE,
    DiscordWorld,
    started,
    text,
)
from tests.world import EVERYTHING

ALICE, BOB, CAROL, DANA = (PEOPLE[name] for name in ("alice", "bob", "carol", "dana"))
HELP, SUPPORT, BILLING = CHANNELS["help"], CHANNELS["support"], CHANNELS["billing"]


@pytest.fixture
async def world(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[DiscordWorld]:
    async with started(tmp_path, sqlite_template) as at:
        yield at


async def test_the_whole_story_from_a_direct_message(world: DiscordWorld) -> None:
    discord = world.discord
    direct = await world.direct()
    await discord.post(CAROL, direct, "I want to talk to a human, please")
    card = await world.card(1)
    assert "<@&55>" in text(card)
    assert card["mention_roles"] == ["55"]
    thread = str(card["id"])
    await world.says(thread, "I want to talk to a human")
    assert await discord.contents(direct) == ["I want to talk to a human, please"], "silence"
    claimed = await world.press("bob", 1, "claim")
    assert claimed["message"]["content"] == "#1 is yours."
    assert claimed["ephemeral"]
    opened = await world.press("bob", 1, "reply")
    assert opened["modal"]["custom_id"] == "ticket:reply:1"
    await discord.submit(
        opened, text="Hello **Carol**", files={"files": [File("a.png", b"\x89PNG\r\n\x1a\n1")]}
    )
    reply = await world.says(direct, "Hello **Carol**")
    assert "You are now talking to Bob." in reply["content"]
    assert await discord.file(reply["files"][0]["id"]) == b"\x89PNG\r\n\x1a\n1"
    await world.settle()  # her answer refers to what is known to stand there
    answer = await discord.post(
        CAROL, direct, "Thank you, but why?", reply_to=reply["id"], files=[File("b.txt", b"why")]
    )
    seen = await world.says(thread, "Thank you, but why?")
    assert seen["files"][0]["filename"] == "b.txt"
    mirrored = await world.says(thread, "Hello **Carol**")
    assert seen["message_reference"]["message_id"] == mirrored["id"]
    await discord.edit(CAROL, direct, answer["id"], "Thank you, but how?")
    await world.says(thread, "edited")
    await discord.delete(CAROL, direct, answer["id"])
    await world.says(thread, "deleted by the contact")
    noted = await discord.slash(BOB, thread, "note", text="She is nice")
    assert "does not see it" in noted["message"]["content"]
    await discord.post(BOB, thread, "just between us")
    await world.until(lambda tx: len(tx.notes.of(1)) == 2)
    moved = await discord.slash(BOB, thread, "ticket transfer", target="billing")
    assert moved["message"]["content"] == "#1 is with billing now."
    other = await world.thread(1, BILLING)
    await world.says(other, "just between us")
    await world.says(thread, "went on with billing")
    await discord.post(BOB, thread, "is anybody here?")
    await world.says(thread, "went on in another thread")
    await discord.slash(DANA, other, "reply", text="Dana here.")
    await world.says(direct, "Dana here.")
    await discord.slash(DANA, other, "ticket close", reason="solved")
    await world.says(other, "closed it: solved")
    await discord.post(CAROL, direct, "It broke again")
    offer = await world.says(other, "wrote again: It broke again")
    again = await discord.click(DANA, other, offer["id"], "ticket:reopen:1")
    assert "open again" in again["message"]["content"]
    said = "\n".join(await discord.contents(direct))
    assert "just between us" not in said
    assert "She is nice" not in said


async def test_a_help_channel_gets_a_thread_per_conversation(world: DiscordWorld) -> None:
    discord = world.discord
    asked = await discord.post(CAROL, HELP, "How do refunds work? I want a refund")
    await world.thread(1, BILLING)
    await world.settle()
    parents = [one["parent_id"] for one in await discord.threads(GUILD)]
    assert parents == [BILLING], "nothing opens for the contact before somebody answers"
    await discord.slash(DANA, BILLING, "reply", ticket="1", text="You get it back.")
    await world.says(asked["id"], "You get it back.")
    await discord.post(CAROL, asked["id"], "When?")
    await world.says(await world.thread(1, BILLING), "When?")
    assert len(await world.read(lambda tx: tx.queue.first(EVERYTHING, 9))) == 1


async def test_a_private_channel_answers_in_a_private_thread(world: DiscordWorld) -> None:
    discord = world.discord
    await discord.post(CAROL, CHANNELS["quiet"], "human please")
    thread = await world.thread(1)
    await discord.slash(ALICE, thread, "reply", text="Hi there")
    await world.settle()
    threads = [one for one in await discord.threads(GUILD) if one["parent_id"] == "610"]
    [private] = threads
    assert private["type"] == 12
    await world.says(private["id"], "Hi there")
    await discord.post(CAROL, private["id"], "Thank you, more please")
    await world.says(thread, "Thank you, more please")


async def test_two_moderators_race_for_a_claim(world: DiscordWorld) -> None:
    await world.discord.post(CAROL, await world.direct(), "human please")
    await world.card(1)
    answers = await asyncio.gather(world.press("alice", 1, "claim"), world.press("bob", 1, "claim"))
    said = sorted(one["message"]["content"] for one in answers)
    assert said[0] == "#1 is yours."
    assert said[1] in {
        "⚠️ Alice already has ticket #1.",
        "⚠️ Bob already has ticket #1.",
    }


async def test_who_takes_no_direct_messages_gets_a_private_thread(world: DiscordWorld) -> None:
    discord = world.discord
    await discord.post(CAROL, await world.direct(), "human please")
    thread = await world.thread(1)
    await discord.set_user(CAROL, refuses_dms=True)
    await discord.slash(ALICE, thread, "reply", text="Can you hear me?")
    await world.says(thread, "takes no direct messages")
    [private] = [one for one in await discord.threads(GUILD) if one["parent_id"] == HELP]
    await world.says(private["id"], "Can you hear me?")
    await discord.post(CAROL, private["id"], "Loud and clear")
    await world.says(thread, "Loud and clear")
    asked = await discord.post(CAROL, await world.direct(), "Should I write here?")
    await world.says(thread, "Should I write here?")
    await discord.edit(CAROL, await world.direct(), asked["id"], "Or may I write here?")
    await world.says(thread, "Or may I write here?")
    assert (
        len(await world.read(lambda tx: tx.conversations.of_contact(f"discord:900/{CAROL}"))) == 1
    )


async def test_outsiders_are_refused_and_roles_count(world: DiscordWorld) -> None:
    await world.discord.post(CAROL, await world.direct(), "human please")
    refused = await world.press("mallory", 1, "claim")
    assert "may do this" in refused["message"]["content"]
    typed = ("700", "ticket claim", "ticket", "")
    assert not await world.discord.autocomplete(PEOPLE["mallory"], *typed)
    assert await world.discord.autocomplete(PEOPLE["bob"], *typed)
    assert "is yours" in (await world.press("bob", 1, "claim"))["message"]["content"]
    await world.until(lambda tx: tx.people.seen("discord-role:900/55"))
    named = await world.read(lambda tx: tx.people.get("discord-role:900/55").name)
    assert named == "Support crew"
