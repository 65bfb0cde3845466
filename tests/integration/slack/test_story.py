"""The main job in Slack, over Socket Mode and over HTTP: real slack-bolt, a strict Slack."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.states import Status
from tests.integration.slack.world import Json, SlackWorld, ticket, world

PICTURE = b"\x89PNG\r\n\x1a\n" + b"picture" * 20


@pytest.fixture(params=["socket", "http"])
async def at(
    request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path
) -> AsyncIterator[SlackWorld]:
    async with world(tmp_path, sqlite_template, mode=request.param) as started:
        yield started


async def test_the_whole_story(at: SlackWorld) -> None:
    """Agent, escalation, claim, reply with a file, note, transfer, close, wrote again, reopen."""
    asked, card = await hand_over(at)
    await claim_and_reply(at, asked, card)
    await talk(at, asked, card)
    moved = await transfer(at, card)
    await close_and_reopen(at, asked, moved)


async def hand_over(at: SlackWorld) -> tuple[Json, Json]:
    asked = await at.carol.post("C0HELP", "How do I cancel a booking?")
    answer = await at.says("C0HELP", "", where=lambda one: one.get("bot_id"))
    assert answer["thread_ts"] == asked["ts"], "answers go below the contact's first words"
    await at.carol.post("C0HELP", "I want a *refund*, see this", file=("bill.png", PICTURE))
    card = await at.card()
    assert card["pings"] == ["!subteam^S01"]
    assert "The contact wrote “refund”." in str(card["blocks"])
    told = [one for one in await at.slack.messages("C0HELP") if one.get("bot_id")]
    assert len(told) == 1, "nothing is said to the contact before an attendant takes over"
    await at.says("C0TEAM", "How do I cancel a booking?")
    return asked, card


async def claim_and_reply(at: SlackWorld, asked: Json, card: Json) -> None:
    assert (await at.alice.click(card, "ticket:claim"))["outcome"] == "acked"
    await at.says("C0TEAM", "Held by Alice")
    await at.bob.command("/ticket", "claim 1", "C0TEAM")
    await at.whispered("U0BOB", "Alice already has ticket #1.")
    await at.alice.click(card, "ticket:reply")
    modal = await at.alice.modal()
    assert (modal["callback_id"], modal["private_metadata"]) == ("ticket:reply", "1")
    done = await at.alice.submit(
        modal, {"text": "Here is the form", "files": [("form.pdf", b"%PDF")]}
    )
    assert done["outcome"] == "cleared"
    reply = await at.says("C0HELP", "Here is the form")
    assert (reply["username"], reply["thread_ts"]) == ("Alice", asked["ts"])
    assert "You are now talking to Alice." in str(reply["blocks"])
    shared = await at.says("C0HELP", "form.pdf", where=lambda one: one.get("files"))
    assert shared["thread_ts"] == asked["ts"]
    assert await at.slack.file_content(shared["files"][0]["id"]) == b"%PDF"


async def talk(at: SlackWorld, asked: Json, card: Json) -> None:
    note = await at.alice.post("C0TEAM", "She is nice", thread=card)
    await at.settle()
    assert "She is nice" not in str(await at.texts("C0HELP"))
    await at.carol.post("C0HELP", "It says 100", thread=asked, file=("photo.png", PICTURE))
    mirrored = await at.says("C0TEAM", "It says 100")
    assert (mirrored["username"], mirrored["thread_ts"]) == ("Carol (contact)", card["ts"])
    assert mirrored["icons"]["image_48"].endswith("U0CAROL.png")
    copy = await at.says("C0TEAM", "photo.png", where=lambda one: one.get("files"))
    assert await at.slack.file_content(copy["files"][0]["id"]) == PICTURE
    assert (await at.read(ticket())).status is Status.IN_PROGRESS
    await at.alice.shortcut(note, "send_to_contact")
    await at.says("C0HELP", "She is nice")


async def transfer(at: SlackWorld, card: Json) -> Json:
    await at.alice.click(card, "ticket:transfer")
    await at.alice.submit(await at.alice.modal(), {"target": "billing"})
    moved = await at.card(channel="C0BILL")
    old = await at.says("C0TEAM", "Went on with billing")
    assert not [block for block in old["blocks"] if block["type"] == "actions"]
    await at.alice.post("C0TEAM", "Anybody here?", thread=card)
    await at.whispered("U0ALICE", "went on in another thread")
    return moved


async def close_and_reopen(at: SlackWorld, asked: Json, moved: Json) -> None:
    assert (await at.dana.command("/reply", "#1 Dana here.", "C0BILL"))["outcome"] == "acked"
    await at.says("C0HELP", "Dana here.")
    await at.dana.click(moved, "ticket:close")
    await at.dana.submit(await at.dana.modal(), {"reason": "refunded"})
    await at.says("C0BILL", "closed it: refunded")
    await at.carol.post("C0HELP", "It is wrong again", thread=asked)
    again = await at.says("C0BILL", "wrote again: It is wrong again")
    await at.dana.click(again, "ticket:reopen")
    await at.says("C0BILL", "Dana reopened it")
    after = await at.read(ticket())
    assert after.status is Status.IN_PROGRESS
    assert (after.holder, after.reopened) == ("slack:T0001/U0DANA", 1)


async def test_a_direct_message_is_one_conversation(at: SlackWorld) -> None:
    channel = await at.carol.open_dm()
    await at.carol.post(channel, "I want a refund")
    await at.card()
    await at.alice.command("/reply", "1 With *pleasure*", "C0TEAM")
    reply = await at.says(channel, "With ")
    assert not reply.get("thread_ts")
    assert {"type": "text", "text": "pleasure", "style": {"bold": True}} in (
        reply["blocks"][0]["elements"][0]["elements"]
    )


async def test_edits_and_deletes_follow_in_both_directions(at: SlackWorld) -> None:
    first = await at.carol.post("C0HELP", "a refund, please")
    card = await at.card()
    number = await at.carol.post("C0HELP", "My number is 12", thread=first)
    await at.says("C0TEAM", "My number is 12")
    await at.alice.command("/reply", "1 Befor tomorrow", "C0TEAM")
    mirrored = await at.says("C0TEAM", "Befor tomorrow")
    reply = await at.says("C0HELP", "Befor tomorrow")
    await at.carol.edit(number, "My number is 13")
    await at.says("C0TEAM", "edited after you replied")
    await at.carol.delete(number)
    await at.says("C0TEAM", "deleted by the contact")
    await at.alice.click(mirrored, "message:edit")
    await at.alice.submit(await at.alice.modal(), {"text": "Before tomorrow"})
    changed = await at.says("C0HELP", "Before tomorrow")
    assert changed["ts"] == reply["ts"]
    await at.alice.click(mirrored, "message:delete")
    async with asyncio.timeout(60):
        while reply["ts"] in [one["ts"] for one in await at.slack.messages("C0HELP")]:
            await asyncio.sleep(0.05)
    assert card["ts"] == mirrored["thread_ts"]


async def test_a_member_who_answers_in_the_customers_thread_takes_over(at: SlackWorld) -> None:
    asked = await at.carol.post("C0HELP", "How do I cancel a booking?")
    await at.says("C0HELP", "", where=lambda one: one.get("bot_id"))
    await at.bob.post("C0HELP", "I can do it for you", thread=asked)
    await at.says("C0TEAM", "Takeover · Carol")
    await at.carol.post("C0HELP", "Oh thank you, the one on Friday", thread=asked)
    await at.says("C0TEAM", "the one on Friday")
    await at.settle()
    assert len([one for one in await at.slack.messages("C0HELP") if one.get("bot_id")]) == 1
