"""Baton's process: started, stopped, killed, frozen, started again."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from bot.settings import Settings

_START_S = 60.0
_LIFE_S = 120.0


class DiedByItself(Exception):
    """Baton ended although nobody had killed it."""

    def __init__(self, ending: str, log: str) -> None:
        super().__init__(f"Baton {ending}, and nobody had killed it. Its log ends with:\n{log}")


@dataclass
class Program:
    """One Baton on one database; `story` says when what became of it."""

    platform: str
    settings: Settings
    log: Path
    nursery: asyncio.subprocess.Process
    kills: int = 0
    story: list[tuple[float, str]] = field(default_factory=list)
    pid: int = 0

    async def start(self, failpoint: str = "", *, freeze_at: int = 0) -> None:
        """Until it works; `failpoint` may end it before that."""
        chosen = asdict(replace(self.settings, failpoint=failpoint))
        line = json.dumps({"settings": chosen, "freeze_at": freeze_at})
        if self.nursery.stdin is not None:
            self.nursery.stdin.write(f"{line}\n".encode())
        self.pid = int((await self._hears(_START_S)).removeprefix("pid "))
        self._tell(f"started {failpoint}")
        self._heed(await self._hears(_START_S))
        self.kills += not self.pid

    async def kill_after(self, busy: Callable[[], Awaitable[None]], seconds: float) -> None:
        """Let it live until it is `busy` and that long, unless a failpoint ends it before."""
        if not self.pid:
            return
        ended = asyncio.create_task(self._hears(_LIFE_S))
        waiting = asyncio.ensure_future(busy())
        await asyncio.wait({ended, waiting}, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({ended}, timeout=seconds)
        if not ended.done():
            os.kill(self.pid, signal.SIGKILL)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        self._heed(await ended)
        self.kills += 1

    async def stop(self) -> None:
        """In peace, by SIGTERM."""
        os.kill(self.pid, signal.SIGTERM)
        ending = await self._hears(_START_S)
        self._tell(ending)
        self.pid = 0
        if ending != "ended 0":
            raise DiedByItself(ending, self.written[-3000:])

    def freeze(self) -> None:
        """SIGSTOP, until `thaw`."""
        os.kill(self.pid, signal.SIGSTOP)
        self._tell("frozen")

    async def frozen(self, within: float) -> None:
        """Until it has frozen itself, as it was started to. Raises `TimeoutError`."""
        self._tell(await self._hears(within))

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self._tell("thawed")

    async def end(self) -> None:
        """SIGKILL, if it lives."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self._heed(await self._hears(_START_S))

    async def leave(self) -> None:
        """Nothing is left behind, whatever the nursery and its child are doing."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.nursery.pid, signal.SIGKILL)
        await self.nursery.wait()

    @property
    def written(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    async def _hears(self, within: float) -> str:
        if self.nursery.stdout is None:
            return ""
        line = await asyncio.wait_for(self.nursery.stdout.readline(), within)
        return line.decode().strip()

    def _heed(self, line: str) -> None:
        self._tell(line)
        if line == "up":
            return
        self.pid = 0
        if line != f"ended {-signal.SIGKILL}":
            raise DiedByItself(line, self.written[-3000:])

    def _tell(self, what: str) -> None:
        self.story.append((time.time(), f"Baton {what}".strip()))


@asynccontextmanager
async def programmed(platform: str, settings: Settings, log: Path) -> AsyncIterator[Program]:
    """Not started yet; ended with the block."""
    with log.open("ab") as written:
        nursery = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.chaos.nursery", platform),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=written,
            start_new_session=True,  # Ctrl-C is for whoever began this
        )
    program = Program(platform, settings, log, nursery)
    try:
        yield program
    finally:
        await program.leave()
