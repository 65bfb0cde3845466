"""Files of Discord: no more is read than may be kept, and only from where they are."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from aiohttp import web

from adapters.discord.downloads import fetched
from bot.domain.message import LARGEST_FILE, Attachment
from storage.media import Media
from tests.serving import serving

_CHUNK = b"\0" * (1 << 20)


@dataclass
class Host:
    """A server that sends what it is told to; `sent` counts the bytes it got rid of."""

    url: str = ""
    redirect: str = ""
    packed: bytes = b""
    endless: bool = False
    sent: int = 0
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        assert "authorization" not in request.headers
        if self.redirect:
            raise web.HTTPFound(self.redirect)
        if self.packed:
            return web.Response(body=self.packed, headers={"Content-Encoding": "gzip"})
        if not self.endless:
            return web.Response(body=b"the bytes")
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(_CHUNK)
            self.sent += len(_CHUNK)


@asynccontextmanager
async def host() -> AsyncIterator[Host]:
    served = Host()
    async with serving(served.answer) as served.url:
        yield served


@pytest.fixture
async def cdn(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Host]:
    async with host() as served:
        monkeypatch.setattr(discord.Asset, "BASE", served.url)
        yield served


async def fetch(cdn: Host, folder: Path, size: int = 9) -> Attachment:
    """A file of which Discord says how large it is."""
    told: Any = {"id": "1", "filename": "a.png", "size": size, "proxy_url": ""}
    state: Any = SimpleNamespace(http=None)
    file = discord.Attachment(data={**told, "url": f"{cdn.url}/a.png"}, state=state)
    [found] = await fetched([file], Media(str(folder)))
    return found


async def test_a_file_is_fetched(cdn: Host, tmp_path: Path) -> None:
    found = await fetch(cdn, tmp_path)
    assert (found.problem, found.size) == ("", 9)


async def test_no_more_is_read_than_may_be_kept_whatever_was_declared(
    cdn: Host, tmp_path: Path
) -> None:
    cdn.endless = True
    found = await fetch(cdn, tmp_path)
    assert found.digest is None
    assert "25 MB is the most" in found.problem
    assert cdn.sent < 2 * LARGEST_FILE


async def test_what_is_packed_is_not_unpacked_beyond_that(cdn: Host, tmp_path: Path) -> None:
    cdn.packed = gzip.compress(b"\0" * (LARGEST_FILE * 4), 1)
    found = await fetch(cdn, tmp_path)
    assert found.digest is None
    assert "25 MB is the most" in found.problem


async def test_what_is_declared_too_large_is_not_asked_for(cdn: Host, tmp_path: Path) -> None:
    found = await fetch(cdn, tmp_path, LARGEST_FILE + 1)
    assert "too large" in found.problem
    assert cdn.asked == []


async def test_a_redirect_of_discords_is_not_followed(cdn: Host, tmp_path: Path) -> None:
    async with host() as inside:
        cdn.redirect = f"{inside.url}/latest/meta-data"
        found = await fetch(cdn, tmp_path)
        assert (found.problem, inside.asked) == ("it could not be fetched from Discord", [])
