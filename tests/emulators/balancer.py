"""A balancer as they stand before several processes: each request goes to the next of them.

One that cannot be connected to, or says that it is not ready, is passed over; what was begun there
and broke off is a 502, since it may have happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from aiohttp import web

# These are of one connection, and not of what is passed on (RFC 9110).
_HOP = {"connection", "host", "keep-alive", "transfer-encoding", "content-length"}
_PATIENCE = aiohttp.ClientTimeout(total=30)


@dataclass
class Balancer:
    """`backends` are addresses; `passed` counts what each has answered."""

    backends: Sequence[str]
    session: aiohttp.ClientSession
    url: str = ""
    passed: Counter[str] = field(default_factory=Counter)
    _turn: int = 0

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        for _ in self.backends:
            self._turn += 1
            backend = self.backends[self._turn % len(self.backends)]
            try:
                answer = await self._ask(backend, request, body)
                if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return answer
            except aiohttp.ClientConnectorError:
                pass
            except (aiohttp.ClientError, TimeoutError):
                return web.Response(status=502)
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)

    async def _ask(self, backend: str, request: web.Request, body: bytes) -> web.Response:
        headers = {name: one for name, one in request.headers.items() if name.lower() not in _HOP}
        asked = self.session.request(
            request.method, f"{backend}{request.path_qs}", data=body, headers=headers
        )
        async with asked as answer:
            told = await answer.read()
            kept = {name: one for name, one in answer.headers.items() if name.lower() not in _HOP}
            self.passed[backend] += 1
            return web.Response(status=answer.status, body=told, headers=kept)


@asynccontextmanager
async def balancing(backends: Sequence[str]) -> AsyncIterator[Balancer]:
    """Serves as long as the block; a connection to a backend is made for each request."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=_PATIENCE) as session:
        made = Balancer(backends, session)
        app = web.Application(client_max_size=8_000_000)
        app.router.add_route("*", "/{path:.*}", made.handle)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.url = "http://{}:{}".format(*runner.addresses[0][:2])
        try:
            yield made
        finally:
            await runner.cleanup()
