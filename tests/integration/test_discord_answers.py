"""Whatever answers in Discord's place, an outage is told from a message that cannot be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
from aiohttp import web

from adapters.discord.errors import translated
from adapters.discord.session import Session, Urls
from bot.ports.outlet import Unclear
from tests.serving import serving

JSON = "application/json"
ME = b'{"id": "1", "username": "baton", "discriminator": "0", "avatar": null, "bot": true}'
APP = (
    b'{"id": "1", "name": "baton", "description": "", "icon": null, "verify_key": "", "flags": 0,'
    b' "bot_public": true, "bot_require_code_grant": false, "owner": ' + ME + b"}"
)


def as_discord(body: bytes, kind: str = JSON, status: int = 200) -> web.Response:
    """Discord: its Content-Type has no parameter, or the library does not read the answer."""
    return web.Response(body=body, status=status, headers={"Content-Type": kind})


@asynccontextmanager
async def answered(monkeypatch: pytest.MonkeyPatch, answer: web.Response) -> AsyncIterator[Session]:
    async def respond(request: web.Request) -> web.Response:
        if request.path.endswith("/@me"):
            return as_discord(ME if "users" in request.path else APP)
        return answer

    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)  # put back after it
    async with serving(respond) as url:
        session = Session("x.y.z", Urls(api=f"{url}/api/v10"))
        yield session
        await session.close()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (503, b"<html>bad gateway</html>", "text/html"),
        (403, b"error code: 1020", "text/plain"),
        (404, b"<html>no such page</html>", "text/html"),
        (200, b"<html>log in</html>", "text/html"),
        (200, b"OK", "text/plain"),
        (200, b"", JSON),
        (200, b"{", JSON),
        (200, b"\xff\xfe", JSON),
    ],
)
async def test_an_answer_that_is_not_discords_says_nothing_about_the_message(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, kind: str
) -> None:
    async with answered(monkeypatch, as_discord(body, kind, status)) as session:
        http = await session.http()
        with pytest.raises(Unclear), translated():
            await http.get_channel(5)


async def test_no_content_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answered(monkeypatch, web.Response(status=204)) as session:
        with translated():
            await (await session.http()).delete_message(5, 6)
