"""Whatever Discord's gateway sends: the connection stays, and the next message arrives."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest

from adapters.discord.gateway import Gateway
from bot import desk_file
from tests.emulators.discord import interactions, render
from tests.emulators.discord.app import Emulator
from tests.emulators.discord.client import Discord, library_pointed_at
from tests.emulators.discord.constants import InteractionType
from tests.emulators.discord.model import Interaction
from tests.emulators.discord.sessions import Session
from tests.fuzz import discord_acts, discord_events
from tests.fuzz.payloads import EXAMPLES, Breaking
from tests.fuzz.remembered import everything
from tests.integration.discord import world as discord_world
from tests.integration.discord.world import CHANNELS, GUILD, PEOPLE, DiscordWorld, at_work
from tests.world import keep_desk

_AT_ONCE = 20
_HANDLING = ("discord.py: on_", "discord-ui-")  # how discord.py names its tasks
_HELP = {"id": "1", "name": "help", "type": 1}
# What reading a payload may raise in the adapter, and what Discord answers to an answer that it did
# not ask for. The core never raises any of these.
_EXPECTED = (
    AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError,
    NotImplementedError, discord.DiscordException,
)  # fmt: skip


# discord.py's own tasks end in asyncio's log.
_READING = ("adapters.discord", "discord", "asyncio")


@dataclass
class Thrower:
    """Throws at the bot's session; what is pressed stands `below` a message."""

    emulator: Emulator
    world: DiscordWorld
    session: Session
    below: str
    helped: int = 0

    def throw(self, name: str, payload: Any) -> bool:
        """Half a surrogate is no Unicode, and so nothing that a gateway could send as JSON."""
        try:
            json.dumps(payload, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return False
        self.emulator.sessions.dispatch(self.session, name, payload)
        return True

    def prepared(
        self, act: discord_acts.Act, who: str = "alice"
    ) -> tuple[Interaction, dict[str, Any]]:
        world = self.emulator.world
        [app] = world.applications.values()
        channel = world.channel(CHANNELS["support"])
        interaction, payload = interactions.prepare(
            world,
            app=app,
            kind=act[0],
            user_id=PEOPLE[who],
            channel=channel,
            data=act[1],
            message=world.message(channel.id, self.below),
        )
        payload["message"]["components"] = discord_acts.shown(act)
        return interaction, payload

    async def through(self) -> None:
        """All that was thrown is done: what comes last is answered."""
        self.helped += 1
        last, payload = self.prepared((InteractionType.COMMAND, _HELP))
        self.throw("INTERACTION_CREATE", payload)
        await asyncio.wait_for(last.answered.wait(), 240)
        while busy := {one for one in asyncio.all_tasks() if one.get_name().startswith(_HANDLING)}:
            await asyncio.wait(busy)

    async def is_alive(self) -> None:
        """As the guild and the desk were, and for somebody of whom no payload speaks."""
        guild = self.emulator.world.guilds[GUILD]
        told = render.guild_create(self.emulator.world, guild, self.world.bot.user_id, 0)
        self.throw("GUILD_CREATE", told)
        await self.through()
        store = self.world.parts.store
        await store.transact(keep_desk, desk_file.parse(discord_world.DESK))
        await self.world.discord.post(PEOPLE["mallory"], CHANNELS["help"], "a refund, still there")
        await self.world.says(CHANNELS["billing"], "still there")
        assert self.emulator.sessions.live() == [self.session]


@asynccontextmanager
async def throwing(folder: Path, template: Path) -> AsyncIterator[Thrower]:
    async with Emulator() as emulator, Discord(emulator.world.base_url) as client:
        with library_pointed_at(client):
            bot = await discord_world.populated(client)
            chosen = discord_world.settings(folder, client, bot, template=template)
            async with at_work(chosen, client, bot) as world:
                [session] = emulator.sessions.live()
                below = await client.post(PEOPLE["alice"], CHANNELS["support"], "hello")
                yield Thrower(emulator, world, session, str(below["id"]))


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What went wrong beyond that the adapter cannot read a payload."""
    errors = [(one.name, one.exc_info[1]) for one in caplog.records if one.exc_info]
    return [
        f"{name}: {error!r}"
        for name, error in errors
        if name != "aiohttp.server"  # the emulator's
        and not (name.startswith(_READING) and isinstance(error, _EXPECTED))
    ]


def test_every_event_of_the_intents_is_known_here() -> None:
    gateway = Gateway(None, None, None, reads_everything=True)  # type: ignore[arg-type]
    wanted = {name for name, is_wanted in gateway.intents if is_wanted}
    assert wanted <= set(discord_events.BROUGHT)
    known = discord_events.of({"channels": [{}]})
    assert {name for brought in discord_events.BROUGHT.values() for name in brought} <= set(known)


async def test_whatever_comes_by_the_gateway(
    tmp_path: Path, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every event that discord.py reads, every command, completion, button, menu and form."""
    sent: Counter[str] = Counter()
    async with throwing(tmp_path, sqlite_template) as at:
        guild = at.emulator.world.guilds[GUILD]
        told = render.guild_create(at.emulator.world, guild, at.world.bot.user_id, 0)
        acts = discord_acts.all_of_them()
        good = {name: at.prepared(act)[1] for name, act in acts.items()}
        done = Breaking(good).examples(EXAMPLES)
        events = Breaking(discord_events.of(told)).examples(EXAMPLES)
        for number in range(EXAMPLES):
            if number % 2:
                name, payload = next(events)
            else:
                act, payload = next(done)
                name, payload = "INTERACTION_CREATE", _fresh(at, acts[act], good[act], payload)
            sent["thrown" if at.throw(name, payload) else "no Unicode"] += 1
            if not number % _AT_ONCE:
                with caplog.at_level(logging.ERROR):
                    await at.through()
                assert not faults(caplog), (number, faults(caplog))
                caplog.clear()
        await at.is_alive()
        answered = [one for one in at.emulator.world.interactions.values() if one.callback_type]
        sent["answered"] = len(answered)
    print(f"discord gateway: {dict(sent)}")  # noqa: T201 - what `make fuzz` shows


def _fresh(at: Thrower, act: discord_acts.Act, good: Any, broken: Any) -> Any:
    """Discord gives each an id and a token of its own, by which it is answered."""
    if isinstance(broken, dict):
        interaction, _ = at.prepared(act)
        for name, value in (("id", interaction.id), ("token", interaction.token)):
            if broken.get(name) == good[name]:
                broken[name] = value
    return broken


async def test_whatever_a_stranger_does_on_discord_writes_nothing(
    tmp_path: Path, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By somebody who is in no team; `/link`, `/help` and the panel are anybody's."""
    async with throwing(tmp_path, sqlite_template) as at:
        await at.world.discord.post(PEOPLE["carol"], CHANNELS["help"], "human please")
        await at.world.card()
        await at.world.settle()
        before = everything(tmp_path / "baton.db")
        acts = discord_acts.all_of_them()
        open_to_all = {"/link", "form link", "form help:open", "form help:more"}
        theirs = [one for one in acts.items() if one[0] not in open_to_all]
        asked = {}
        for number, (name, act) in enumerate(theirs[:: max(1, len(theirs) // EXAMPLES)]):
            asked[name], payload = at.prepared(act, "mallory")
            assert at.throw("INTERACTION_CREATE", payload)
            if not number % _AT_ONCE:
                await at.through()
        await at.through()
        assert [name for name, one in asked.items() if not one.callback_type] == []
        assert not [one.getMessage() for one in caplog.records if one.exc_info]
        written = everything(tmp_path / "baton.db") ^ before
    ids = (PEOPLE["mallory"], PEOPLE["alice"])  # who asks for help has a name from then on
    kept = tuple(f"people ('discord:900/{one}'" for one in ids)
    left = [row for row in written if not row.startswith(kept)]
    assert [row.split()[0] for row in left] == ["seen"] * at.helped  # Alice's own
