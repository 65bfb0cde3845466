"""A Baton that serves everything it can, in this process, for whoever attacks it.

NiceGUI keeps its pages once a process: one such Baton is started in a session of tests.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from adapters.console.guard import COOKIE, Sessions
from bot import http, main
from bot.parts import Parts
from bot.settings import Settings
from tests.world import DESK

PASSWORD, TOKEN, KEY = "a password", "a token", "a key for tests"


@dataclass(frozen=True, kw_only=True)
class Served:
    """`sessions` are of those who have logged in."""

    apps: tuple[Starlette, ...]
    parts: Parts
    url: str
    sessions: Sessions

    @property
    def cookie(self) -> dict[str, str]:
        """Of somebody who has just logged in: whoever attacks may log out by one they know."""
        return {COOKIE: self.sessions.make()}


@asynccontextmanager
async def served(folder: Path, template: Path) -> AsyncIterator[Served]:
    shutil.copy(template, folder / "baton.db")
    (folder / "desk.toml").write_text(DESK, encoding="utf-8")
    settings = Settings(
        desk=str(folder / "desk.toml"),
        database_url=f"sqlite:///{folder / 'baton.db'}",
        media_url=str(folder / "media"),
        console="on",
        console_password=PASSWORD,
        secret_key=KEY,
        api_token=TOKEN,
        slack_bot_token="xoxb-of-nobody",
        slack_signing_secret="a secret",
        slack_api_url="http://127.0.0.1:9/api/",
    )
    async with main.assembled(settings) as parts:
        console = http.pages(parts)
        assert console is not None
        app = http.http_app(parts, console)
        parts.platforms.clear()  # there is no Slack: its route alone is of interest
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off")
        server = http.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        opened = asyncio.Event()
        opening = console.opening(opened=opened.set, failed=opened.set)
        async with main.working(parts), opening:
            try:
                await opened.wait()
                while not server.started:
                    await asyncio.sleep(0.01)
                yield Served(
                    apps=(app, await console._app),
                    parts=parts,
                    url=f"http://127.0.0.1:{listener.getsockname()[1]}",
                    sessions=Sessions(KEY, PASSWORD),
                )
            finally:
                server.stop()
                await running
