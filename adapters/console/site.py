"""The console's pages, files, login and guard: an application to be served at `/`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.exception_handlers import http_exception_handler
from nicegui import Client, core, ui
from nicegui import app as pages
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from adapters.console import files, login, report_files
from adapters.console.catchup import catch_up
from adapters.console.connection import Concern, Connection
from adapters.console.context import Site
from adapters.console.ended import Ended
from adapters.console.guard import Guard, Sessions
from adapters.console.inbound import Inbound
from adapters.console.live import Live
from adapters.console.pages import health, missing, queue, reports, start
from adapters.console.visit import Visit
from bot.application import Baton
from bot.ports.clock import Clock

Show = Callable[[Site, Visit], Awaitable[None]]
_PAGES: dict[str, Show] = {
    "/": start.show,
    "/contact": start.contact,
    "/team": start.team,
    "/queue": queue.show,
    "/reports": reports.show,
    "/health": health.show,
}
_STYLE = Path(__file__).parent / "views" / "style.css"
_FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" '
    'rx="9" fill="#4f56d3"/><path d="M9 21 21 9l2.5 2.5-12 12z" fill="#fff"/></svg>'
)


def site(
    baton: Baton,
    *,
    clock: Clock,
    password: str | None,
    secret: str,
    connections: Callable[[], Sequence[Connection]],
    concerns: Callable[[], Awaitable[Sequence[Concern]]],
) -> FastAPI:
    """What `adapters.console.console` describes. NiceGUI keeps its pages once a process."""
    inbound = Inbound(baton)
    shared = Site(
        baton=baton,
        inbound=inbound,
        live=Live(baton.store),
        clock=clock,
        connections=connections,
        concerns=concerns,
        has_login=password is not None,
    )
    sessions = Sessions(secret, password, ended=Ended(baton.store)) if password else None
    if password and sessions:
        pages.include_router(login.router(password, sessions))
    pages.include_router(files.router(baton))
    pages.include_router(report_files.router(baton))
    for path, show in _PAGES.items():
        _add(shared, path, show)
    _answer_unknown(shared)
    _refuse_what_is_no_file()
    _log_nothing_for_browsers()
    ui.add_css(_STYLE.read_text(encoding="utf-8"), shared=True)
    app = FastAPI(title="Baton", docs_url=None, redoc_url=None, openapi_url=None)
    ui.run_with(
        app,
        title="Baton",
        favicon=_FAVICON,
        dark=None,
        tailwind=False,
        binding_refresh_interval=None,
        show_welcome_message=False,
        reconnect_timeout=10.0,
    )
    pages.add_middleware(Guard, sessions=sessions)
    _before_serving(app, shared)
    return app


def _add(site: Site, path: str, show: Show) -> None:
    @ui.page(path)
    async def page(request: Request) -> None:
        await show(site, Visit.of(request))


def _answer_unknown(site: Site) -> None:
    """An address that leads nowhere still has the way to the pages; programs get a plain 404."""

    @pages.exception_handler(404)
    async def unknown(request: Request, exception: HTTPException) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return await http_exception_handler(request, exception)
        with Client(ui.page(""), request=request) as client:
            missing.show(site, Visit.of(request))
        return client.build_response(request, HTTPStatus.NOT_FOUND)


def _refuse_what_is_no_file() -> None:
    """NiceGUI takes every field of an upload for a file, and fails at one that is text."""

    @pages.exception_handler(AttributeError)
    async def no_file(request: Request, error: AttributeError) -> Response:
        if "/upload/" not in request.url.path:
            raise error
        return PlainTextResponse("Send files, as multipart/form-data.", status_code=400)


def _log_nothing_for_browsers() -> None:
    """NiceGUI writes what a page's socket calls “log” into the log, at any level and any length."""
    core.sio.on("log", lambda _sid, _message: None)


def _before_serving(app: FastAPI, site: Site) -> None:
    """Take in what was missed first; stop listening at the end."""
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
        await catch_up(site.inbound)
        async with inner(served) as state:
            yield state
        site.live.stop()

    app.router.lifespan_context = lifespan
