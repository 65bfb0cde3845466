"""Discord: bare discord.py and Baton take turns against one kind of emulator, each its own process.

Contacts write directly to the bot, attendants reply by slash command.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.slack_relay import BURST, CONTACTS, PACED, ROUNDS, _cpu, _ratio
from tests.emulators.discord.client import Discord, launched
from tests.integration.discord_world import CHANNELS, GUILD, PEOPLE, populated, settings, text

Json = dict[str, Any]
_GAP_S = 0.05
_LIMIT_S = 60.0
_POSTS = "POST /channels/{channel_id}/messages"
# Discord: ids count milliseconds since 2015 above their lowest 22 bits.
_EPOCH_MS, _BITS = 1_420_070_400_000, 22


@dataclass
class Side:
    """One app at work on its own Discord, and what was measured of it."""

    discord: Discord
    pid: int
    people: list[str]
    directs: list[str]
    sent: int = 0
    burst_s: float = 0.0
    burst: int = 0
    latencies: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    posts: int = 0

    def figures(self) -> Json:
        ordered = sorted(self.latencies)
        return {
            "messages_per_s": round(self.burst / self.burst_s, 1),
            "p50_ms": round(1000 * ordered[len(ordered) // 2], 1),
            "p95_ms": round(1000 * ordered[int(len(ordered) * 0.95)], 1),
            "cpu_ms_per_message": round(1000 * self.cpu_s / self.sent, 2),
            "calls_per_message": round(self.posts / self.sent, 2),
        }


async def measure(database: str = "") -> Json:
    """`bare` and `baton` in turns, so that both see the same machine."""
    async with AsyncExitStack() as stack:
        sides = {
            kind: await stack.enter_async_context(_side(kind, database))
            for kind in ("bare", "baton")
        }
        for side in sides.values():
            await _begin(side)
            await _send(side, "warm", BURST, gap=0.0)  # what is only done once is not measured
        for number in range(ROUNDS):
            for side in sides.values():
                await _round(side, number)
        found = {kind: side.figures() for kind, side in sides.items()}
    return {**found, "ratio": _ratio(found["bare"], found["baton"])}


@asynccontextmanager
async def _side(kind: str, database: str) -> AsyncIterator[Side]:
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
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.discord_apps", kind),
                json.dumps(asdict(chosen)),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                if process.stdout is None or await process.stdout.readline() != b"ready\n":
                    raise RuntimeError(f"{kind} did not start")
                yield Side(discord=discord, pid=process.pid, people=people, directs=directs)
            finally:
                process.kill()
                await process.wait()


async def _begin(side: Side) -> None:
    """One open thread for each contact, in the order of their numbers."""
    for number in range(CONTACTS):
        await _write(side, number, f"a human please, says {number}")

        async def opened(count: int = number + 1) -> bool:
            return len(await side.discord.threads(GUILD)) == count

        await side.discord.wait_for(opened, within=_LIMIT_S)
    await asyncio.sleep(1)


async def _write(side: Side, contact: int, words: str) -> None:
    await side.discord.post(side.people[contact], side.directs[contact], words)


async def _round(side: Side, number: int) -> None:
    cpu, posts = _cpu(side.pid), await side.discord.count(_POSTS)
    began = time.time()
    done = await _send(side, f"burst{number}", BURST, gap=0.0)
    side.burst += BURST
    side.burst_s += max(at for _, at in done.values()) - began
    paced = await _send(side, f"paced{number}", PACED, gap=_GAP_S)
    side.latencies += [there - sent for sent, there in paced.values()]
    await asyncio.sleep(0.5)
    side.sent += BURST + PACED
    side.cpu_s += _cpu(side.pid) - cpu
    side.posts += await side.discord.count(_POSTS) - posts


async def _send(side: Side, name: str, count: int, *, gap: float) -> dict[str, tuple[float, float]]:
    """Half of the messages from contacts, half replies; when each was sent, and was there."""
    sent: dict[str, float] = {}
    sending: list[Awaitable[Any]] = []
    for number in range(count):
        word = f"{name}x{number}x"
        sent[word] = time.time()
        sending.append(asyncio.create_task(_one(side, number, word)))
        await asyncio.sleep(gap)
    await asyncio.gather(*sending)
    return await _arrived(side, sent)


async def _one(side: Side, number: int, word: str) -> None:
    contact = number // 2 % CONTACTS
    if number % 2:
        values = {"ticket": str(contact + 1), "text": word}
        await side.discord.slash(PEOPLE["alice"], CHANNELS["support"], "reply", **values)
    else:
        await _write(side, contact, word)


async def _arrived(side: Side, sent: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Contacts' words in the team's threads, replies in the contacts' direct messages."""
    end = time.time() + _LIMIT_S
    found: dict[str, tuple[float, float]] = {}
    threads = [one["id"] for one in await side.discord.threads(GUILD)]
    while len(found) < len(sent):
        if time.time() > end:
            raise TimeoutError(f"{len(sent) - len(found)} messages did not arrive")
        await asyncio.sleep(0.2)
        for channels, odd in ((threads, 0), (side.directs, 1)):
            for channel in channels:
                for word, at in await _copies(side, channel):
                    if word in sent and int(word.split("x")[1]) % 2 == odd:
                        found[word] = (sent[word], at)
    return found


async def _copies(side: Side, channel: str) -> list[tuple[str, float]]:
    """The bot's own posts: their last line, and when they were made."""
    return [
        (_word(text(one)), ((int(one["id"]) >> _BITS) + _EPOCH_MS) / 1000)
        for one in await side.discord.messages(channel)
        if one["author"].get("bot")
    ]


def _word(words: str) -> str:
    return next((one for one in words.split() if one.endswith("x")), "")
