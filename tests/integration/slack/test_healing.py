"""What breaks in Slack is noticed, said in plain words, and mended where it can be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.slack import health
from bot.delivery import retry
from bot.ports.store import Tx
from tests.integration.slack.world import Json, SlackWorld, world


@pytest.fixture
async def at(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[SlackWorld]:
    async with world(tmp_path, sqlite_template) as started:
        yield started


async def told(at: SlackWorld, words: str) -> Json:
    """What the admin is told by direct message."""
    return await at.slack.wait_for_message(await at.alice.open_dm(), words, within=60)


async def test_a_deleted_root_is_built_anew_with_its_history(at: SlackWorld) -> None:
    first = await at.carol.post("C0HELP", "a refund")
    card = await at.card()
    await at.carol.post("C0HELP", "are you there?", thread=first)
    await at.says("C0TEAM", "are you there?")
    await at.settle()
    await at.alice.delete(card)

    anew = await at.card()
    assert anew["ts"] != card["ts"]
    await at.carol.post("C0HELP", "hello?", thread=first)
    below = await at.says("C0TEAM", "hello?")
    assert below["thread_ts"] == anew["ts"]
    transcript = await at.says("C0TEAM", "The conversation so far")
    assert "are you there?" in str(transcript["blocks"])


async def test_an_archived_channel_stops_no_other(
    at: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it follows as soon as Slack says that it is open again."""
    monkeypatch.setattr(retry, "_PROBE", timedelta(hours=1))
    await at.carol.post("C0HELP", "a refund")
    await at.card()
    await at.settle()
    await at.slack.archive("C0TEAM")
    await told(at, "The channel is archived")
    direct = await at.carol.open_dm()
    await at.carol.post(direct, "How do I cancel a booking?")
    await at.says(direct, "", where=lambda one: one.get("bot_id"))
    waiting = await at.read(lambda tx: tx.outbox.suspended())
    assert all("archived" in lane.suspended for lane in waiting)
    await at.carol.post("C0HELP", "And one more thing")
    assert await at.slack.wait_for(lambda: at.read(_waits), within=60)
    await at.slack.control("lifecycle", channel="C0TEAM", what="unarchive")
    await at.says("C0TEAM", "And one more thing")


def _waits(tx: Tx) -> bool:
    return any("archived" in lane.suspended for lane in tx.outbox.suspended())


async def test_a_bot_that_was_removed_says_so(at: SlackWorld) -> None:
    await at.slack.kick("U0APPBOT", "C0TEAM")
    await told(at, "<#C0TEAM>: Baton is not in the channel")
    await at.carol.post("C0HELP", "a refund")

    async def waits() -> bool:
        lanes = await at.read(lambda tx: tx.outbox.suspended())
        return any("not in the channel" in lane.suspended for lane in lanes)

    assert await at.slack.wait_for(waits, within=60)
    assert await at.read(nothing_is_dead)


def nothing_is_dead(tx: Tx) -> bool:
    return not tx.outbox.dead(10)


async def test_a_user_group_that_is_gone_is_named(at: SlackWorld) -> None:
    """Not one that Slack does not list at the moment."""
    (platform,) = at.parts.platforms
    await at.slack.fault("error_before", "usergroups.list", status=503, times=None)
    await platform._health.look()  # type: ignore[attr-defined]
    assert platform.problems == []
    await at.slack.clear_faults()
    await at.slack.add_group("S01", disabled=True)
    await told(at, "The user group S01 is gone")


async def test_a_revoked_token_is_no_readiness_over_http_either(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_BROKEN_S", 0.1)
    async with world(tmp_path, sqlite_template, mode="http") as at, asyncio.timeout(60):
        (platform,) = at.parts.platforms
        await at.slack.change_app(revoked=True, announce=True)
        while "The Slack token was revoked" not in str(platform.unready()):
            await asyncio.sleep(0.02)
        assert len(platform.problems) == 1, "and not once a channel"
        await at.slack.change_app(revoked=False)
        while platform.unready():
            await asyncio.sleep(0.02)


async def test_a_permission_that_is_missing_is_named(at: SlackWorld) -> None:
    await at.slack.change_app(remove_scopes=["chat:write.customize"])
    await at.carol.post("C0HELP", "a refund")
    await at.card()

    async def waits() -> bool:
        lanes = await at.read(lambda tx: tx.outbox.suspended())
        return any("chat:write.customize" in lane.suspended for lane in lanes)

    await at.alice.command("/reply", "1 Hello", "C0TEAM")
    assert await at.slack.wait_for(waits, within=60)


async def test_rate_limits_and_failures_only_delay(at: SlackWorld) -> None:
    first = await at.carol.post("C0HELP", "a refund")
    await at.card()
    await at.settle()
    await at.slack.fault("ratelimited", "chat.postMessage", retry_after=1)
    await at.slack.fault("drop_before", "chat.update", times=2)
    await at.alice.command("/reply", "1 on its way", "C0TEAM")
    await at.carol.post("C0HELP", "thank you so much", thread=first)
    await at.says("C0HELP", "on its way", within=60)
    await at.says("C0TEAM", "thank you so much", within=60)
    words = await at.texts("C0HELP")
    assert words.count("on its way") == 1
