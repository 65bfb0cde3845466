"""Whatever a webhook's endpoint answers: it is told or not, in words, and nothing is held up."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import aiohttp
import pytest

from adapters.webhooks.addresses import networks
from adapters.webhooks.sender import WebhookSender
from bot.ports.outlet import OutletError
from bot.ports.webhook import Notice
from tests.fuzz.payloads import EXAMPLES

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
_OK = b"HTTP/1.1 200 OK\r\n"
_BOMB = gzip.compress(b"\0" * 10_000_000)
_PIECES = (
    b"HTTP/1.1 ", b"HTTP/9.9 ", b"ICY ", b"200", b"204", b"302", b"429", b"500", b"999", b"-1",
    b" OK", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"Content-Length: 5", b"Content-Length: -5",
    b"Content-Length: 99999999999999999999", b"Content-Encoding: gzip", b"Content-Encoding: br",
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: x", b"Retry-After: \xc2\xb2",
    b"Retry-After: " + b"9" * 5_000, b"Location: http://169.254.169.254/", b"Location: \xff",
    b"Set-Cookie: a=b; Domain=.", b": ", b"\x00", b"\xff\xfe", b"ffffffffff\r\n", b"5\r\nhello\r\n",
    b"hello", b"X: " + b"x" * 9_000, b"X: y\r\n" * 200, _BOMB[:2_000],
)  # fmt: skip


def _says(data: bytes) -> Answer:
    async def answer(to: asyncio.StreamWriter) -> None:
        to.write(data)

    return answer


def _goes_on(data: bytes, more: bytes) -> Answer:
    """Never comes to its end."""

    async def answer(to: asyncio.StreamWriter) -> None:
        to.write(data)
        while True:
            to.write(more)
            await to.drain()
            await asyncio.sleep(0)

    return answer


async def _waits(_: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def _answers(count: int) -> Iterator[tuple[str, Answer]]:
    yield "endless body", _goes_on(_OK + b"\r\n", b"x" * 65_536)
    yield "endless chunks", _goes_on(_OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")
    yield "endless headers", _goes_on(_OK, b"X-A: " + b"x" * 1_000 + b"\r\n")
    yield "endless line", _goes_on(_OK + b"X-A: ", b"x" * 65_536)
    yield "endless continues", _goes_on(b"", b"HTTP/1.1 100 Continue\r\n\r\n")
    yield "silence", _waits
    yield "bomb", _says(_OK + b"Content-Encoding: gzip\r\n\r\n" + _BOMB)
    yield "nothing", _says(b"")
    for seed in range(count):
        random = Random(seed)
        start = b"" if not random.randrange(4) else b"HTTP/1.1 200 OK\r\n"
        rest = random.choices((*_PIECES, b"\r\n"), k=random.randrange(1, 9))
        yield "pieces", _says(start + b"".join(rest))


@asynccontextmanager
async def _serving(answer: Answer) -> AsyncIterator[str]:
    busy: set[asyncio.Task[None]] = set()

    async def serve(asked: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        busy.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            try:
                await asked.readuntil(b"\r\n\r\n")
                await answer(to)
            finally:
                to.close()
                await to.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()
        for one in busy:
            one.cancel()
        await asyncio.gather(*busy, return_exceptions=True)


async def test_whatever_a_webhooks_endpoint_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Endless, silent, packed, broken in any piece of it: only what the port knows comes of it."""
    monkeypatch.setattr("adapters.webhooks.sender._LIMIT", aiohttp.ClientTimeout(total=0.3))
    sender, came = WebhookSender(networks("127.0.0.0/8")), Counter[str]()
    for _, answer in _answers(EXAMPLES):
        async with _serving(answer) as url:
            now = datetime.now(UTC)
            notice = Notice(id="1", url=url, body=b"{}", key=b"k" * 32, since=now, attempt=1)
            try:
                await sender.tell(notice)
            except OutletError as error:
                came[type(error).__name__] += 1
            else:
                came["told"] += 1
    await sender.close()
    print(f"webhooks: {dict(came)}")  # noqa: T201 - what `make fuzz` shows
