"""Killed at any boundary, Baton loses nothing, doubles nothing and keeps the order.

A ledger in another process stands for the platform and is never killed. It redelivers events until
they are acknowledged, as Slack does; Baton is killed at the failpoint and started again.
"""

from __future__ import annotations

import asyncio
import base64
import shutil
import signal
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot import failpoints
from tests.nursery import Program, program

SAID = [f"word {number}" for number in range(1, 5)]
ANSWER = "Have you tried the help pages?"
REPLIES = [f"answer {number}" for number in range(1, 5)]
# Passed in other places than this story: see test_console_*.py and test_erasure_crashes.py.
ELSEWHERE = {"console.posted", "privacy.unfiled", "privacy.scrubbed"}
# The n-th passing at which to die, so that the story is well under way.
DEEPER = {
    "store.before_commit": 14,
    "store.after_commit": 14,
    "receive.after_commit": 3,
    "lane.leased": 9,
    "lane.sending": 6,
    "lane.called": 6,
    "lane.recorded": 6,
}


class Crashing:
    """A ledger, and a Baton that may die at any time."""

    def __init__(self, folder: Path, stack: AsyncExitStack, *, knows_keys: bool) -> None:
        self.folder, self.stack, self.knows_keys = folder, stack, knows_keys
        self.session: aiohttp.ClientSession
        self.ledger = self.address = ""
        self.process: Program | None = None
        self.deaths = 0

    async def start(self, failpoint: str) -> None:
        self.session = await self.stack.enter_async_context(aiohttp.ClientSession())
        _, self.ledger = await self._spawn("tests.emulators.ledger")
        await self.start_baton(failpoint)

    async def start_baton(self, failpoint: str = "") -> None:
        self.process, self.address = await self._spawn(
            "tests.integration.process.baton",
            f"sqlite:///{self.folder}/baton.db",
            self.ledger,
            str(int(self.knows_keys)),
            f"{self.folder}/media",
            BATON_FAILPOINT=failpoint,
        )

    async def event(self, number: str, text: str, file: bytes = b"") -> None:
        """Delivered again and again until it is acknowledged."""
        body = {
            "id": number,
            "text": text,
            "at": time.time(),
            "file": base64.b64encode(file).decode(),
        }
        while await self._ask("POST", "/event", body) is None:
            await self.revive()

    async def command(self, line: str, text: str) -> None:
        """A person repeats a command only when they see that nothing came of it."""
        while await self._ask("POST", "/command", {"line": line}) is None:
            await self.revive()
            if text and text in (await self.state())["messages"]:
                return

    async def move(self, hours: float) -> None:
        """The clock stands in the process, so it is set again after a crash."""
        while await self._ask("POST", "/clock", {"hours": hours}) is None:
            await self.revive()

    async def until(self, ready: Any, hours: float = 0) -> dict[str, Any]:
        """Wait for a state, over crashes."""
        async with asyncio.timeout(60):
            while True:
                deaths = self.deaths
                state = await self.state()
                if ready(state):
                    return state
                if self.deaths != deaths and hours:
                    await self.move(hours)
                await asyncio.sleep(0.05)

    async def state(self) -> dict[str, Any]:
        while (state := await self._ask("GET", "/state")) is None:
            await self.revive()
        return dict(state)

    async def posts(self) -> list[dict[str, Any]]:
        async with self.session.get(f"{self.ledger}/posts") as answer:
            return list(await answer.json())

    async def revive(self) -> None:
        """Baton is dead by its failpoint: nothing else may kill it here."""
        assert self.process is not None
        assert await asyncio.wait_for(self.process.wait(), 60) == -signal.SIGKILL
        self.deaths += 1
        await self.start_baton()

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        """None when Baton died over it."""
        try:
            async with self.session.request(method, self.address + path, json=body) as answer:
                assert answer.status == 200, await answer.text()
                return await answer.json()
        except aiohttp.ClientError:
            return None

    async def _spawn(self, module: str, *args: str, **env: str) -> tuple[Program, str]:
        process = await program(module, *args, env=env)
        self.stack.push_async_callback(_end, process)
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        if not line and env.get("BATON_FAILPOINT"):
            assert await process.wait() == -signal.SIGKILL
            self.deaths += 1
            return await self._spawn(module, *args)
        return process, line.decode().strip()


async def _end(process: Program) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()


async def play(at: Crashing) -> None:
    """A contact and an attendant talk, and the contact falls silent for a day."""
    await at.event("q", "How do I pay?")
    await at.until(lambda state: len(state["messages"]) == 2 and not state["busy"])
    await at.event("m0", "human please")
    await at.until(lambda state: state["status"] == "open")
    for number, (said, reply) in enumerate(zip(SAID, REPLIES, strict=True), start=1):
        await at.event(f"m{number}", said, b"a picture" if number == 2 else b"")
        await at.command(f"/reply 1 {reply}", reply)
    await at.until(lambda state: state["waits"] and not state["busy"])
    await at.move(21)
    await at.until(lambda state: state["warned"], hours=21)
    await at.move(5)
    await at.until(lambda state: state["status"] == "closed" and not state["busy"], hours=26)


CASES = [
    (name, knows_keys)
    for name in failpoints.NAMES
    if name not in ELSEWHERE
    for knows_keys in (False, True)
    if not knows_keys or name == "lane.called"
]


@pytest.mark.parametrize(("name", "knows_keys"), CASES)
async def test_a_kill_loses_nothing_doubles_nothing_and_keeps_the_order(
    *, name: str, knows_keys: bool, tmp_path: Path, sqlite_template: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    async with AsyncExitStack() as stack:
        at = Crashing(tmp_path, stack, knows_keys=knows_keys)
        await at.start(f"{name}:{DEEPER.get(name, 1)}")
        await play(at)
        state, posts = await at.state(), await at.posts()
    assert at.deaths == 1, "the failpoint was not passed exactly once"
    assert state["dead"] == 0
    contact = [one["text"] for one in posts if one["channel"] == "dm:carol"]
    assert contact == [ANSWER, *REPLIES, "Still there?", "Closed for now."]
    thread = [one["text"] for one in posts if one["channel"] == "support"]
    shown = [text.removesuffix(" [photo.png]") for text in thread]
    talk = [text for text in shown if text in {*SAID, *REPLIES}]
    assert talk == [text for pair in zip(SAID, REPLIES, strict=True) for text in pair]
    assert Counter(thread).most_common(1)[0][1] == 1, "nothing stands there twice"


async def test_without_idempotency_the_same_kill_doubles(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: it is the look-up that prevents doubles, not luck."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    monkeypatch.setenv("LEDGER_BLIND", "1")
    async with AsyncExitStack() as stack:
        at = Crashing(tmp_path, stack, knows_keys=False)
        await at.start("lane.called:6")
        await play(at)
        posts = await at.posts()
    texts = [(one["channel"], one["text"]) for one in posts]
    assert Counter(texts).most_common(1)[0][1] == 2
