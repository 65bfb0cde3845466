"""Whatever answers in Discord's place, an outage is told from a message that cannot be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import discord
import pytest
from aiohttp import web
from discord.http import handle_message_parameters

from adapters.discord.errors import translated
from adapters.discord.session import Session, Urls
from bot.ports.outlet import Busy, Unclear
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
        (200, b"[]", JSON),
        (200, b"null", JSON),
        (400, b'["no"]', JSON),
        (429, b'{"message": "slower", "global": false}', JSON),
        (429, b'{"retry_after": null}', JSON),
        (429, b"[]", JSON),
    ],
)
async def test_an_answer_that_is_not_discords_says_nothing_about_the_message(
    monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, kind: str
) -> None:
    answer = as_discord(body, kind, status)
    answer.headers["Via"] = "1.1 discord"
    async with answered(monkeypatch, answer) as session:
        http = await session.http()
        with pytest.raises(Unclear), translated():
            await http.get_channel(5)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"[{}]", b'{"id": null}', b'"1"', b"1"])
async def test_what_is_posted_is_answered_with_the_message(
    monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """Else nobody knows whether it stands there: it is tried again by the same nonce."""
    async with answered(monkeypatch, as_discord(body)) as session:
        http = await session.http()
        with pytest.raises(Unclear), translated():
            await http.send_message(5, params=handle_message_parameters("hello"))


async def test_messages_come_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answered(monkeypatch, as_discord(b'[{"id": "7"}]')) as session:
        assert [one["id"] for one in await (await session.http()).logs_from(5, 1)] == ["7"]
    for body in (b"{}", b"[null]", b"null"):
        async with answered(monkeypatch, as_discord(body)) as session:
            http = await session.http()
            with pytest.raises(Unclear), translated():
                await http.logs_from(5, 1)


@pytest.mark.parametrize(
    ("body", "kind", "headers", "seconds"),
    [
        (b'{"retry_after": 2.5}', JSON, {}, 2.5),
        (b"<html>", "text/html", {"Retry-After": "7"}, 7),
        (b"<html>", "text/html", {"Retry-After": "999999"}, 3600),
        (b"<html>", "text/html", {}, 60),
        (b'{"retry_after": -1}', JSON, {"Retry-After": "soon"}, 60),
    ],
)
async def test_somebody_before_discord_is_waited_for_as_long_as_they_say(
    monkeypatch: pytest.MonkeyPatch, body: bytes, kind: str, headers: dict[str, str], seconds: float
) -> None:
    """Discord: what is not its own limit comes without `Via`."""
    answer = as_discord(body, kind, 429)
    answer.headers.update(headers)
    async with answered(monkeypatch, answer) as session:
        http = await session.http()
        with pytest.raises(Busy) as refused, translated():
            await http.get_channel(5)
        assert refused.value.wait == timedelta(seconds=seconds)


async def test_no_content_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answered(monkeypatch, web.Response(status=204)) as session:
        with translated():
            await (await session.http()).delete_message(5, 6)
