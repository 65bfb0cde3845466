"""On each platform the copies really disappear, with their files and their threads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.erasure import Progress
from bot.domain.identity import Person, Place
from bot.domain.states import Status
from tests.integration.discord.world import PEOPLE
from tests.integration.platforms.sides import (
    PLATFORMS,
    ConsoleCrew,
    Crew,
    DiscordCrew,
    SlackCrew,
    Stage,
    staged,
)

SECRET = "zanzibarword"
ANSWER = "ourreplyword"
PICTURE = ("ticketphoto.png", b"\x89PNG\r\n\x1a\n" + b"picture" * 20)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_copies_are_gone(platform: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        stage = await staged(platform, platform, tmp_path, stack)
        await stage.customer.write(f"I want a human, {SECRET}")
        await stage.until(stage.crew, lambda words, _: SECRET in words, "the contact's message")
        await stage.customer.write(f"look {SECRET}", PICTURE)
        await stage.until(stage.crew, lambda _, files: PICTURE[0] in files, "the picture")
        await stage.crew.command(f"reply {ANSWER}")
        await stage.until(stage.customer, lambda words, _: ANSWER in words, "the reply")
        await stage.crew.command("ticket close")
        await _until(lambda: stage.parts.store.read(lambda tx: tx.tickets.get(1)), _is_closed)
        await _until(lambda: stage.parts.store.read(_busy), lambda busy: not busy)
        contact, name = await stage.parts.store.read(_contact)
        await _erase(stage, contact, name)
        await _until(lambda: stage.parts.store.read(lambda tx: tx.privacy.recent(1)), _is_done)
        [done] = await stage.parts.store.read(lambda tx: tx.privacy.recent(1))
        assert done.remnants == ()
        words, files = await stage.crew.reads()
        assert (SECRET in words, ANSWER in words, files) == (False, False, {})
        assert name not in words.replace("Erased contact", "")
        words, _ = await stage.customer.reads()
        assert ANSWER not in words
        await _threads_are_gone(stage.crew)


async def _erase(stage: Stage, contact: str, name: str) -> None:
    """By slash command, as an admin there types it."""
    match stage.crew:
        case SlackCrew(slack=slack):
            alice = slack.user("U0ALICE")
            typed = f"erase {contact} confirm={name}"
            await alice.command("/privacy", typed, "C0TEAM")
        case DiscordCrew(discord=discord):  # which shows admins' commands to admins alone
            role = await discord.create_role("900", "Admins", permissions=["manage_guild"])
            await discord.set_member("900", PEOPLE["alice"], roles=[_id(role)])
            await discord.slash(
                PEOPLE["alice"], "700", "privacy erase", contact=contact, confirm=name
            )
        case ConsoleCrew(parts=parts):
            alice = Person(id="console:alice", name="Alice")
            place = Place(workspace="console", channel="support")
            answer = await parts.baton.typed(alice, place, f"/privacy erase {contact} {name}")
            assert answer.ok, answer.text


def _id(made: Any) -> str:
    return str(made["id"] if isinstance(made, dict) else made)


async def _threads_are_gone(crew: Crew) -> None:
    """Discord: a thread is named after the contact."""
    if isinstance(crew, DiscordCrew):
        assert await crew.discord.threads("900") == []


async def _until(look: Callable[[], Awaitable[Any]], found: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(60):
        while not found(await look()):
            await asyncio.sleep(0.05)


def _is_closed(ticket: Any) -> bool:
    return bool(ticket.status is Status.CLOSED)


def _is_done(erasures: Any) -> bool:
    return bool(erasures) and erasures[0].progress is Progress.DONE


def _busy(tx: Any) -> int:
    """Nobody is erased while a message of theirs is on its way."""
    states = tx.outbox.backlog(datetime.now(UTC)).by_state
    return int(states.get("pending", 0) + states.get("sending", 0))


def _contact(tx: Any) -> tuple[str, str]:
    conversation = tx.conversations.get(1)
    return conversation.contact, conversation.contact_name
