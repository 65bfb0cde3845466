"""A whole Baton on the Discord emulator, over real sockets: people act in Discord, and see it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from bot import main
from bot.parts import Parts
from bot.settings import Settings
from tests.emulators.discord.app import Emulator
from tests.emulators.discord.client import Bot, Discord, library_pointed_at

Json = dict[str, Any]
GUILD = "900"
CHANNELS = {"help": "600", "quiet": "610", "support": "700", "billing": "710"}
PEOPLE = {"alice": "77", "bob": "78", "dana": "79", "carol": "80", "mallory": "81"}
ROLE = "55"
# Longer than anything takes here, so that a busy machine fails no test.
PATIENCE_S = 60.0
# What is put off when it takes longer, and what happens by itself now and then.
_MOMENTS = ("answering._PROMPT", "board._EVERY", "tags._EVERY")
DESK = """
[[team]]
name = "support"
workspace = "discord:900"
channel = "700"
members = ["discord:900/77", "discord-role:900/55"]
supervisors = ["discord:900/77"]
notify = ["discord-role:900/55"]
[[team]]
name = "billing"
workspace = "discord:900"
channel = "710"
members = ["discord:900/79"]
[[channel]]
workspace = "discord:900"
channel = "600"
team = "support"
[[channel]]
workspace = "discord:900"
channel = "610"
team = "support"
threads = "private"
[[channel]]
workspace = "discord:900"
channel = "dm"
team = "support"
[[rule]]
name = "refunds"
when.keyword = ["refund"]
priority = "high"
team = "billing"
[admin]
members = ["discord:900/77"]
"""


@dataclass
class DiscordWorld:
    """`parts` is the Baton at work; the rest are the people."""

    discord: Discord
    bot: Bot
    parts: Parts

    async def card(self, number: int = 1, channel: str = CHANNELS["support"]) -> Json:
        """The card of a ticket, above its thread."""

        async def there() -> list[Json]:
            return [m for m in await self.discord.messages(channel) if f"#{number} · " in text(m)]

        found: list[Json] = await self.discord.wait_for(there, within=PATIENCE_S)
        return found[0]

    async def thread(self, number: int = 1, channel: str = CHANNELS["support"]) -> str:
        """The ticket's thread, open below the card, and known to Baton as that: what is typed in it
        is about the ticket. Discord: it has the id of the card.
        """
        found = str((await self.card(number, channel))["id"])
        await self.until(lambda tx: tx.threads.at(f"discord:{GUILD}", channel, found))
        return found

    async def says(self, channel: str, words: str, *, within: float = PATIENCE_S) -> Json:
        """A message there with these words, wherever in it they stand."""

        async def there() -> list[Json]:
            try:
                return [m for m in await self.discord.messages(channel) if words in text(m)]
            except Exception:  # noqa: BLE001 - the thread is not there yet
                return []

        found: list[Json] = await self.discord.wait_for(there, within=within)
        return found[-1]

    async def texts(self, channel: str) -> list[str]:
        return [text(one) for one in await self.discord.messages(channel)]

    async def direct(self, who: str = "carol") -> str:
        return await self.discord.dm_channel(PEOPLE[who], self.bot)

    async def press(self, who: str, number: int, action: str) -> Json:
        """Press a button of a ticket's card."""
        card = await self.card(number)
        custom_id = f"ticket:{action}:{number}"
        begun = await self.discord.click(PEOPLE[who], CHANNELS["support"], card["id"], custom_id)
        return await self.answered(begun)

    async def answered(self, begun: Json) -> Json:
        return await answered(self.discord, begun)

    async def settle(self) -> None:
        """Whatever Baton has taken in is sent, and recorded as that."""
        await asyncio.wait_for(self.parts.courier.settle_down(), PATIENCE_S)

    async def read(self, unit: Any) -> Any:
        return await self.parts.store.read(unit)

    async def until(self, unit: Any) -> Any:
        """Wait for what Baton remembers to become so."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := await self.read(unit)):
                await asyncio.sleep(0.02)
        return found

    async def is_up(self) -> None:
        """Connected, and caught up with everything."""
        async with asyncio.timeout(PATIENCE_S):
            while any(one.unready() for one in self.parts.platforms) or await self.read(_behind):
                await asyncio.sleep(0.02)


async def answered(discord: Discord, begun: Json) -> Json:
    """An interaction with its answer, also where that was put off."""

    async def there() -> Json | None:
        now = await discord.interaction(begun)
        return now if now["modal"] or (now["message"] or {}).get("content") else None

    found: Json = await discord.wait_for(there, within=PATIENCE_S)
    return found


def _behind(tx: Any) -> bool:
    return any(one.catching_up for one in tx.sources.of(f"discord:{GUILD}"))


def text(message: Json) -> str:
    """All that one reads on a message."""
    parts = [message.get("content", "")]
    for embed in message.get("embeds", []):
        parts += [embed.get(name, "") for name in ("title", "description")]
        parts += [embed.get("author", {}).get("name", ""), embed.get("footer", {}).get("text", "")]
    parts += words_in(message.get("components", []))
    return "\n".join(part for part in parts if part)


def words_in(components: list[Json]) -> list[str]:
    """The texts of Components V2."""
    found = []
    for one in components:
        if one["type"] == 10:
            found.append(one["content"])
        found += words_in(one.get("components", []))
    return found


async def populated(discord: Discord, *, privileged: tuple[str, ...] = ("message_content",)) -> Bot:
    """A guild with channels for contacts and teams, and its people."""
    await discord.settings(rate_limits=False)
    bot = await discord.create_bot(privileged=privileged)
    await discord.create_guild("Acme", guild_id=GUILD)
    await discord.add_bot(GUILD, bot)
    await discord.create_role(GUILD, "Support crew", role_id=ROLE, mentionable=True)
    for name, channel in CHANNELS.items():
        await discord.create_channel(GUILD, name, channel_id=channel)
    for name, user in PEOPLE.items():
        await discord.create_user(
            name, user_id=user, display_name=name.capitalize(), guilds=[GUILD]
        )
    await discord.set_member(GUILD, PEOPLE["bob"], roles=[ROLE])
    return bot


def settings(
    folder: Path,
    discord: Discord,
    bot: Bot,
    desk: str = DESK,
    *,
    template: Path | None = None,
    **more: Any,
) -> Settings:
    """On a copy of a migrated database where there is one: migrating takes longer than a test."""
    if template is not None:
        shutil.copy(template, folder / "baton.db")
    (folder / "desk.toml").write_text(desk, encoding="utf-8")
    return Settings(
        database_url=f"sqlite:///{folder / 'baton.db'}",
        desk=str(folder / "desk.toml"),
        media_url=str(folder / "media"),
        console="off",
        secret_key="the key of this test",
        discord_bot_token=bot.token,
        discord_api_url=discord.api_url,
        discord_gateway_url=discord.gateway_url,
        discord_cdn_url=discord.cdn_url,
        **more,
    )


@asynccontextmanager
async def emulated() -> AsyncIterator[Discord]:
    async with Emulator() as emulator, Discord(emulator.world.base_url) as discord:
        with library_pointed_at(discord):
            yield discord


@asynccontextmanager
async def unhurried(discord: Discord) -> AsyncIterator[None]:
    """However busy the machine is: Discord waits for answers, Baton puts none off, and it refreshes
    only when it is told to.
    """
    await discord.settings(interaction_answer=4 * PATIENCE_S)
    with ExitStack() as stack:
        for moment in _MOMENTS:
            stack.enter_context(mock.patch(f"adapters.discord.{moment}", 3600.0))
        yield


@asynccontextmanager
async def at_work(chosen: Settings, discord: Discord, bot: Bot) -> AsyncIterator[DiscordWorld]:
    """A Baton that runs as long as the block."""
    async with unhurried(discord), main.assembled(chosen) as parts, main.working(parts):
        world = DiscordWorld(discord, bot, parts)
        await world.is_up()
        yield world


@asynccontextmanager
async def started(folder: Path, template: Path, **guild: Any) -> AsyncIterator[DiscordWorld]:
    """A guild with its people and a Baton in it, which breaks none of Discord's rules."""
    async with emulated() as discord:
        bot = await populated(discord, **guild)
        chosen = settings(folder, discord, bot, template=template)
        async with at_work(chosen, discord, bot) as world:
            yield world
        assert [(one["route"], one["problem"]) for one in await discord.violations()] == []
