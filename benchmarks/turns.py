"""A bare SDK and Baton take turns, each a process of its own on its own kind of one emulator.

A turn is a burst of messages, and then some that come one after the other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bot.settings import Settings

Json = dict[str, Any]
CONTACTS = 6
LIMIT_S = 60.0
_ROUNDS, _BURST, _PACED = 3, 60, 30
_GAP_S = 0.05
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What the app has posted for a word: to the team or to the contact, and when."""

    word: str
    to_contact: bool
    at: float


@dataclass(kw_only=True)
class Side(ABC):
    """One app at work on its own platform, and what was measured of it."""

    pid: int
    sent: int = 0
    burst_s: float = 0.0
    burst: int = 0
    latencies: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    posts: int = 0

    @abstractmethod
    async def begin(self) -> None:
        """One open thread for each contact, in the order of their numbers."""

    @abstractmethod
    async def writes(self, contact: int, word: str) -> None:
        """A contact says a word."""

    @abstractmethod
    async def replies(self, contact: int, word: str) -> None:
        """An attendant says it to them."""

    @abstractmethod
    async def copies(self) -> list[Copy]:
        """All that the app has posted lately."""

    @abstractmethod
    async def posted(self) -> int:
        """How many posts it has made."""

    def figures(self) -> Json:
        ordered = sorted(self.latencies)
        return {
            "messages_per_s": round(self.burst / self.burst_s, 1),
            "p50_ms": round(1000 * ordered[len(ordered) // 2], 1),
            "p95_ms": round(1000 * ordered[int(len(ordered) * 0.95)], 1),
            "cpu_ms_per_message": round(1000 * self.cpu_s / self.sent, 2),
            "calls_per_message": round(self.posts / self.sent, 2),
        }


async def measured(opened: Callable[[str], AbstractAsyncContextManager[Side]]) -> Json:
    """`bare` and `baton` in turns, so that both see the same machine."""
    async with AsyncExitStack() as stack:
        sides = {kind: await stack.enter_async_context(opened(kind)) for kind in ("bare", "baton")}
        for side in sides.values():
            await side.begin()
            await _send(side, "warm", _BURST, gap=0.0)  # what is only done once is not measured
        for number in range(_ROUNDS):
            for side in sides.values():
                await _turn(side, number)
        found = {kind: side.figures() for kind, side in sides.items()}
    return {**found, "ratio": _ratio(found["bare"], found["baton"])}


def _ratio(bare: Json, baton: Json) -> Json:
    """Baton to bare; of messages a second more is better, of all else less."""
    return {name: round(baton[name] / bare[name], 2) for name in bare}


@asynccontextmanager
async def at_work(apps: str, kind: str, chosen: Settings) -> AsyncIterator[int]:
    """An app of that kind in its own process, ready; answers with its number."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", apps, kind, json.dumps(asdict(chosen))),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        if process.stdout is None or await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{kind} did not start")
        yield process.pid
    finally:
        process.kill()
        await process.wait()


async def _turn(side: Side, number: int) -> None:
    cpu, posts = _cpu(side.pid), await side.posted()
    began = time.time()
    done = await _send(side, f"burst{number}", _BURST, gap=0.0)
    side.burst += _BURST
    side.burst_s += max(at for _, at in done.values()) - began
    paced = await _send(side, f"paced{number}", _PACED, gap=_GAP_S)
    side.latencies += [there - sent for sent, there in paced.values()]
    await asyncio.sleep(0.5)
    side.sent += _BURST + _PACED
    side.cpu_s += _cpu(side.pid) - cpu
    side.posts += await side.posted() - posts


async def _send(side: Side, name: str, count: int, *, gap: float) -> dict[str, tuple[float, float]]:
    """Half of the messages from contacts, half replies; when each was sent, and was there."""
    sent: dict[str, float] = {}
    sending: list[Awaitable[Any]] = []
    for number in range(count):
        word = f"{name}x{number}x"
        sent[word] = time.time()
        says = side.replies if number % 2 else side.writes
        sending.append(asyncio.create_task(says(number // 2 % CONTACTS, word)))
        await asyncio.sleep(gap)
    await asyncio.gather(*sending)
    return await _arrived(side, sent)


async def _arrived(side: Side, sent: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Contacts' words where the team reads them, replies where the contacts do."""
    end = time.time() + LIMIT_S
    found: dict[str, tuple[float, float]] = {}
    while len(found) < len(sent):
        if time.time() > end:
            raise TimeoutError(f"{len(sent) - len(found)} messages did not arrive")
        await asyncio.sleep(0.2)
        for copy in await side.copies():
            if copy.word in sent and copy.to_contact == bool(int(copy.word.split("x")[1]) % 2):
                found[copy.word] = (sent[copy.word], copy.at)
    return found


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
