"""A support team at work on each platform: assigned, called for real, away, and linked."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.console import places
from bot.domain.identity import Person, Place
from bot.ports.store import Tx
from bot.services.ladder import sweep_unclaimed
from tests.integration.discord.world import PEOPLE, text
from tests.integration.platforms.sides import PLATFORMS, DiscordCrew, SlackCrew, Stage, staged

STEP = timedelta(minutes=5)
WHO = {
    "slack": ("slack:T0001/U0ALICE", "slack:T0001/U0BOB", "slack-group:T0001/S01"),
    "discord": (
        f"discord:900/{PEOPLE['alice']}",
        f"discord:900/{PEOPLE['bob']}",
        "discord-role:900/55",
    ),
    "console": ("console:alice", "console:bob", "console-group:crew"),
}


@pytest.fixture(params=PLATFORMS)
async def at(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, Stage]]:
    """A contact on the console; a team of Alice and Bob that take turns on a platform."""
    platform = request.param
    async with AsyncExitStack() as stack:
        stage = await staged("console", platform, tmp_path, stack)
        await stage.parts.store.transact(_desk, platform)
        yield platform, stage


def _desk(tx: Tx, platform: str) -> None:
    alice, bob, crew = WHO[platform]
    for person, name in ((alice, "Alice"), (bob, "Bob")):
        tx.people.put(Person(id=person, name=name))
    desk = tx.desk.get()
    support, billing = desk.teams
    support = replace(
        support,
        members=(alice, bob),
        supervisors=(alice,),
        notify=(crew,),
        assignment="round_robin",
        claim_within=STEP,
        backup="billing",
    )
    billing = replace(billing, notify=(bob,))
    tx.desk.put(replace(desk, teams=(support, billing)))


async def pings(stage: Stage, words: str) -> set[str] | None:
    """Who was really pinged by the post with these words in the team's channels or threads."""
    crew: Any = stage.crew
    match crew:
        case SlackCrew():
            shown = [
                one for room in ("C0TEAM", "C0BILL") for one in await crew.slack.messages(room)
            ]
            found = next((one["text"] for one in shown if words in str(one)), None)
            return found and set(re.findall(r"<(?:@|!subteam\^)([A-Z0-9]+)", found))
        case DiscordCrew():
            rooms = ["700", "710", *(one["id"] for one in await crew.discord.threads("900"))]
            shown = [one for room in rooms for one in await crew.discord.messages(room)]
            said = next((one for one in shown if words in text(one)), None)
            return said and {one["id"] for one in said["mentions"]} | set(said["mention_roles"])
    posts = await stage.parts.store.read(_console_posts)
    content = next((one for one in posts if words in _words(one)), None)
    return content and {one.partition(":")[2] for one in content.mentions}


def _words(content: Any) -> str:
    return str(getattr(content, "text", getattr(content, "title", "")))


def _console_posts(tx: Tx) -> list[Any]:
    roots = [
        one for team in ("support", "billing") for one in tx.posts.at(places.thread(team, None))
    ]
    below = [each for one in roots for each in tx.posts.at(places.thread(one.channel, str(one.id)))]
    return [one.content for one in (*roots, *below) if one.author == "baton"]


async def until(found: Callable[[], Awaitable[Any]], what: str) -> Any:
    async with asyncio.timeout(60):
        while (value := await found()) is None:
            await asyncio.sleep(0.05)
    assert value is not None, what
    return value


async def called(stage: Stage, words: str) -> Any:
    return await until(lambda: pings(stage, words), words)


async def in_person(stage: Stage, who: str, words: str) -> str | None:
    """All that somebody was sent directly, once these words are in it."""
    told = await stage.crew.told(who)
    return told if words in told else None


def local(platform: str) -> tuple[str, str, str]:
    alice, bob, crew = (re.split("[:/]", one)[-1] for one in WHO[platform])
    return alice, bob, crew


async def climb(stage: Stage, steps: int) -> None:
    """The clockwork's step, as if so much time had passed."""
    now = stage.parts.clock.now() + STEP * steps
    await stage.parts.store.transact(sweep_unclaimed, now)


async def test_assigned_reminded_asked_elsewhere_and_told(at: tuple[str, Stage]) -> None:
    platform, stage = at
    alice, bob, crew = local(platform)
    await stage.customer.write("I want to talk to a human")
    first = await called(stage, "#1 · Carol")
    assert len(first) == 1
    assert first < {alice, bob}, "whoever should take it, not the whole team"
    await stage.until(stage.crew, lambda words, _: "Assigned to " in words, "the assignment")
    name = "alice" if first == {alice} else "bob"
    if platform != "console":
        told = await until(lambda: in_person(stage, name, "It is assigned to you"), "the message")
        assert ("slack.com/archives/" in told) or ("discord.com/channels/" in told), "with a link"
    await climb(stage, 1)
    assert await called(stage, "has not claimed this for 5 minutes.") == {*first, crew}
    await climb(stage, 2)
    assert await called(stage, "billing is asked to help") == set()
    assert await called(stage, "Can you take it?") == {bob}
    await climb(stage, 3)
    assert await called(stage, "supervisors, please look") == {alice}
    await climb(stage, 4)
    pinged = await called(stage, "Alice is told.")
    assert pinged == ({alice} if platform == "console" else set())
    if platform != "console":
        await until(lambda: in_person(stage, "alice", "for 20 minutes: Alice is told."), "the last")


async def test_a_claim_stops_it(at: tuple[str, Stage]) -> None:
    _, stage = at
    await stage.customer.write("I want to talk to a human")
    await called(stage, "#1 · Carol")
    await stage.crew.command("ticket claim")
    await stage.until(stage.crew, lambda words, _: "Held by Alice" in words, "the claim")
    await climb(stage, 1)
    words, _ = await stage.crew.reads()
    assert "claimed this for" not in words
    assert (await stage.parts.store.read(lambda tx: tx.tickets.get(1))).ladder_at is None


async def test_who_goes_away_is_offered_to_hand_back(at: tuple[str, Stage]) -> None:
    platform, stage = at
    alice, bob, _ = WHO[platform]
    await stage.customer.write("I want to talk to a human")
    await called(stage, "#1 · Carol")
    await stage.crew.command("ticket claim")
    await stage.until(stage.crew, lambda words, _: "Held by Alice" in words, "the claim")
    crew: Any = stage.crew
    match crew:
        case SlackCrew():
            await crew.slack.user("U0ALICE").command("/away", "", "C0TEAM")
            offer = await until(lambda: _whispered(crew.slack), "the offer")
            await crew.slack.user("U0ALICE").click(offer, "away:hand_back")
        case DiscordCrew():
            offer = await crew.discord.slash(PEOPLE["alice"], "700", "away")
            assert "You still hold #1" in text(offer["message"])
            message, button = offer["message"]["id"], "away:hand_back:hand_back"
            await crew.discord.click(PEOPLE["alice"], "700", message, button)
        case _:
            person = Person(id=alice, name="Alice")
            place = Place(workspace="console", channel="support")
            offered = await stage.parts.baton.typed(person, place, "/away")
            assert "You still hold #1" in offered.text
            await stage.parts.baton.press(person, place, "away:hand_back", "hand_back")
    assert await called(stage, "Alice is away. Assigned to Bob.") == {re.split("[:/]", bob)[-1]}
    assert await stage.parts.store.read(lambda tx: tx.people.away()) == {alice}


async def _whispered(slack: Any) -> Any:
    shown = reversed(await slack.ephemerals(user="U0ALICE"))
    return next((one for one in shown if "You still hold #1" in str(one)), None)


async def test_one_person_on_slack_and_discord_links_both_accounts(tmp_path: Path) -> None:
    """The code comes from Slack and is entered on Discord: there they have the ticket too."""
    async with AsyncExitStack() as stack:
        stage = await staged("discord", "slack", tmp_path, stack)
        await stage.customer.write("I want to talk to a human")
        await called(stage, "#1 · Carol")
        await stage.crew.command("ticket claim")
        await stage.until(stage.crew, lambda words, _: "Held by Alice" in words, "the claim")
        slack, discord = stage.crew.slack, stage.customer.discord  # type: ignore[attr-defined]
        outsider = await discord.slash(PEOPLE["alice"], "700", "reply", ticket="1", text="Hello")
        assert "may do this" in text(outsider["message"])
        await slack.user("U0ALICE").command("/link", "", "C0TEAM")

        async def code() -> str | None:
            shown = str(await slack.ephemerals(user="U0ALICE"))
            found = re.search(r"/link ([A-Z2-9]{8})", shown)
            return found and found[1]

        given = await until(code, "the code")
        linked = await discord.slash(PEOPLE["alice"], "700", "link", code=given)
        assert "the same attendant as Alice" in text(linked["message"])
        await discord.slash(PEOPLE["alice"], "700", "reply", ticket="1", text="Hello from Discord")
        await stage.until(stage.customer, lambda words, _: "Hello from Discord" in words, "reply")
        ticket = await stage.parts.store.read(lambda tx: tx.tickets.get(1))
        assert ticket.holder == "slack:T0001/U0ALICE", "one attendant, by the id of the team's side"
