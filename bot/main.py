"""The composition root: the only module that knows both the core and its edges."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn

from adapters.agents.reader import Reader
from adapters.charts import Charts
from adapters.console import Console
from adapters.console.outlet import ConsoleOutlet
from adapters.practice import PracticeOutlet
from adapters.slack import archive
from adapters.webhooks.addresses import networks
from adapters.webhooks.port import Webhooks
from bot import agents, failpoints
from bot.application import Baton
from bot.clock import DeskClock
from bot.delivery.courier import Courier
from bot.delivery.sharing import Sharing
from bot.domain.identity import platform_of
from bot.domain.message import Limits
from bot.first_start import apply_desk, welcome
from bot.http import Server, http_app, listen, pages
from bot.jobs import Jobs
from bot.loop import loaded
from bot.metrics import Metrics
from bot.parts import Parts
from bot.ports.media import MediaPort
from bot.ports.outlet import Outlet
from bot.ports.store import Store
from bot.ports.webhook import WebhookPort
from bot.secret_key import secret_key
from bot.settings import Settings
from bot.supervision import supervised
from storage.media import Media
from storage.migrate import migrate
from storage.store import open_store

if TYPE_CHECKING:
    from adapters.discord.session import Urls


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """Open the database (migrated under a lock), apply the desk, and wire everything together."""
    if settings.failpoint:
        failpoints.arm(settings.failpoint)
    outlets: dict[str, Outlet] = {}
    async with AsyncExitStack() as stack:
        store = await _opened(settings, outlets)
        stack.push_async_callback(store.close)
        await apply_desk(store, settings)
        clock = DeskClock(store)
        await clock.load()
        media = Media(settings.media_url)
        await media.keep("baton.txt", b"Baton keeps files here.\n")  # or says why it cannot
        webhooks = Webhooks(networks(settings.webhook_allow))
        stack.push_async_callback(webhooks.close)
        outlets["console"] = ConsoleOutlet(store, clock)
        outlets["practice"] = PracticeOutlet()
        parts = _parts(settings, store, clock, media, outlets, webhooks)
        if settings.slack_bot_token:
            await _add_slack(parts, outlets, stack)
        if settings.discord_bot_token:
            _add_discord(parts, outlets, stack)
        yield parts


async def _opened(settings: Settings, outlets: Mapping[str, Outlet]) -> Store:
    """The database of the newest schema; how long messages may be is the outlets' to say."""
    await asyncio.to_thread(migrate, settings.database_url)
    key = await asyncio.to_thread(secret_key, settings)
    return open_store(settings.database_url, lambda workspace: _limits(outlets, workspace), key)


def _parts(
    settings: Settings,
    store: Store,
    clock: DeskClock,
    media: MediaPort,
    outlets: Mapping[str, Outlet],
    webhooks: WebhookPort,
) -> Parts:
    """Around the core, without the platforms that are used only where they are configured."""
    agent, metrics = agents.agent(settings, media), Metrics()
    return Parts(
        settings=settings,
        store=store,
        clock=clock,
        media=media,
        agent=agent,
        outlets=outlets,
        baton=Baton(
            store,
            Reader(),
            media,
            clock,
            agent=agent,
            unpack=archive.read,
            charts=Charts(),
            share=Sharing(outlets, media),
            observe=metrics.received,
            first_replied=metrics.first_replied,
        ),
        courier=Courier(
            store,
            outlets,
            agent,
            clock,
            player=agents.player(settings),
            webhooks=webhooks,
            observe=metrics.performed,
        ),
        jobs=Jobs(store, clock, media),
        metrics=metrics,
        platforms=[],
        mounts=[],
    )


async def _add_slack(parts: Parts, outlets: dict[str, Outlet], stack: AsyncExitStack) -> None:
    from adapters.slack.outlet import SlackOutlet  # noqa: PLC0415 - only who uses it loads it
    from adapters.slack.platform import Slack  # noqa: PLC0415
    from adapters.slack.workspace import opened  # noqa: PLC0415

    settings = parts.settings
    workspace = await stack.enter_async_context(
        opened(settings.slack_bot_token, settings.slack_api_url)
    )
    outlets["slack"] = SlackOutlet(workspace, parts.media)
    slack = Slack(
        workspace,
        parts.baton,
        app_token=settings.slack_app_token,
        signing_secret=settings.slack_signing_secret,
        prefix=settings.slack_command_prefix,
        is_shared=not settings.database_url.startswith("sqlite"),
    )
    parts.platforms.append(slack)
    parts.mounts.append(slack.mount)


def _add_discord(parts: Parts, outlets: dict[str, Outlet], stack: AsyncExitStack) -> None:
    from adapters.discord.platform import Discord  # noqa: PLC0415 - only who uses it loads it

    settings = parts.settings
    discord = Discord(parts.baton, settings.discord_bot_token, discord_urls(settings))
    stack.push_async_callback(discord.close)
    outlets["discord"] = discord.outlet
    parts.platforms.append(discord)


def discord_urls(settings: Settings) -> Urls:
    """Where Discord is, as discord.py has to be told."""
    from adapters.discord.session import Urls  # noqa: PLC0415 - only who uses it loads it

    return Urls(
        api=settings.discord_api_url,
        gateway=settings.discord_gateway_url,
        cdn=settings.discord_cdn_url,
    )


@asynccontextmanager
async def working(parts: Parts) -> AsyncIterator[None]:
    """Lanes are drained and jobs tick; on leaving, what is under way is finished."""
    courier = asyncio.create_task(supervised("lanes", parts.courier.run), name="lanes")
    platforms = [
        asyncio.create_task(supervised(one.name, one.run), name=one.name) for one in parts.platforms
    ]
    parts.jobs.start()
    try:
        yield
    finally:
        parts.jobs.stop()
        for task in platforms:
            task.cancel()
        await asyncio.gather(*platforms, return_exceptions=True)
        courier.cancel()
        await asyncio.gather(courier, return_exceptions=True)
        await parts.courier.stop()


async def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then stop cleanly. Raises `CannotRun`."""
    with listen(settings) as listener:
        async with assembled(settings) as parts:
            console = pages(parts)
            app = http_app(parts, console)
            server = Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
            loop = asyncio.get_running_loop()
            for wanted in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(wanted, server.stop)
            async with working(parts):
                await welcome(parts.store, settings)
                async with _opening(console, server):
                    await server.serve(sockets=[listener])


@asynccontextmanager
async def _opening(console: Console | None, server: Server) -> AsyncIterator[None]:
    """The console opens while everything else is served already."""
    if console is None:
        loaded()
        yield
        return
    async with console.opening(opened=loaded, failed=server.stop):
        yield


def _limits(outlets: Mapping[str, Outlet], workspace: str) -> Limits:
    outlet = outlets.get(platform_of(workspace))
    return outlet.limits if outlet else Limits()
