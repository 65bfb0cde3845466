"""One HTTP server for everything: health, metrics, the platforms' routes, the console."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from adapters import console
from bot.domain.errors import CannotRun
from bot.parts import Parts
from bot.ports.platform import Platform
from bot.ports.store import Tx
from bot.secret_key import secret_key
from bot.settings import Settings

log = logging.getLogger(__name__)
_PATIENCE = 2.0


def http_app(parts: Parts) -> FastAPI:
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
    if parts.settings.api_token:
        from adapters import api  # noqa: PLC0415 - only who uses it loads it

        api.mount(app, parts.baton, token=parts.settings.api_token, unready=lambda: _unready(parts))
    if parts.settings.serves_console:
        console.mount(
            app,
            parts.baton,
            clock=parts.clock,
            password=parts.settings.console_password or None,
            secret=secret_key(parts.settings),
            connections=lambda: [_connection(one) for one in parts.platforms],
        )
    return app


async def _unready(parts: Parts) -> list[str]:
    """What keeps Baton from doing its job, in words for whoever operates it."""
    try:
        async with asyncio.timeout(_PATIENCE):
            await parts.store.transact(_touch, datetime.now(UTC))
    except TimeoutError:
        return ["The database does not take anything in: another program may hold it."]
    except Exception as error:
        log.exception("the store does not answer")
        return [f"The database does not answer: {error}"]
    return [reason for platform in parts.platforms for reason in platform.unready()]


def _connection(platform: Platform) -> console.Connection:
    reasons = platform.unready()
    return console.Connection(
        name=platform.name.capitalize(), ok=not reasons, detail=" ".join(reasons)
    )


def _touch(tx: Tx, wall: datetime) -> None:
    """A database that only reads is of no use, nor is one on a disk that is full."""
    tx.meta.put("readyz", wall.isoformat())


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
