"""A whole Baton on the Slack emulator, over real sockets: people act in Slack, and see Slack."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import uvicorn
import yaml

from bot import http, main
from bot.parts import Parts
from bot.ports.store import Tx
from bot.settings import Settings
from tests.emulators.slack.client import Slack, connected
from tests.emulators.slack.person import Person
from tests.emulators.slack.server import running

Json = dict[str, Any]
ROOT = Path(__file__).parents[3]
MANIFEST: Json = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
DESK = """
[[team]]
name = "support"
workspace = "slack:T0001"
channel = "C0TEAM"
members = ["slack:T0001/U0ALICE", "slack:T0001/U0BOB"]
supervisors = ["slack:T0001/U0ALICE"]
notify = ["slack-group:T0001/S01"]
[team.inactivity]
warn_after = "20h"
close_after = "24h"
[[team]]
name = "billing"
workspace = "slack:T0001"
channel = "C0BILL"
members = ["slack:T0001/U0DANA"]
[[channel]]
workspace = "slack:T0001"
channel = "C0HELP"
team = "support"
[[channel]]
workspace = "slack:T0001"
channel = "dm"
team = "support"
[[rule]]
name = "refunds"
when.keyword = ["refund"]
priority = "high"
team = "support"
[admin]
members = ["slack:T0001/U0ALICE"]
"""
BOT = "U0APPBOT"
# Longer than anything takes here, so that a busy machine fails no test.
PATIENCE_S = 60.0
# What is put off when it takes longer.
MOMENTS = ("listeners.commands.PATIENCE_S", "listeners.modals.PATIENCE_S", "dialogs._PATIENCE_S")


@dataclass
class SlackWorld:
    """`parts` is the Baton at work; the rest are the people."""

    slack: Slack
    app: Json
    parts: Parts
    url: str

    @property
    def carol(self) -> Person:
        return self.slack.user("U0CAROL")

    @property
    def alice(self) -> Person:
        return self.slack.user("U0ALICE")

    @property
    def bob(self) -> Person:
        return self.slack.user("U0BOB")

    @property
    def dana(self) -> Person:
        return self.slack.user("U0DANA")

    async def card(self, number: int = 1, channel: str = "C0TEAM", **more: Any) -> Json:
        """The root of a ticket's thread, known to Baton as that: what is done in it is about the
        ticket.
        """

        def is_root(one: Json) -> bool:
            is_there = one.get("subtype") != "tombstone"
            return bool(is_there and one.get("thread_ts", one["ts"]) == one["ts"])

        found = await self.says(channel, f"#{number} · ", where=is_root, **more)
        await self.until(lambda tx: tx.threads.at("slack:T0001", channel, found["ts"]))
        return found

    async def says(self, channel: str, text: str, **more: Any) -> Json:
        return await self.slack.wait_for_message(channel, text, **{"within": PATIENCE_S, **more})

    async def whispered(self, user: str, text: str, **more: Any) -> Json:
        """What only this person was shown."""

        async def found() -> Json | None:
            shown = reversed(await self.slack.ephemerals(user=user))
            return next((one for one in shown if text in str(one)), None)

        note = await self.slack.wait_for(
            found, what=f"{text!r} for {user}", **{"within": PATIENCE_S, **more}
        )
        assert note is not None
        return note

    async def texts(self, channel: str, thread: str | None = None) -> list[str]:
        """What stands there, in order."""
        found = (
            await self.slack.thread(channel, thread)
            if thread
            else await self.slack.messages(channel)
        )
        return [one["text"] for one in found]

    async def settle(self) -> None:
        """All that people did is taken in and done, and what follows is sent and recorded."""
        [platform] = self.parts.platforms
        async with asyncio.timeout(PATIENCE_S):
            await self.slack.settled()
            await platform._tools.finish()  # type: ignore[attr-defined]
            await self.parts.courier.settle_down()

    async def read(self, unit: Any) -> Any:
        return await self.parts.store.read(unit)

    async def until(self, unit: Any) -> Any:
        """Wait for what Baton remembers to become so."""
        async with asyncio.timeout(PATIENCE_S):
            while not (found := await self.read(unit)):
                await asyncio.sleep(0.02)
        return found


async def populated(slack: Slack, *, mode: str = "socket", **app: Any) -> Json:
    """A workspace with a help channel, two teams, and a contact; answers with the tokens."""
    await slack.workspace(name="Acme", domain="acme")
    installed = await slack.install(manifest=MANIFEST, mode=mode, **app)
    for name, owner in (("alice", True), ("bob", False), ("dana", False), ("carol", False)):
        await slack.add_user(
            f"U0{name.upper()}", name=name, real_name=name.capitalize(), is_owner=owner
        )
    await slack.add_group("S01", handle="support-crew", users=["U0ALICE", "U0BOB"])
    team = [BOT, "U0ALICE", "U0BOB"]
    await slack.add_channel("C0HELP", name="help", members=[*team, "U0CAROL"])
    await slack.add_channel("C0TEAM", name="support", members=team)
    await slack.add_channel("C0BILL", name="billing", members=[BOT, "U0DANA", "U0ALICE"])
    return installed


def settings(
    folder: Path, app: Json, api_url: str, template: Path, *, mode: str = "socket"
) -> Settings:
    """On a copy of a migrated database, as migrating takes longer than a test."""
    shutil.copy(template, folder / "baton.db")
    (folder / "desk.toml").write_text(DESK, encoding="utf-8")
    return Settings(
        database_url=f"sqlite:///{folder / 'baton.db'}",
        desk=str(folder / "desk.toml"),
        media_url=str(folder / "media"),
        console="off",
        secret_key="the key of this test",
        slack_bot_token=app["bot_token"],
        slack_app_token=app["app_token"] if mode == "socket" else "",
        slack_signing_secret=app["signing_secret"],
        slack_api_url=api_url,
    )


@asynccontextmanager
async def served(parts: Parts) -> AsyncIterator[str]:
    """The HTTP server of `baton run`, on a free port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(http.http_app(parts), log_config=None, lifespan="off", access_log=False)
    server = http.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def unhurried(slack: Slack) -> AsyncIterator[None]:
    """However busy the machine is: Slack waits for answers, and Baton puts none off."""
    await slack.config(ack_timeout=4 * PATIENCE_S, trigger_ttl=4 * PATIENCE_S)
    with ExitStack() as stack:
        for moment in MOMENTS:
            stack.enter_context(mock.patch(f"adapters.slack.{moment}", 3600.0))
        yield


@asynccontextmanager
async def at_work(
    chosen: Settings, slack: Slack, app: Json, *, mode: str = "socket"
) -> AsyncIterator[SlackWorld]:
    """Baton started, connected and caught up."""
    async with unhurried(slack), main.assembled(chosen) as parts, served(parts) as url:
        if mode == "http":
            await slack.change_app(mode="http", request_url=f"{url}/slack/events")
        async with main.working(parts):
            await ready(parts)
            yield SlackWorld(slack, app, parts, url)


async def ready(parts: Parts) -> None:
    async with asyncio.timeout(60):
        while any(one.unready() for one in parts.platforms):
            await asyncio.sleep(0.02)
        for one in parts.platforms:
            await one._catch_up.done.wait()  # type: ignore[attr-defined]


@asynccontextmanager
async def world(folder: Path, template: Path, *, mode: str = "socket") -> AsyncIterator[SlackWorld]:
    async with running(seed=7) as emulator, connected(emulator.control_url) as slack:
        app = await populated(slack, mode=mode)
        chosen = settings(folder, app, emulator.api_url, template, mode=mode)
        async with at_work(chosen, slack, app, mode=mode) as started:
            yield started


def ticket(number: int = 1) -> Any:
    def unit(tx: Tx) -> Any:
        return tx.tickets.get(number)

    return unit
