"""Nothing that people write in Slack is missed, taken in twice, or taken in out of order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.domain.message import Author
from bot.ports.store import Tx
from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.server import running
from tests.integration.slack.world import (
    PATIENCE_S,
    SlackWorld,
    at_work,
    populated,
    settings,
    world,
)


@pytest.fixture
async def at(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[SlackWorld]:
    async with world(tmp_path, sqlite_template) as started:
        yield started


@asynccontextmanager
async def workspace(folder: Path, template: Path) -> AsyncIterator[tuple[Slack, Any]]:
    """A Slack that goes on while Baton comes and goes."""
    async with running(seed=11) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        chosen = settings(folder, app, emulator.api_url, template)
        yield slack, lambda: at_work(chosen, slack, app)


def said(tx: Tx) -> list[str]:
    """What contacts said in all conversations, in order."""
    everything = [message for number in range(1, 5) for message in tx.messages.of(number)]
    return [one.text for one in everything if one.author is Author.CONTACT]


async def test_what_was_written_while_baton_was_away_comes_first_and_once(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """In the channel, in its thread, in direct messages known and new, in the team's thread."""
    async with workspace(tmp_path, sqlite_template) as (slack, baton):
        carol, alice = slack.user("U0CAROL"), slack.user("U0ALICE")
        direct = await carol.open_dm()
        async with baton() as at:
            first = await carol.post("C0HELP", "refund one")
            card = await at.card()
            await at.settle()
        await carol.post("C0HELP", "two", thread=first)
        await carol.post("C0HELP", "three", thread=first, file=("a.txt", b"three"))
        await carol.post(direct, "a refund in private")
        await alice.post("C0TEAM", "a note", thread=card)
        async with baton() as at:
            await at.says("C0TEAM", "three")
            await at.card(2)
            await carol.post("C0HELP", "four", thread=first)
            await at.says("C0TEAM", "four")
            await at.settle()
            assert await at.read(said) == [
                *("refund one", "two", "three", "four"),
                "a refund in private",
            ]
            thread = await slack.thread("C0TEAM", card["ts"])
            words = [one["text"] for one in thread if one.get("username") == "Carol (contact)"]
            assert words == ["two", "three", "four"]
            notes = await at.read(lambda tx: [one.text for one in tx.notes.of(1)])
            assert notes == ["a note"]


async def test_edits_and_deletes_that_were_missed_are_noticed(
    tmp_path: Path, sqlite_template: Path
) -> None:
    async with workspace(tmp_path, sqlite_template) as (slack, baton):
        carol = slack.user("U0CAROL")
        async with baton() as at:
            first = await carol.post("C0HELP", "refund")
            await at.card()
            edited = await carol.post("C0HELP", "my nubmer", thread=first)
            gone = await carol.post("C0HELP", "my password", thread=first)
            await at.says("C0TEAM", "my password")
            await at.settle()
        await carol.edit(edited, "my number")
        await carol.delete(gone)
        async with baton() as at:
            await at.says("C0TEAM", "my number")
            await at.says("C0TEAM", "deleted by the contact")


async def test_a_new_connection_fetches_what_was_lost(at: SlackWorld) -> None:
    first = await at.carol.post("C0HELP", "refund")
    await at.card()
    await at.slack.fault("lose", "message")
    await at.carol.post("C0HELP", "lost on the way", thread=first)
    await at.slack.sockets("close")
    await at.says("C0TEAM", "lost on the way")


async def test_events_come_again_until_they_are_taken_in_and_count_once(at: SlackWorld) -> None:
    await at.slack.config(time_scale=0.01)
    await at.slack.fault("lose_ack", "message", times=2)
    await at.slack.fault("duplicate", "message", skip=2)
    for number in range(4):
        await at.carol.post("C0HELP", f"refund {number}")
    await at.card()
    await at.settle()
    assert sorted(await at.read(said)) == [f"refund {number}" for number in range(4)]


async def test_an_event_that_cannot_be_stored_is_not_acknowledged(
    at: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at.slack.config(time_scale=0.05, ack_timeout=1.0)
    store, calls = at.parts.baton.store, []
    transact = store.transact

    async def broken(unit: object, *args: object, **more: object) -> object:
        if getattr(unit, "__name__", "") == "_take_in" and not calls:
            calls.append(1)
            await at.slack.config(ack_timeout=PATIENCE_S)  # of what is sent from now on
            raise OSError("the disk is full")
        return await transact(unit, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "transact", broken)
    await at.carol.post("C0HELP", "a refund")
    await at.card()
    await at.settle()
    delivery = (await at.slack.deliveries("message"))[0]
    taken = [one["ok"] for one in delivery["attempts"]]
    assert (taken[0], taken[-1]) == (False, True)


async def test_bots_and_the_channels_own_notes_are_no_messages(at: SlackWorld) -> None:
    await at.slack.add_user("U0ERIN", name="erin")
    await at.slack.user("U0ERIN").join("C0HELP")
    await at.slack.control(
        "event",
        event={
            "type": "message",
            "subtype": "bot_message",
            "bot_id": "B0OTHER",
            "text": "refund",
            "channel": "C0HELP",
            "channel_type": "channel",
            "ts": "1700000000.000100",
            "event_ts": "1700000000.000100",
        },
    )
    await at.settle()
    assert await at.read(said) == []


async def test_a_large_file_that_takes_long_is_taken_in_once(at: SlackWorld) -> None:
    await at.slack.config(ack_timeout=0.3, time_scale=0.01)
    await at.slack.fault("slow", "download", delay=0.8)
    await at.carol.post("C0HELP", "refund this", file=("scan.bin", b"x" * 300_000))
    await at.card()
    await at.settle()
    [message] = await at.read(lambda tx: tx.messages.of(1))
    assert [(one.name, one.size) for one in message.attachments] == [("scan.bin", 300_000)]
    [delivery] = await at.slack.deliveries("message.file_share")
    assert len(delivery["attempts"]) > 1


async def test_a_login_page_is_not_taken_for_a_file(at: SlackWorld) -> None:
    await at.slack.change_app(remove_scopes=["files:read"])
    await at.carol.post("C0HELP", "refund this", file=("scan.png", b"x" * 300))
    await at.card()
    message = (await at.read(lambda tx: tx.messages.of(1)))[0]
    assert message.attachments[0].digest is None
    assert "Slack did not hand it out" in message.attachments[0].problem


async def test_slack_connect_files_are_looked_up(at: SlackWorld) -> None:
    await at.slack.workspace("T0EXT", name="Elsewhere")
    await at.slack.add_user("U0ERIN", team="T0EXT", name="erin", real_name="Erin")
    await at.slack.add_channel(
        "C0HELP", name="help", members=["U0APPBOT", "U0ERIN", "U0ALICE"], is_ext_shared=True
    )
    erin = at.slack.user("U0ERIN")
    await erin.post("C0HELP", "a refund for this", file=("contract.txt", b"we agree"))
    await at.card()
    [message] = await at.read(lambda tx: tx.messages.of(1))
    assert (message.author_name, message.attachments[0].size) == ("Erin", 8)


async def test_requests_that_slack_did_not_sign_are_refused(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """Malformed forms too: Bolt would answer these before it checks the signature."""
    async with (
        world(tmp_path, sqlite_template, mode="http") as at,
        aiohttp.ClientSession() as session,
    ):
        url = f"{at.url}/slack/events"
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        for body, headers in (
            (b"payload=%7Bnot+json", form),
            (b"\xff\xfe\x00", form),
            (b'{"type": "url_verification"}', {"Content-Type": "application/json"}),
        ):
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == 401
        verified = await at.slack.control("verify_url")
        assert verified["ok"], verified


async def test_a_reaction_thanks_and_does_not_reopen_the_clock(at: SlackWorld) -> None:
    await at.carol.post("C0HELP", "a refund")
    await at.card()
    await at.alice.command("/reply", "1 It is done.", "C0TEAM")
    reply = await at.says("C0HELP", "It is done.")
    await at.settle()
    await at.carol.react(reply, "+1")
    await at.says("C0TEAM", "That sounds like it is done. Close the ticket?")
    await at.carol.react(reply, "eyes")
    await at.settle()
    assert (await at.read(lambda tx: tx.tickets.get(1))).status == "awaiting response"
    assert await at.read(said) == ["a refund", "👍"]


@pytest.mark.parametrize("kind", ["error_after", "drop_before"])
async def test_one_call_that_fails_holds_no_place_up(
    at: SlackWorld, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With one call in twelve failing, no look at everything ever came to its end."""
    first = await at.carol.post("C0HELP", "refund")
    await at.card()
    await at.settle()
    await at.slack.fault("lose", "message")
    await at.carol.post("C0HELP", "missed", thread=first)
    await at.slack.fault(kind, "conversations.history")
    await at.slack.fault(kind, "conversations.replies", times=2)
    await at.slack.sockets("abort")
    await at.says("C0TEAM", "missed")
    assert "comes later" not in caplog.text


@pytest.mark.parametrize("is_first", [True, False])
async def test_an_edit_that_nobody_has_compared_yet_stays_in_sight(
    at: SlackWorld, monkeypatch: pytest.MonkeyPatch, *, is_first: bool
) -> None:
    """However many messages have come since the last comparison that came to its end."""
    monkeypatch.setattr("adapters.slack.known.COMPARED", 2)
    first = await at.carol.post("C0HELP", "refund")
    await at.card()
    edited = await at.carol.post("C0HELP", "my nubmer", thread=first)
    await at.says("C0TEAM", "my nubmer")

    async def is_compared() -> bool:
        source = await at.read(lambda tx: tx.sources.get("slack:T0001", "C0HELP"))
        return bool(source.compared == first["ts"])

    if not is_first:
        await at.slack.sockets("close")
        await at.slack.wait_for(is_compared, within=PATIENCE_S, what="the comparison")
    await at.slack.fault("lose", "message.message_changed")
    await at.carol.edit(edited, "my number")
    for number in range(4):
        await at.carol.post("C0HELP", f"question {number}", thread=first)
    await at.says("C0TEAM", "question 3")
    await at.slack.sockets("close")
    await at.says("C0TEAM", "my number")
