"""The console opens beside whatever is served already."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from adapters.console.opening import Console


def pages(happened: list[str]) -> Starlette:
    async def page(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("a page")

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        happened.append("began")
        yield
        happened.append("ended")

    return Starlette(routes=[Route("/", page)], lifespan=lifespan)


def visitor(console: Console) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(console), base_url="http://baton")


async def test_who_comes_early_waits_until_it_is_open() -> None:
    happened: list[str] = []
    console = Console(lambda: pages(happened))
    async with visitor(console) as early:
        visit = asyncio.create_task(early.get("/"))
        await asyncio.sleep(0)
        assert not happened
        async with console.opening(
            opened=lambda: happened.append("open"), failed=lambda: happened.append("failed")
        ):
            assert (await visit).text == "a page"
            assert (await early.get("/")).text == "a page"
        assert happened == ["began", "open", "ended"]


async def test_what_keeps_it_from_opening_is_raised() -> None:
    """So that the process ends with it, as at every other fault of a start."""

    def broken() -> Starlette:
        raise ImportError("there is no such thing")

    failed = asyncio.Event()
    console = Console(broken)
    with pytest.raises(ImportError, match="no such thing"):
        async with console.opening(opened=lambda: None, failed=failed.set):
            await failed.wait()
    async with visitor(console) as late:
        with pytest.raises(asyncio.CancelledError):
            await late.get("/")
