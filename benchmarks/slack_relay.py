"""Slack: bare SDK and Baton take turns against one kind of emulator, each in its own process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from storage.migrate import migrate
from tests.emulators.slack.client import Slack, separate_process
from tests.integration.slack_world import populated, settings

Json = dict[str, Any]
CONTACTS = 6
ROUNDS = 3
BURST = 60
PACED = 30
_GAP_S = 0.05
_LIMIT_S = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Side:
    """One app at work on its own Slack, and what was measured of it."""

    slack: Slack
    pid: int
    roots: list[Json] = field(default_factory=list)
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


def _ratio(bare: Json, baton: Json) -> Json:
    """Baton to bare; of messages a second more is better, of all else less."""
    return {name: round(baton[name] / bare[name], 2) for name in bare}


@asynccontextmanager
async def _side(kind: str, database: str) -> AsyncIterator[Side]:
    with tempfile.TemporaryDirectory() as folder:
        async with separate_process() as slack:
            chosen = await _settings(slack, Path(folder), database)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.slack_apps", kind, json.dumps(asdict(chosen))),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                if process.stdout is None or await process.stdout.readline() != b"ready\n":
                    raise RuntimeError(f"{kind} did not start")
                yield Side(slack=slack, pid=process.pid)
            finally:
                process.kill()
                await process.wait()


async def _settings(slack: Slack, folder: Path, database: str) -> Any:
    template = folder / "template.db"
    await asyncio.to_thread(migrate, f"sqlite:///{template}")
    app = await populated(slack)
    await slack.config(message_rate=0)
    people = [f"U1C{number}" for number in range(CONTACTS)]
    for person in people:
        await slack.add_user(person, name=person.lower())
    members = ["U0APPBOT", "U0ALICE", *people]
    await slack.add_channel("C0HELP", name="help", members=members)
    chosen = settings(folder, app, slack.api_url, template)
    return replace(chosen, database_url=database) if database else chosen


async def _begin(side: Side) -> None:
    """One open thread for each contact, in the order of their numbers."""
    for number in range(CONTACTS):
        text = f"a refund for {number}"
        side.roots.append(await side.slack.user(f"U1C{number}").post("C0HELP", text))
        await side.slack.wait_for_message("C0TEAM", text, within=_LIMIT_S)
        if number == 0:
            await asyncio.sleep(1)


async def _round(side: Side, number: int) -> None:
    cpu, posts = _cpu(side.pid), (await side.slack.counts()).get("chat.postMessage", 0)
    began = time.time()
    done = await _send(side, f"burst{number}", BURST, gap=0.0)
    side.burst += BURST
    side.burst_s += max(at for _, at in done.values()) - began
    paced = await _send(side, f"paced{number}", PACED, gap=_GAP_S)
    side.latencies += [there - sent for sent, there in paced.values()]
    await asyncio.sleep(0.5)
    side.sent += BURST + PACED
    side.cpu_s += _cpu(side.pid) - cpu
    side.posts += (await side.slack.counts()).get("chat.postMessage", 0) - posts


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
        await side.slack.user("U0ALICE").command("/reply", f"{contact + 1} {word}", "C0TEAM")
    else:
        root = side.roots[contact]
        await side.slack.user(f"U1C{contact}").post("C0HELP", word, thread=root)


async def _arrived(side: Side, sent: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Contacts' words in the team's channel, replies in the contacts'."""
    end = time.time() + _LIMIT_S
    found: dict[str, tuple[float, float]] = {}
    while len(found) < len(sent):
        if time.time() > end:
            raise TimeoutError(f"{len(sent) - len(found)} messages did not arrive")
        await asyncio.sleep(0.2)
        for channel, odd in (("C0TEAM", 0), ("C0HELP", 1)):
            for message in await side.slack.messages(channel):
                word = str(message["text"])
                at = float(message["ts"])
                is_copy = message.get("bot_id") and word in sent
                if is_copy and int(word.split("x")[1]) % 2 == odd:
                    found[word] = (sent[word], at)
    return found


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
