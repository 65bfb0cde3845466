"""Whatever Slack sends is acknowledged; whoever did something that Baton has no use for is told.

All of it by a connection that was made without a greeting, and at the second try.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from adapters.slack import platform, socket
from tests.emulators.slack.client import connected
from tests.emulators.slack.dispatch import EVENT, INTERACTIVE
from tests.emulators.slack.server import running
from tests.integration.slack.world import Json, SlackWorld, at_work, populated, settings

SHORTCUTS = {"send_to_contact": "message", "of_old": "message", "everywhere": "global"}


async def test_whatever_slack_sends_is_acknowledged(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "_HELLO_S", 0.05)
    monkeypatch.setattr(platform, "_ASK_S", 0.1)
    monkeypatch.setattr(socket, "_PING_S", 0.2)
    async with running(seed=7) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack)
        await slack.config(greets=False)
        await slack.change_app(shortcuts=SHORTCUTS)
        await slack.fault("error_before", "link", status=503)
        chosen = settings(tmp_path, app, emulator.api_url, sqlite_template)
        async with at_work(chosen, slack, app) as at:
            await events_that_slack_left_out_are_fetched(at)
            await a_connection_that_slack_refuses_says_why(at)
            await an_unknown_shortcut_says_so(at)
            await what_is_closed_or_unknown_is_taken_quietly(at)
            await a_group_that_the_desk_names_is_known_by_its_handle(at)
            await a_group_holds_no_ticket(at)


async def events_that_slack_left_out_are_fetched(at: SlackWorld) -> None:
    await at.slack.fault("lose", "message")
    await at.carol.post("C0HELP", "I want a refund")
    limited = {"type": "app_rate_limited", "team_id": "T0001", "minute_rate_limited": 1518467820}
    assert await acknowledged(at, EVENT, limited)
    await at.card()


async def a_connection_that_slack_refuses_says_why(at: SlackWorld) -> None:
    """And is made as soon as Slack does not refuse it any more."""
    fault = "apps.connections.open"
    await at.slack.fault("error", fault, error="not_allowed_token_type", times=None)
    await at.slack.control("sockets", what="abort")
    (slack,) = at.parts.platforms
    async with asyncio.timeout(60):
        while "Socket Mode switched on" not in str(slack.unready()):
            await asyncio.sleep(0.02)
        await at.slack.clear_faults()
        await at.carol.post("C0HELP", "Are you there?")
        await at.says("C0TEAM", "Are you there?")


async def an_unknown_shortcut_says_so(at: SlackWorld) -> None:
    card = await at.card()
    assert (await at.alice.shortcut(card, "of_old"))["outcome"] == "acked"
    await at.whispered("U0ALICE", "does not have this shortcut")
    assert (await at.alice.shortcut(None, "everywhere"))["outcome"] == "acked"
    assert "does not have this shortcut" in str(await at.alice.modal())
    await at.slack.add_channel("C0ELSE", name="elsewhere", members=["U0ALICE"])
    message = await at.alice.post("C0ELSE", "Where the app is no member")
    assert (await at.alice.shortcut(message, "send_to_contact"))["outcome"] == "acked"
    await at.whispered("U0ALICE", "works on messages in a ticket's thread")


async def what_is_closed_or_unknown_is_taken_quietly(at: SlackWorld) -> None:
    who = {"user": {"id": "U0ALICE"}, "team": {"id": "T0001"}, "token": "t"}
    view = {"type": "modal", "callback_id": "ticket:reply", "id": "V1"}
    assert await acknowledged(at, INTERACTIVE, {**who, "type": "view_closed", "view": view})
    assert await acknowledged(at, INTERACTIVE, {**who, "type": "of_tomorrow"})


async def a_group_that_the_desk_names_is_known_by_its_handle(at: SlackWorld) -> None:
    async with asyncio.timeout(60):
        while await at.read(_name_of_the_crew) != "@support-crew":
            await asyncio.sleep(0.02)


async def a_group_holds_no_ticket(at: SlackWorld) -> None:
    await at.alice.command("/desk", "member add support <@U0BOB|bob>", "C0TEAM")
    await at.whispered("U0ALICE", "There is no team @Bob")
    await at.alice.command("/desk", "member add @support-crew billing", "C0TEAM")
    await at.whispered("U0ALICE", "@support-crew")
    await at.alice.command("/ticket", "transfer 1 @support-crew", "C0TEAM")
    await at.whispered("U0ALICE", "There is no team or attendant @support-crew.")


def _name_of_the_crew(tx: Any) -> str:
    return str(tx.people.get("slack-group:T0001/S01").name)


async def acknowledged(at: SlackWorld, kind: str, payload: Json) -> bool:
    return bool((await at.slack.control("envelope", kind=kind, payload=payload))["acked"])
