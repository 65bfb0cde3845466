"""An emulator in a process of its own, Baton's database and settings: where a run takes place."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import create_engine, func, inspect, select, table, text

from benchmarks.chaos.absences import small_disk
from benchmarks.chaos.discord import DiscordScene
from benchmarks.chaos.program import Program, programmed
from benchmarks.chaos.scene import Scene
from benchmarks.chaos.slack import SlackScene
from bot.settings import Settings
from storage.migrate import migrate
from tests.emulators.discord.client import launched
from tests.emulators.slack.client import separate_process
from tests.integration.discord import world as discord_world
from tests.integration.slack import world as slack_world


class NotEmpty(Exception):
    """The database holds conversations already; give an empty one."""


@asynccontextmanager
async def staged(
    platform: str,
    seed: int,
    database: str = "",
    *,
    template: Path | None = None,
    small: bool = False,
) -> AsyncIterator[tuple[Scene, Program]]:
    """On an empty database: a temporary file where none is given. Raises `NotEmpty`.

    `small`: that file is on a small disk of its own, if there can be one.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="baton-chaos-")))
        home = folder / "home"
        home.mkdir()
        if small:
            stack.enter_context(small_disk(home))
        known = template or folder / "template.db"
        if template is None:
            await asyncio.to_thread(migrate, f"sqlite:///{known}")
        if database:
            await asyncio.to_thread(_check_empty, database)
        stage = _slack if platform == "slack" else _discord
        scene, chosen = await stack.enter_async_context(stage(home, known, seed))
        given = replace(chosen, database_url=database) if database else chosen
        yield (
            scene,
            await stack.enter_async_context(programmed(platform, given, folder / "baton.log")),
        )


@asynccontextmanager
async def _slack(folder: Path, template: Path, seed: int) -> AsyncIterator[tuple[Scene, Settings]]:
    async with separate_process(seed=seed) as slack:
        app = await slack_world.populated(slack)
        scene = SlackScene(slack)
        await scene.prepare()
        yield scene, slack_world.settings(folder, app, slack.api_url, template)


@asynccontextmanager
async def _discord(
    folder: Path, template: Path, seed: int
) -> AsyncIterator[tuple[Scene, Settings]]:
    async with launched() as discord:
        bot = await discord_world.populated(discord)
        scene = DiscordScene(discord, bot, seed)
        await scene.prepare()
        yield scene, discord_world.settings(folder, discord, bot, template=template)


def emptied(database: str) -> None:
    """Take away all that a run has written to a PostgreSQL, so that another one can begin."""
    engine = create_engine(database)
    try:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    finally:
        engine.dispose()


def _check_empty(database: str) -> None:
    migrate(database)
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            counted = select(func.count()).select_from(table("conversations"))
            if inspect(connection).has_table("conversations") and connection.scalar(counted):
                raise NotEmpty
    finally:
        engine.dispose()
