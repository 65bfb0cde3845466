"""One HTTP server for everything: health, metrics, the platforms' routes, the console."""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters import console
from bot import health
from bot.domain.errors import CannotRun
from bot.parts import Parts
from bot.ports.platform import Platform
from bot.secret_key import secret_key
from bot.settings import Settings

log = logging.getLogger(__name__)


def pages(parts: Parts) -> console.Console | None:
    """The console, where it is wanted."""
    if not parts.settings.serves_console:
        return None
    return console.console(
        parts.baton,
        clock=parts.clock,
        password=parts.settings.console_password or None,
        secret=secret_key(parts.settings),
        connections=lambda: [_connection(one) for one in parts.platforms],
        concerns=lambda: health.concerns(parts),
    )


def http_app(parts: Parts, at_root: ASGIApp | None = None) -> Starlette:
    """One HTTP server for everything; `at_root` gets what nothing else is there for."""

    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> Response:
        reasons = await health.unready(parts)
        body = {"ready": not reasons, "reasons": reasons}
        return JSONResponse(body, status_code=503 if reasons else 200)

    async def metrics(_request: Request) -> Response:
        text = await parts.metrics.text(parts.store)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    app = Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
        ]
    )
    for mount in parts.mounts:
        mount(app)
    if parts.settings.api_token:
        from adapters import api  # noqa: PLC0415 - only who uses it loads it

        api.mount(
            app, parts.baton, token=parts.settings.api_token, unready=lambda: health.unready(parts)
        )
    if at_root is not None:
        app.mount("/", at_root)
    return app


def _connection(platform: Platform) -> console.Connection:
    reasons = platform.unready()
    return console.Connection(
        name=platform.name.capitalize(), ok=not reasons, detail=" ".join(reasons)
    )


class Server(uvicorn.Server):
    """uvicorn, leaving signals to `run`: it would re-raise them and so end with their status."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        log.info("stopping: finishing what is under way")
        self.should_exit = True


def listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is touched."""
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.http_host, settings.http_port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise CannotRun(
            problem=f"Port {settings.http_port} on {settings.http_host} cannot be used "
            f"({error.strerror}). Is Baton running already? Set BATON_HTTP_PORT for another port."
        ) from error
    return listener
