"""Whatever answers in Slack's place, an outage is told from a message that cannot be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web

from adapters.slack.errors import translated
from adapters.slack.workspace import Workspace, opened
from bot.ports.outlet import Busy, Unclear, Unreachable
from tests.serving import serving


@asynccontextmanager
async def answered(response: web.Response) -> AsyncIterator[Workspace]:
    async def answer(_: web.Request) -> web.Response:
        return response

    async with serving(answer) as url, opened("xoxb-the-bot", f"{url}/api/") as workspace:
        yield workspace


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (502, b"<html>bad gateway</html>", "text/html"),
        (503, b"no healthy upstream", "text/plain"),
        (200, b"<html>log in</html>", "text/html"),
        (200, b"OK", "text/plain"),
        (200, b"", "application/json"),
        (200, b"[]", "application/json"),
        (200, b"{}", "application/json"),
        (200, b"\xff\xfe", "application/json"),
        (200, b'{"ok": false, "error": null}', "application/json"),
        (200, b'{"ok": false, "error": ["invalid_blocks"]}', "application/json"),
        (503, b'{"ok": false, "error": "service_unavailable"}', "application/json"),
    ],
)
async def test_an_answer_that_is_not_slacks_says_nothing_about_the_message(
    status: int, body: bytes, kind: str
) -> None:
    response = web.Response(status=status, body=body, content_type=kind)
    async with answered(response) as workspace:
        with pytest.raises(Unclear), translated():
            await workspace.client.chat_postMessage(channel="C1", text="hi")


@pytest.mark.parametrize("status", [400, 403, 404, 405])
async def test_whoever_refuses_in_slacks_place_has_done_nothing(status: int) -> None:
    """A proxy, or an address that is not Slack's: the message waits, and an admin hears of it."""
    async with answered(web.Response(status=status, text="no such page")) as workspace:
        with pytest.raises(Unreachable, match="is not Slack"), translated():
            await workspace.client.chat_postMessage(channel="C1", text="hi")


@pytest.mark.parametrize(
    ("asked", "wait"),
    [("7", 7), ("2.5", 2.5), ("0", 0), ("-3", 1), ("Wed, 21 Oct 2026 07:28:00 GMT", 1), ("", 1)],
)
async def test_slack_says_how_long_to_wait(asked: str, wait: float) -> None:
    response = web.Response(status=429, body=b"<html>", headers={"Retry-After": asked})
    async with answered(response) as workspace:
        with pytest.raises(Busy) as caught, translated():
            await workspace.client.chat_postMessage(channel="C1", text="hi")
    assert caught.value.wait == timedelta(seconds=wait)
