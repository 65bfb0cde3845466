"""Baton's processes: `python -m benchmarks.chaos.nursery`, once everything is imported, begins one
for each line of settings (JSON) that it reads.

Each is a process of its own, which may be killed at any moment; only the seconds that Python takes
to import everything are spent once. On standard output: `pid N`, `up`, `frozen`, `ended STATUS`.
SIGTERM ends it in peace. With `freeze_at`
among its settings it stops itself (SIGSTOP) once, in that many posts: with the connection in its
hand, where all checks are made and nothing is left to do but to write to it.

On Slack, unclear posts are looked for after `SETTLE` instead of after 35 s, as nothing takes longer
than that to arrive in the emulator. `COMPARED` messages before what is new are looked at again
instead of 100 or 200, as nobody says so much in one place in a minute.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from aiohttp import ClientRequest

from adapters.agents.reader import Reader
from bot import logs, main
from bot.settings import Settings

SETTLE = timedelta(seconds=2)
COMPARED = {"slack": 30, "discord": 60}
_COMPARES = {"slack": "known", "discord": "history"}
_POSTS = ("/chat.postMessage", "/messages")
# What Baton loads only when it is needed.
_LATER = {
    "slack": ("adapters.slack.platform", "adapters.slack.outlet", "adapters.slack.http"),
    "discord": ("adapters.discord.platform",),
}


async def serve(settings: Settings, freeze_at: int) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with main.assembled(settings) as parts:
        if freeze_at:
            _freeze(freeze_at)
        if "slack" in parts.outlets:
            parts.outlets["slack"].settle = SETTLE
        for name in COMPARED.keys() & parts.outlets:
            compares: Any = importlib.import_module(f"adapters.{name}.{_COMPARES[name]}")
            compares.COMPARED = COMPARED[name]
        async with main.working(parts):
            _say("up")
            await ended.wait()


def _freeze(count: int) -> None:
    """Without a pause in between, a request is sent when aiohttp has a connection for it."""
    send, left = ClientRequest.send, count

    async def sent(self: ClientRequest, connection: Any) -> Any:
        nonlocal left
        left -= self.method == "POST" and self.url.path.endswith(_POSTS)
        if left == 0:
            left = -1
            _say("frozen")
            os.kill(os.getpid(), signal.SIGSTOP)
        return await send(self, connection)

    ClientRequest.send = sent  # type: ignore[method-assign]


def raise_one(settings: Settings, freeze_at: int) -> None:
    """A child process, waited for."""
    child = os.fork()
    if child == 0:
        logs.configure(settings)
        asyncio.run(serve(settings, freeze_at))
        os._exit(0)
    _say(f"pid {child}")
    _, status = os.waitpid(child, 0)
    _say(f"ended {os.waitstatus_to_exitcode(status)}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    for name in _LATER[sys.argv[1]]:
        importlib.import_module(name)
    Reader().read("A text, so that what reads the texts of all is loaded.")
    for given in sys.stdin:
        chosen = json.loads(given)
        raise_one(Settings(**chosen["settings"]), chosen["freeze_at"])
