"""Each effect once: what Discord does not answer clearly is recognised, over minutes as well."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.card import Post
from bot.domain.identity import Place
from bot.ports.outlet import Attempt, Busy, Unclear, Unreachable
from tests.contract.discord_harness import DiscordHarness, discord
from tests.contract.test_outlet import card

SEND = r"^POST /channels/\{channel_id\}/messages"
POST = Post(voice="attendant", text="once")


@pytest.fixture
async def at(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[DiscordHarness]:
    async with discord(tmp_path, sqlite_template) as harness:
        yield harness


def attempt(number: int = 1, *, ago: float = 0) -> Attempt:
    async def save(_: Any) -> None:
        return None

    return Attempt(
        key=secrets.token_hex(10),
        number=number,
        first_at=datetime.now(UTC) - timedelta(seconds=ago),
        progress={},
        save=save,
    )


async def texts(at: DiscordHarness) -> list[str]:
    return [one.words for one in await at.standing(at.contact)]


@pytest.mark.parametrize(("forgets", "copies"), [(False, 1), (True, 2)])
async def test_stored_then_502_is_one_message(
    at: DiscordHarness, *, forgets: bool, copies: int
) -> None:
    """discord.py repeats a 502 by itself. The control: without Discord's nonce there are two."""
    await at._discord.settings(enforce_nonce=not forgets)
    await at._discord.fault("stored_then_error", SEND)
    await at.outlet.post(at.contact, POST, attempt())
    assert await texts(at) == ["once"] * copies


@pytest.mark.parametrize("fault", ["reset_after", "drop_after"])
async def test_a_line_that_breaks_after_the_call_leaves_one_message(
    at: DiscordHarness, fault: str
) -> None:
    """On Linux discord.py does not repeat after ECONNRESET: the lane does, with the same key."""
    await at._discord.fault(fault, SEND)
    first = attempt()
    with pytest.raises(Unclear):
        await at.outlet.post(at.contact, POST, first)
    await at.outlet.post(at.contact, POST, replace(first, number=2))
    assert await texts(at) == ["once"]


@pytest.mark.parametrize(("fault", "least"), [("cloudflare", 60), ("global_rate_limited", 90)])
async def test_being_shut_out_goes_back_to_the_lane(
    at: DiscordHarness, fault: str, least: int
) -> None:
    """Cloudflare's 429 has no `Via`, and says nothing about when it ends."""
    await at._discord.fault(fault, SEND, seconds=99)
    with pytest.raises(Busy) as busy:
        await at.outlet.post(at.contact, POST, attempt())
    assert busy.value.wait is not None
    assert busy.value.wait >= timedelta(seconds=least)
    assert await texts(at) == []


async def test_an_edit_pings_nobody(at: DiscordHarness) -> None:
    """Discord: an edit without allowed mentions would parse them all anew."""
    sent = await at.outlet.post(at.contact, POST, attempt())
    await at.outlet.edit(sent, Post(voice="attendant", text="<@77> @everyone twice"))
    edits = await at._discord.calls("PATCH /channels/{channel_id}/messages/{message_id}")
    assert [one["body"]["allowed_mentions"] for one in edits] == [{"parse": []}]


async def test_after_minutes_it_is_looked_for_in_the_history(at: DiscordHarness) -> None:
    """Discord has forgotten the nonce by then."""
    first = attempt()
    sent = await at.outlet.post(at.contact, POST, first)
    await at._discord.settings(enforce_nonce=False)
    late = replace(first, number=2, first_at=first.first_at - timedelta(minutes=5))
    assert await at.outlet.post(at.contact, POST, late) == sent
    root = await at.outlet.post(at.team, card(), first)
    assert await at.outlet.post(at.team, card(), late) == root
    assert await texts(at) == ["once"]


async def test_after_minutes_it_is_found_by_the_words_it_had_then(at: DiscordHarness) -> None:
    """Posted again with the new ones, it would stand twice."""
    first = attempt()
    sent = await at.outlet.post(at.contact, POST, first)
    await at._discord.settings(enforce_nonce=False)
    ago = first.first_at - timedelta(minutes=5)
    late = replace(first, number=2, first_at=ago, looks=(POST,))
    edited = Post(voice="attendant", text="twice")
    assert await at.outlet.post(at.contact, edited, late) == sent
    assert await texts(at) == ["once"]


async def test_one_that_was_deleted_meanwhile_counts_as_delivered(at: DiscordHarness) -> None:
    first = attempt()
    sent = await at.outlet.post(at.contact, POST, first)
    await at.remove(at.contact, sent.platform_id)
    again = await at.outlet.post(at.contact, POST, replace(first, number=2))
    assert await texts(at) == []
    await at.outlet.delete(again)


async def test_a_long_wait_goes_back_to_the_lane(at: DiscordHarness) -> None:
    await at._discord.fault("rate_limited", SEND, seconds=99)
    with pytest.raises(Busy) as busy:
        await at.outlet.post(at.contact, POST, attempt())
    assert busy.value.wait is not None
    assert busy.value.wait > timedelta(seconds=90)


async def test_a_channel_that_is_gone_waits_for_an_admin(at: DiscordHarness) -> None:
    await at._discord.set_overwrites("700", [{"id": "900", "deny": ["view_channel"]}])
    await at._discord.do("set_member", guild="900", user=await _me(at), roles=[])
    with pytest.raises(Unreachable):
        await at.outlet.post(Place(workspace="discord:900", channel="700"), card(), attempt())


async def test_a_deleted_channel_is_no_deleted_thread(at: DiscordHarness) -> None:
    """Nothing can be built anew there, so it is not tried for ever."""
    await at._discord.delete_channel("700")
    with pytest.raises(Unreachable, match="was deleted"):
        await at.outlet.post(at.team, card(), attempt())


async def _me(at: DiscordHarness) -> str:
    session: Any = at.outlet._session  # type: ignore[attr-defined]
    return str(await session.me())
