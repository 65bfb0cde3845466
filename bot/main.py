"""The composition root: the only module that knows both the core and its edges."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from adapters import console
from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from adapters.agents.reader import Reader
from adapters.console.outlet import ConsoleOutlet
from bot import desk_file, failpoints
from bot.application import Baton
from bot.clock import DeskClock
from bot.delivery.lanes import Courier
from bot.domain.desk import Desk
from bot.domain.errors import CannotRun
from bot.domain.identity import Person, platform_of
from bot.domain.message import Limits
from bot.jobs import Jobs
from bot.metrics import Metrics
from bot.ports.agent import AgentPort
from bot.ports.media import MediaPort
from bot.ports.outlet import Outlet
from bot.ports.platform import Platform
from bot.ports.store import Store, Tx
from bot.services import configure
from bot.settings import Settings
from bot.supervision import supervised
from storage.media import Media
from storage.migrate import migrate
from storage.store import open_store

log = logging.getLogger(__name__)
_DESK_SHA = "desk_sha256"


@dataclass(kw_only=True)
class Parts:
    """Everything that is assembled, for whoever runs it."""

    settings: Settings
    store: Store
    clock: DeskClock
    media: MediaPort
    agent: AgentPort
    outlets: Mapping[str, Outlet]
    baton: Baton
    courier: Courier
    jobs: Jobs
    metrics: Metrics
    platforms: list[Platform]
    mounts: list[Callable[[FastAPI], None]]


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[Parts]:
    """Open the database (migrated under a lock), apply the desk, and wire everything together."""
    if settings.failpoint:
        failpoints.arm(settings.failpoint)
    await asyncio.to_thread(migrate, settings.database_url)
    outlets: dict[str, Outlet] = {}
    store = open_store(settings.database_url, lambda workspace: _limits(outlets, workspace))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        await _apply_desk(store, settings)
        clock = DeskClock(store)
        await clock.load()
        media = Media(settings.media_url)
        outlets["console"] = ConsoleOutlet(store, clock)
        mind, metrics = agent(settings), Metrics()
        parts = Parts(
            settings=settings,
            store=store,
            clock=clock,
            media=media,
            agent=mind,
            outlets=outlets,
            baton=Baton(store, Reader(), media, clock, observe=metrics.received),
            courier=Courier(store, outlets, mind, clock, observe=metrics.performed),
            jobs=Jobs(store, clock),
            metrics=metrics,
            platforms=[],
            mounts=[],
        )
        if settings.slack_bot_token:
            await _add_slack(parts, outlets, stack)
        if settings.discord_bot_token:
            _add_discord(parts, outlets, stack)
        yield parts


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
    )
    parts.platforms.append(slack)
    parts.mounts.append(slack.mount)


def _add_discord(parts: Parts, outlets: dict[str, Outlet], stack: AsyncExitStack) -> None:
    from adapters.discord.platform import Discord  # noqa: PLC0415 - only who uses it loads it
    from adapters.discord.session import Urls  # noqa: PLC0415

    settings = parts.settings
    urls = Urls(
        api=settings.discord_api_url,
        gateway=settings.discord_gateway_url,
        cdn=settings.discord_cdn_url,
    )
    discord = Discord(parts.baton, settings.discord_bot_token, urls)
    stack.push_async_callback(discord.close)
    outlets["discord"] = discord.outlet
    parts.platforms.append(discord)


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
    listener = _listen(settings)
    async with assembled(settings) as parts:
        app = _http(parts)
        server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wanted, server.stop)
        async with working(parts):
            await _welcome(parts)
            await server.serve(sockets=[listener])


def _http(parts: Parts) -> FastAPI:
    """One HTTP server for everything."""
    app = FastAPI(title="Baton", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        reasons = await _unready(parts)
        body = {"ready": not reasons, "reasons": reasons}
        return JSONResponse(body, status_code=503 if reasons else 200)

    @app.get("/metrics")
    async def metrics() -> Response:
        text = await parts.metrics.text(parts.store)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    for mount in parts.mounts:
        mount(app)
    if parts.settings.serves_console:
        console.mount(
            app,
            parts.baton,
            clock=parts.clock,
            password=parts.settings.console_password or None,
            secret=_secret(parts.settings),
            connections=lambda: [_connection(one) for one in parts.platforms],
        )
    return app


async def _unready(parts: Parts) -> list[str]:
    """What keeps Baton from doing its job, in words for whoever operates it."""
    try:
        await parts.store.read(_desk)
    except Exception as error:
        log.exception("the store does not answer")
        return [f"The database does not answer: {error}"]
    return [reason for platform in parts.platforms for reason in platform.unready()]


def _connection(platform: Platform) -> console.Connection:
    reasons = platform.unready()
    return console.Connection(
        name=platform.name.capitalize(), ok=not reasons, detail=" ".join(reasons)
    )


class _Server(uvicorn.Server):
    """uvicorn, leaving signals to `run`: it would re-raise them and so end with their status."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        log.info("stopping: finishing what is under way")
        self.should_exit = True


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is touched."""
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.http_host, settings.http_port))
    except OSError as error:
        listener.close()
        raise CannotRun(
            problem=f"Port {settings.http_port} on {settings.http_host} cannot be used "
            f"({error.strerror}). Is Baton running already? Set BATON_HTTP_PORT for another port."
        ) from error
    return listener


async def _apply_desk(store: Store, settings: Settings) -> None:
    """A desk file replaces the desk when it differs from the last one applied.

    With no file and no desk, the practice desk is there to try Baton on.
    """
    if settings.desk:
        path = Path(settings.desk)
        desk = await asyncio.to_thread(desk_file.read, path)
        await store.transact(_replace, desk, desk_file.digest(path))
    else:
        await store.transact(_practice)


def _replace(tx: Tx, desk: Desk, sha: str) -> None:
    if tx.meta.get(_DESK_SHA) != sha:
        configure.save(tx, desk, "file", "the desk file", datetime.now(UTC))
        tx.meta.put(_DESK_SHA, sha)


def _practice(tx: Tx) -> None:
    if tx.desk.get() == Desk():
        text = (files("bot.sample") / "desk.toml").read_text(encoding="utf-8")
        configure.save(tx, desk_file.parse(text), "baton", "the practice desk", datetime.now(UTC))
        for name in ("alice", "bob", "dana"):
            tx.people.put(Person(id=f"console:{name}", name=name.capitalize()))


def _desk(tx: Tx) -> Desk:
    return tx.desk.get()


def agent(settings: Settings) -> AgentPort:
    folder = settings.knowledge_dir or str(files("bot.sample") / "knowledge")
    return OfflineAgent(Knowledge(Path(folder)))


def _limits(outlets: Mapping[str, Outlet], workspace: str) -> Limits:
    outlet = outlets.get(platform_of(workspace))
    return outlet.limits if outlet else Limits()


def _secret(settings: Settings) -> str:
    """Given, or made once and kept beside the database, readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    _, _, path = settings.database_url.partition("sqlite:///")
    keeper = Path(f"{path or 'baton'}.key")
    if not keeper.exists():
        keeper.touch(mode=0o600)
        keeper.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    return keeper.read_text(encoding="utf-8").strip()


async def _welcome(parts: Parts) -> None:
    """Say where Baton is, and how somebody becomes its first admin."""
    settings = parts.settings
    host = f"[{settings.http_host}]" if ":" in settings.http_host else settings.http_host
    log.info("Baton is ready at http://%s:%s", host, settings.http_port)
    code = await parts.store.transact(_admin_code)
    if code:
        log.info("There is no admin yet. Become one with: /desk admin %s", code)


def _admin_code(tx: Tx) -> str | None:
    """The one-time code, as long as nobody has used it; None where there is an admin."""
    if tx.desk.get().admin.members:
        return None
    code = tx.meta.get(configure.ADMIN_CODE)
    if code is None:
        code = secrets.token_hex(4)
        tx.meta.put(configure.ADMIN_CODE, code)
    return code
