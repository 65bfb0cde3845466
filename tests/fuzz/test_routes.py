"""Whatever is sent to Baton's HTTP server, to any route and by the console's own channel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.ports.store import Tx
from tests.fuzz import channel
from tests.fuzz.payloads import EXAMPLES, Breaking
from tests.fuzz.routes import Route, hostile, routes
from tests.fuzz.served import TOKEN, Served, served

# uvicorn tells of what it cannot read at this level; a fault of an application is an error.
_OURS = logging.ERROR
# Who reads what a browser tells, and what that may raise there. The core raises none of these.
OF_A_BROWSER = "a line that a browser made up"
_READING = ("nicegui", "engineio", "socketio", "uvicorn", "asyncio")
_UNREADABLE = (
    ArithmeticError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError,
)  # fmt: skip


async def test_whatever_comes_to_any_route(
    tmp_path: Path, sqlite_template: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By nobody, by somebody who has logged in, by a program with the token."""
    seen: Counter[int] = Counter()
    async with served(tmp_path, sqlite_template) as at, aiohttp.ClientSession() as session:
        for page in ("/", "/queue"):
            await _good(at, session, page)  # some routes are there from the first visit on
        found = [one for app in at.apps for one in routes(app)]
        tried = set()
        with caplog.at_level(_OURS):
            for number in range(max(EXAMPLES, len(found))):
                route, random = found[number % len(found)], Random(number)
                tried.add(route.path)
                sent, known = hostile(route, random), _known(at, random)
                answer = await _send(at, session, sent, known)
                seen[answer[0]] += 1
                assert answer[0] < 500, (sent, answer)
                assert "Traceback" not in answer[1], sent
            assert [one.getMessage() for one in caplog.records if one.exc_info] == []
            assert tried == {one.path for one in found}
            await _whatever_a_browser_tells(at, session)
            assert faults(caplog) == []
            assert OF_A_BROWSER not in caplog.text, "a browser wrote a line of the log"
        for page in ("/healthz", "/", "/queue"):
            await _good(at, session, page)
        *_, upload = [one for app in at.apps for one in routes(app) if "/upload/" in one.path]
        words = {"data": {"a": "no file"}, "cookies": at.cookie}
        async with session.post(at.url + upload.path, **words) as answer:
            assert answer.status == 400
    print(f"http routes: {len(found)}, answered {dict(seen)}")  # noqa: T201 - what `make fuzz` shows


async def _whatever_a_browser_tells(at: Served, session: aiohttp.ClientSession) -> None:
    """Every event that a page's elements listen to, and frames that are none."""
    count = 0
    paths = ("/contact", "/team", "/queue", "/reports", "/health", "/")
    for path in paths:
        async with channel.opened(at, session, path) as page:
            broken = Breaking(page.good()).examples(EXAMPLES // len(paths))
            for name, payload in broken:
                with contextlib.suppress(TypeError):  # too deep for this side to write
                    await page.socket.emit(name.partition(" ")[0], _sendable(payload))
                    count += 1
    for frame in channel.FRAMES:
        await channel.thrown(at, session, frame)
    async with channel.opened(at, session, "/contact") as page:
        for level in ("debug", "info", "warning", "error"):
            told = {"client_id": page.client.id, "level": level, "message": OF_A_BROWSER}
            await page.socket.emit("log", told)
        await page.act("Write a message", "update:value", "human please, still there")
        await page.act("Write a message", "keydown", {})
        async with asyncio.timeout(60):
            while not await at.parts.store.read(_is_there):
                await asyncio.sleep(0.02)
    print(f"console: {count} events, {len(channel.FRAMES)} frames")  # noqa: T201


def _sendable(payload: Any) -> Any:
    """Half a surrogate is nothing that a browser could send."""
    return json.loads(json.dumps(payload).replace("\\\\ud800", "?").replace("\\ud800", "?"))


def _is_there(tx: Tx) -> bool:
    return any(one.text.endswith("still there") for one in tx.messages.of(1))


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What went wrong beyond that a page cannot read what a browser told it."""
    errors = [(one.name, one.exc_info[1]) for one in caplog.records if one.exc_info]
    return [
        f"{name}: {error!r}"
        for name, error in errors
        if not name.startswith(_READING) or not isinstance(error, _UNREADABLE)
    ]


def _known(at: Served, random: Random) -> dict[str, Any]:
    """Who asks."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    who: list[dict[str, Any]] = [{}, {"cookies": at.cookie}, {"cookies": at.cookie, "as": bearer}]
    return random.choice(who)


async def _send(
    at: Served, session: aiohttp.ClientSession, sent: Any, known: dict[str, Any]
) -> tuple[int, str]:
    headers = {**known.get("as", {}), **sent.headers}
    if "Cookie" not in headers and "cookies" in known:
        headers["Cookie"] = "; ".join(f"{name}={one}" for name, one in known["cookies"].items())
    async with session.request(
        sent.method,
        URL(at.url + sent.address, encoded=True),
        headers={
            name: value.encode("latin-1").decode("latin-1") for name, value in headers.items()
        },
        data=sent.body,
        allow_redirects=False,
    ) as answer:
        return answer.status, (await answer.read()).decode(errors="replace")


async def _good(at: Served, session: aiohttp.ClientSession, page: str) -> None:
    async with session.get(at.url + page, cookies=at.cookie) as answer:
        assert answer.status == 200, page


def test_a_route_is_found_wherever_it_is_declared() -> None:
    """A negative control: included, mounted or plain."""
    from fastapi import APIRouter, FastAPI  # noqa: PLC0415

    app, inner, router = FastAPI(openapi_url=None), FastAPI(openapi_url=None), APIRouter()
    router.add_api_route("/b/{number}", lambda: None)
    inner.include_router(router, prefix="/v1")
    app.add_api_route("/a", lambda: None, methods=["POST"])
    app.mount("/inner", inner)
    found = {one.path: one for one in routes(app)}
    assert {"/a", "/inner/v1/b/{number}"} <= set(found)
    assert found["/a"] == Route(path="/a", methods=("POST",))
