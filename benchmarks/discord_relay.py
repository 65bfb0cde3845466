"""Discord: bare discord.py and Baton. Contacts write directly, attendants reply by command."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from benchmarks.turns import CONTACTS, LIMIT_S, Copy, Json, Side, at_work, measured
from tests.emulators.discord.client import Discord, launched
from tests.integration.discord.world import CHANNELS, GUILD, PEOPLE, populated, settings, text

_POSTS = "POST /channels/{channel_id}/messages"
# Discord: ids count milliseconds since 2015 above their lowest 22 bits.
_EPOCH_MS, _BITS = 1_420_070_400_000, 22


@dataclass(kw_only=True)
class DiscordSide(Side):
    discord: Discord
    people: list[str]
    directs: list[str]
    threads: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        for number in range(CONTACTS):
            await self.writes(number, f"a human please, says {number}")

            async def opened(count: int = number + 1) -> bool:
                return len(await self.discord.threads(GUILD)) == count

            await self.discord.wait_for(opened, within=LIMIT_S)
        await asyncio.sleep(1)
        self.threads = [one["id"] for one in await self.discord.threads(GUILD)]

    async def writes(self, contact: int, word: str) -> None:
        await self.discord.post(self.people[contact], self.directs[contact], word)

    async def replies(self, contact: int, word: str) -> None:
        alice, channel, ticket = PEOPLE["alice"], CHANNELS["support"], str(contact + 1)
        await self.discord.slash(alice, channel, "reply", ticket=ticket, text=word)

    async def copies(self) -> list[Copy]:
        """The bot's own posts: their last line, and when they were made."""
        return [
            Copy(word=_word(text(one)), to_contact=to_contact, at=_made(one["id"]))
            for channels, to_contact in ((self.threads, False), (self.directs, True))
            for channel in channels
            for one in await self.discord.messages(channel)
            if one["author"].get("bot")
        ]

    async def posted(self) -> int:
        return await self.discord.count(_POSTS)


async def measure(database: str = "") -> Json:
    return await measured(partial(_side, database))


@asynccontextmanager
async def _side(database: str, kind: str) -> AsyncIterator[Side]:
    with tempfile.TemporaryDirectory() as folder:
        async with launched() as discord:
            bot = await populated(discord)
            people = [
                await discord.create_user(f"contact{number}", guilds=[GUILD])
                for number in range(CONTACTS)
            ]
            directs = [await discord.dm_channel(person, bot) for person in people]
            chosen = settings(Path(folder), discord, bot)
            chosen = replace(chosen, database_url=database) if database else chosen
            async with at_work("benchmarks.discord_apps", kind, chosen) as pid:
                yield DiscordSide(discord=discord, pid=pid, people=people, directs=directs)


def _made(identity: str) -> float:
    """When something with this id was made, in seconds since 1970."""
    return ((int(identity) >> _BITS) + _EPOCH_MS) / 1000


def _word(words: str) -> str:
    return next((one for one in words.split() if one.endswith("x")), "")
