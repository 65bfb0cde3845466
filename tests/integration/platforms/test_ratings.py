"""A contact is asked for a rating after a close, where the team wants it, and never else."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.console import places
from adapters.console.inbound import Inbound
from bot.domain.card import Button, Post
from bot.domain.identity import Person
from bot.domain.states import Status
from tests.integration.discord.world import PEOPLE
from tests.integration.platforms.sides import PLATFORMS, Stage, staged
from tests.world import World

HUMAN = "I want to talk to a human about my invoice"
GONE = "Thank you, but what was said here has been deleted, so it cannot be rated any more."
ASKS = "How did we do? 1 is poor, 5 is very good."


async def closed(world: World) -> None:
    await world.change_team("support", rating=True, rating_text_in={"pt": "Como foi?"})
    await world.write("human please")
    await world.run("alice", "/reply 1 We are on it.")
    await world.run("alice", "/ticket close 1")


def question(world: World) -> Post:
    """The newest question for a rating that the contact sees."""
    shown = [one.content for one in world.outlet.posts if one.place.channel == "dm:carol"]
    posts = [one for one in shown if isinstance(one, Post) and one.text == ASKS]
    return posts[-1]


async def test_off_by_default(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 We are on it.")
    await world.run("alice", "/ticket close 1")
    assert ASKS not in world.heard()


async def test_the_contact_chooses_and_may_choose_anew(world: World) -> None:
    await closed(world)
    assert world.heard().count(ASKS) == 1
    assert [one.label for one in question(world).buttons] == ["1", "2", "3", "4", "5"]
    assert (await world.press("carol", "rating:4", "1")).text == "Thank you. You chose 4 of 5."
    assert (await world.ticket()).rating == 4
    assert question(world).aside == "You chose 4 of 5."
    await world.press("carol", "rating:4", "1")
    assert world.seen().count("Carol rated it 4 of 5.") == 1
    await world.press("carol", "rating:5", "1")
    assert (await world.ticket()).rating == 5
    assert "Carol rated it 5 of 5." in world.seen()


@pytest.mark.parametrize("who", ["alice", "bob", "eve"])
async def test_nobody_else_chooses(world: World, who: str) -> None:
    await closed(world)
    refused = await world.press(who, "rating:1", "1")
    assert (refused.ok, refused.text) == (False, "Only Carol is asked for a rating here.")
    assert (await world.ticket()).rating is None


@pytest.mark.parametrize(
    ("action", "value"),
    [("rating:6", "1"), ("rating:0", "1"), ("rating:x", "1"), ("rating:3", "99"), ("rating:", "")],
)
async def test_what_no_button_says_is_refused(world: World, action: str, value: str) -> None:
    await closed(world)
    assert not (await world.press("carol", action, value)).ok
    assert (await world.ticket()).rating is None


async def test_a_late_choice_is_answered_kindly(world: World) -> None:
    await closed(world)
    await world.passes(timedelta(days=8))
    late = await world.press("carol", "rating:3", "1")
    assert late.text.startswith("Thank you, but this rating is over.")
    assert (await world.ticket()).rating is None


async def test_after_a_reopening_the_next_close_asks_anew(world: World) -> None:
    await closed(world)
    await world.press("carol", "rating:2", "1")
    await world.run("alice", "/ticket reopen 1")
    assert "You can rate it when it is done" in (await world.press("carol", "rating:1", "1")).text
    await world.run("alice", "/reply 1 Now it is done.")
    await world.run("alice", "/ticket close 1")
    asked = [
        one.content
        for one in world.outlet.posts
        if one.place.channel == "dm:carol" and isinstance(one.content, Post)
    ]
    questions = [one for one in asked if one.text == ASKS]
    assert [len(one.buttons) for one in questions] == [0, 5], "the old one's buttons are gone"
    await world.press("carol", "rating:5", "1")
    assert (await world.ticket()).rating == 5


async def test_nobody_is_asked_where_nobody_answered_or_silence_closed_it(world: World) -> None:
    await world.change_team("support", rating=True)
    await world.write("human please")
    await world.run("alice", "/ticket close 1")
    assert ASKS not in world.heard()
    await world.write("human please", who="dan")
    await world.run("alice", "/reply 2 Are you there?")
    await world.passes(timedelta(hours=21))
    await world.passes(timedelta(hours=25))
    assert (await world.ticket(2)).closed_by == "baton"
    assert ASKS not in world.heard("dan")


async def test_nobody_is_asked_in_practice(world: World) -> None:
    await world.change_team("support", rating=True)
    await world.run("bob", "/desk practice refund")
    await world.run("bob", "/reply 1 We are on it.")
    await world.run("bob", "/ticket close 1")
    assert (await world.ticket()).status is Status.CLOSED
    assert ASKS not in [one.text for one in await world.messages()]


async def test_a_choice_for_what_was_deleted_is_answered_kindly(world: World) -> None:
    """The button may still be there, on its way to be removed, or out of Baton's reach."""
    await closed(world)
    assert (await world.run("alice", "/privacy erase carol Carol")).ok
    gone = await world.press("carol", "rating:3", "1")
    assert (gone.ok, gone.text) == (False, GONE)
    assert (await world.ticket()).rating is None


async def test_a_question_whose_time_to_be_kept_is_over_is_answered_kindly(world: World) -> None:
    await closed(world)
    asked = (await world.ticket()).rating_ask_id
    assert asked is not None
    await world.store.transact(lambda tx: tx.privacy.forget_messages([asked]))
    assert (await world.press("carol", "rating:3", "1")).text == GONE


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_on_every_platform_in_the_contacts_own_place(platform: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        at = await staged(platform, platform, tmp_path, stack, "rating = true")
        await at.customer.write(HUMAN)
        await at.until(at.crew, lambda words, _: "about my invoice" in words, "the ticket")
        await at.crew.command("reply We are on it.")
        await at.until(at.customer, lambda words, _: "We are on it" in words, "the reply")
        await at.crew.command("ticket close")
        await at.until(at.customer, lambda words, _: "How did we do?" in words, "the question")
        await choose(at, platform, "4")
        await at.until(at.crew, lambda words, _: "rated it 4 of 5" in words, "the rating")
        await at.until(at.customer, lambda words, _: "You chose 4 of 5" in words, "the choice")
        ticket = await at.parts.store.read(lambda tx: tx.tickets.get(1))
        assert ticket.rating == 4
        if at.discord is not None:
            assert await at.discord.violations() == []


async def choose(at: Stage, platform: str, stars: str) -> None:
    """Carol presses a button of the question."""
    customer: Any = at.customer
    if platform == "slack":
        [asked] = [
            one
            for one in await customer.slack.messages(customer.channel)
            if "How did we do?" in one["text"]
        ]
        await customer.carol.click(asked, f"rating:{stars}")
    elif platform == "discord":
        [asked] = [
            one
            for one in await customer.discord.messages(customer.channel)
            if "How did we do?" in one["content"]
        ]
        press = customer.discord.click
        await press(PEOPLE["carol"], customer.channel, asked["id"], f"rating:{stars}:1")
    else:
        carol = Person(id="console:carol", name="Carol")
        button = Button(action=f"rating:{stars}", label=stars, value="1")
        await Inbound(at.parts.baton).press(carol, places.direct(carol.id), button)
    await asyncio.sleep(0)
