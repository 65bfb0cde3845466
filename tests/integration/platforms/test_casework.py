"""Tags, search, contact, history, transcript, snippets, blocks and practice on each platform."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.domain.desk import Snippet
from tests.integration.platforms.seats import Seat, keep_snippets, seated
from tests.integration.platforms.sides import PLATFORMS, Stage, staged

HELLO = Snippet(name="hello", text="Dear {contact}, {attendant} is looking into it.")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_work_around_a_ticket(platform: str, tmp_path: Path) -> None:
    """One world for all of it, as starting one takes longer than the rest."""
    async with AsyncExitStack() as stack:
        at = await staged(platform, platform, tmp_path, stack)
        await keep_snippets(at.parts, HELLO)
        alice = await seated(platform, at.parts, at.slack, at.discord, at.bot)
        await at.customer.write("I want to talk to a human about my invoice")
        await at.until(at.crew, lambda words, _: "about my invoice" in words, "the ticket")
        await finding(at, alice)
        await more(at, alice)
        assert await at.customer.reads() == ("", {}), "none of this reaches the contact"
        await canned(at, alice)
        await blocking(at, alice, platform)
        await practice(at, alice)
        if at.discord is not None:
            assert await at.discord.violations() == []


async def finding(at: Stage, alice: Seat) -> None:
    tagged = await alice.run("ticket tag", ticket="1", tags="VIP, billing")
    assert "tagged billing, vip" in tagged
    if at.slack or at.discord:  # all of a console's card is drawn from the same value
        await at.until(at.crew, lambda words, _: "billing, vip" in words, "the tags on the card")
    assert "Took vip from #1" in await alice.run("ticket untag", ticket="1", tags="vip")
    found = await alice.run("ticket search", query="invoi", tag="billing")
    assert "#1 · Carol · open" in found
    assert "about my invoice" in found
    assert "No ticket has" in await alice.run("ticket search", query="unicorn")
    assert "#1" in await alice.run("queue", tag="billing")
    assert "Tickets (1)" in await alice.run("ticket contact", ticket="1")
    assert "about my invoice" in await alice.run("ticket history", ticket="1")
    assert "The transcript of #1" in await alice.run("ticket transcript", ticket="1")
    async with asyncio.timeout(60):
        while not (kept := await alice.files()):
            await asyncio.sleep(0.05)
    assert b"about my invoice" in kept["ticket-1.md"]


async def more(at: Stage, alice: Seat) -> None:
    await alice.press_card("ticket:more")
    assert "urgent" in await alice.press("Priority")
    await alice.finish(priority="urgent")
    await at.until(at.crew, lambda words, _: "set the priority to urgent" in words, "priority")
    await alice.press_card("ticket:more")
    assert "billing" in await alice.press("Tags"), "tags in use are suggested"
    await alice.finish(tags="late")
    await at.until(at.crew, lambda words, _: "tagged it late" in words, "the tag")


async def canned(at: Stage, alice: Seat) -> None:
    shown = await alice.run("reply", ticket="1", snippet="hello")
    assert "Dear Carol, Alice is looking into it." in shown
    assert await at.customer.reads() == ("", {}), "a preview is not sent"
    await alice.press("Send")
    await at.until(at.customer, lambda words, _: "Dear Carol, Alice" in words, "the snippet")
    assert "hello" in await alice.press_card("ticket:reply")
    assert "Dear Carol" in await alice.fill(snippet="hello")
    assert "form" in await alice.press("Edit")
    await alice.finish(text="Dear Carol, edited by hand.")
    await at.until(at.customer, lambda words, _: "edited by hand" in words, "the edited one")


async def blocking(at: Stage, alice: Seat, platform: str) -> None:
    # Discord: a command with commands below it gets a last word of its own.
    block = "desk block add" if platform == "discord" else "desk block"
    assert "has open tickets: #1" in await alice.run(block, contact="1")
    assert "is blocked" in await alice.press("Block and close")
    await at.until(at.crew, lambda words, _: "the contact was blocked" in words, "the close")
    await at.customer.write("Hello? A human please")
    async with asyncio.timeout(60):
        while not (await at.parts.store.read(lambda tx: tx.blocks.all()))[0].kept_out:
            await asyncio.sleep(0.05)
    assert "1 message kept out" in await alice.run("desk block list")
    assert "is let in again" in await alice.run("desk unblock", contact="Carol")


async def practice(at: Stage, alice: Seat) -> None:
    assert "Practice ticket #2" in await alice.run("desk practice", scenario="refund")
    await at.until(at.crew, lambda words, _: "Nora Feld (practice)" in words, "the practice")
    await alice.run("reply", ticket="2", text="What is your order number?")
    await at.until(at.crew, lambda words, _: "48213" in words, "the played answer")
    words, _ = await at.customer.reads()
    assert "order number" not in words
