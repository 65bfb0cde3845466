"""What admins and attendants do in Slack: commands, forms, the Home tab, setting up a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.slack.commands import roots
from bot.domain.states import Status
from tests.emulators.slack.client import connected
from tests.emulators.slack.server import running
from tests.integration.slack.world import (
    BOT,
    MANIFEST,
    MOMENTS,
    Json,
    SlackWorld,
    at_work,
    populated,
    settings,
    ticket,
    world,
)

CHANNEL = str({"type": "channel", "channel_id": "C0NEW"})


@pytest.fixture
async def at(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[SlackWorld]:
    async with world(tmp_path, sqlite_template) as started:
        yield started


async def test_every_command_of_the_registry_answers(at: SlackWorld) -> None:
    """Each is known to Slack, acknowledged in time, and says something to its user alone."""
    known = [one["command"] for one in MANIFEST["features"]["slash_commands"]]
    assert known == [f"/{root}" for root in sorted(roots())]
    for command in known:
        outcome = await at.alice.command(command, "help", "C0TEAM")
        assert outcome["outcome"] == "acked", command
        await at.whispered("U0ALICE", f"/{command.strip('/')}")
    refused = [one for one in await at.slack.calls() if one["error"]]
    assert refused == []


async def test_mistakes_are_answered_in_words(at: SlackWorld) -> None:
    for typed, words in {
        "claim 99": "There is no ticket 99.",
        "clam 1": "Did you mean /ticket claim",
        "claim x y": "is too much",
        "transfer": "",
    }.items():
        await at.bob.command("/ticket", typed, "C0TEAM")
        if words:
            await at.whispered("U0BOB", words)
    await at.carol.command("/ticket", "claim 1", "C0HELP")
    await at.whispered("U0CAROL", "may do this")


async def test_a_reply_without_a_number_is_previewed(at: SlackWorld) -> None:
    await at.carol.post("C0HELP", "a refund")
    await at.card()
    await at.alice.command("/ticket", "claim 1", "C0TEAM")
    await at.alice.command("/reply", "We are *on* it", "C0TEAM")
    preview = await at.whispered("U0ALICE", "To Carol, #1: We are ")
    await at.alice.click(preview, "choice:send")
    await at.says("C0HELP", "We are ")
    await at.alice.command("/reply", "And then?", "C0TEAM")
    preview = await at.whispered("U0ALICE", "To Carol, #1: And then?")
    await at.alice.click(preview, "choice:change")
    modal = await at.alice.modal()
    await at.alice.submit(modal, {"ticket": "1", "text": "And now?"})
    await at.says("C0HELP", "And now?")


async def test_a_collision_is_asked_about_in_the_thread(at: SlackWorld) -> None:
    await at.carol.post("C0HELP", "a refund")
    card = await at.card()
    await at.alice.command("/ticket", "claim 1", "C0TEAM")
    await at.says("C0TEAM", "Held by Alice")
    await at.bob.click(card, "ticket:reply")
    done = await at.bob.submit(await at.bob.modal(), {"text": "Bob here"})
    assert done["outcome"] == "cleared"
    asked = await at.whispered("U0BOB", "Alice has ticket #1.")
    assert asked["thread_ts"] == card["ts"]
    await at.bob.click(asked, "choice:send once")
    await at.says("C0HELP", "Bob here")
    assert (await at.read(ticket())).holder == "slack:T0001/U0ALICE"


async def test_a_form_keeps_what_was_typed_and_says_what_is_wrong(at: SlackWorld) -> None:
    await at.carol.post("C0HELP", "a refund")
    card = await at.card()
    await at.bob.click(card, "ticket:reply")
    modal = await at.bob.modal()
    empty = await at.bob.submit(modal, {})
    assert empty["errors"] == {
        "text": "There is nothing to send: write something or attach a file."
    }
    assert (await at.bob.submit(modal, {"text": "Hello"}))["outcome"] == "cleared"


async def test_what_takes_long_is_acknowledged_first_and_shown_later(
    at: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slack waits for three seconds: a form opens empty then, and what was sent is under way."""
    for moment in MOMENTS:
        monkeypatch.setattr(f"adapters.slack.{moment}", 0.0)
    await at.carol.post("C0HELP", "a refund")
    card = await at.card()
    await at.bob.command("/ticket", "claim 1", "C0TEAM")
    await at.whispered("U0BOB", "#1 is yours.")
    await at.bob.click(card, "ticket:reply")
    opened = await at.bob.modal()
    form = await at.slack.wait_for(lambda: _changed(at, opened["id"], "One moment"))
    sent = await at.bob.submit(form, {"text": "Here you are"})
    assert sent["outcome"] == "updated"
    await at.says("C0HELP", "Here you are")
    shown = await at.slack.wait_for(lambda: _changed(at, opened["id"], str(sent["view"]["blocks"])))
    assert "Sent to the contact" in str(shown["blocks"])


async def _changed(at: SlackWorld, view: str, words: str) -> Json | None:
    """Bob's modal, once it shows other words."""
    views = await at.slack.views(user="U0BOB", type="modal")
    [found] = [one for one in views if one["id"] == view]
    return None if words in str(found["blocks"]) else found


async def test_more_offers_priority_history_and_the_rest(at: SlackWorld) -> None:
    await at.carol.post("C0HELP", "a refund")
    card = await at.card()
    await at.bob.click(card, "ticket:more")
    more = await at.whispered("U0BOB", "More for #1")
    await at.bob.click(more, "ticket:priority")
    await at.bob.submit(await at.bob.modal(), {"priority": "urgent"})
    await at.says("C0TEAM", "🔴 urgent")
    await at.bob.click(more, "ticket:history")
    await at.whispered("U0BOB", "Carol (contact): a refund")


async def test_the_shortcut_works_in_ticket_threads_only(at: SlackWorld) -> None:
    elsewhere = await at.alice.post("C0TEAM", "lunch?")
    await at.alice.shortcut(elsewhere, "send_to_contact")
    await at.whispered("U0ALICE", "works on messages in a ticket's thread")
    await at.carol.post("C0HELP", "a refund")
    card = await at.card()
    await at.alice.shortcut(card, "send_to_contact")
    await at.settle()
    assert not [one for one in await at.slack.messages("C0HELP") if one.get("bot_id")]


async def test_the_home_tab_follows_the_queue(at: SlackWorld) -> None:
    await at.alice.open_home()
    await shows(at, "The queue is empty")
    await at.carol.post("C0HELP", "a refund for <!channel>")
    await shows(at, "#1")
    home = await at.alice.home()
    assert home is not None
    assert "<!channel>" not in str(home["blocks"])
    await at.alice.click(home, "ticket:claim")
    await shows(at, "Mine (1)")
    assert (await at.read(ticket())).status is Status.IN_PROGRESS
    await at.carol.open_home()
    await at.slack.wait_for(lambda: _home_says(at, "U0CAROL", "You are in no team yet"))


async def shows(at: SlackWorld, text: str) -> None:
    await at.slack.wait_for(lambda: _home_says(at, "U0ALICE", text), within=60, what=text)


async def _home_says(at: SlackWorld, user: str, text: str) -> bool:
    home = await at.slack.user(user).home()
    return home is not None and text in str(home["blocks"])


async def test_names_stand_for_people_and_channels(at: SlackWorld) -> None:
    await at.alice.command("/desk", "member add @carol billing supervisor", "C0TEAM")
    await at.whispered("U0ALICE", "Carol (slack:T0001/U0CAROL) is a supervisor of billing.")
    await at.alice.command("/desk", "member add <@U0BOB|bob> billing", "C0TEAM")
    await at.whispered("U0ALICE", "Bob (slack:T0001/U0BOB) is an attendant of billing.")
    await at.slack.add_channel("C0NEW", name="new-help", members=[])
    await at.alice.command("/desk", "channel add #new-help support", "C0TEAM")
    await at.whispered("U0ALICE", "Connected <#C0NEW>.")
    rule = "add VAT keyword=vat channels=<#C0NEW|new-help> preview=yes"
    await at.alice.command("/routing", rule, "C0TEAM")
    asked = await at.whispered("U0ALICE", "What would change")
    assert str(asked["blocks"]).count(CHANNEL) == 2
    assert "C0NEW" not in str(asked["blocks"]).replace(CHANNEL, "")
    joined = [one["args"]["channel"] for one in await at.slack.calls("conversations.join")]
    assert joined == ["C0NEW"], "public channels are joined"
    await at.slack.add_channel("C0EXT", name="shared", members=[BOT], is_ext_shared=True)
    await at.alice.command("/desk", "team add vip #shared", "C0TEAM")
    await at.whispered("U0ALICE", "they can read every note")


async def test_the_owner_sets_the_first_desk_up(tmp_path: Path, sqlite_template: Path) -> None:
    """From nothing: the owner becomes admin, a form picks channels, a test ticket arrives."""
    async with running(seed=5) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        await slack.add_channel("C0TEAM", name="support", members=["U0ALICE"])
        chosen = replace(settings(tmp_path, app, emulator.api_url, sqlite_template), desk="")
        async with at_work(chosen, slack, app) as at:
            await at.bob.command("/desk", "setup", "C0HELP")
            await at.whispered("U0BOB", "may do this")
            await at.alice.command("/desk", "setup", "C0HELP")
            modal = await at.alice.modal()
            values = {"team": "care", "team_channel": "C0TEAM", "customer_channel": "C0HELP"}
            done = await at.alice.submit(modal, values)
            assert "Test ticket #1 is on its way" in str(done["view"]["blocks"])
            for channel in ("C0HELP", "C0TEAM"):
                named = {"type": "channel", "channel_id": channel}
                assert str(named)[1:-1] in str(done["view"]["blocks"])
            card = await at.card(1)
            await at.alice.click(card, "ticket:claim")
            await at.says("C0TEAM", "Held by Alice")
            await at.carol.post("C0HELP", "Can I talk to a person?")
            await at.card(2)


async def test_a_prefix_names_the_commands_apart(tmp_path: Path, sqlite_template: Path) -> None:
    async with running(seed=5) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack, commands=["/help-queue", "/help-desk"])
        chosen = settings(tmp_path, app, emulator.api_url, sqlite_template)
        async with at_work(replace(chosen, slack_command_prefix="help-"), slack, app) as at:
            await at.alice.command("/help-queue", "", "C0TEAM")
            await at.whispered("U0ALICE", "Nothing waits.")


async def test_a_long_answer_comes_as_a_file(at: SlackWorld) -> None:
    await at.alice.command("/desk", "agent set prompt " + "word " * 2100, "C0TEAM")
    await at.whispered("U0ALICE", "This holds from now on")
    await at.alice.command("/desk", "agent show", "C0TEAM")
    await at.whispered("U0ALICE", "as a file by direct message")

    async def arrived() -> list[Json]:
        return [one for one in await at.slack.files() if one["name"].endswith(".txt")]

    assert await at.slack.wait_for(arrived)
