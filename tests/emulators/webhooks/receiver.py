"""A program next door: takes what is signed as the specification wants it, and nothing else."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import web

_TOLERANCE_S = 300


@dataclass
class Receiver:
    """`fail` answers the next calls with these statuses; `refused` says what was wrong with calls.

    A message that came before (by its id) is taken once, as receivers are told to.
    """

    secret: str
    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    fail: deque[int] = field(default_factory=deque)
    headers: dict[str, str] = field(default_factory=dict)
    hang: asyncio.Event | None = None
    calls: int = 0

    @property
    def kinds(self) -> list[str]:
        return [one["type"] for one in self.taken]

    async def take(self, request: web.Request) -> web.Response:
        self.calls += 1
        if self.hang:
            await self.hang.wait()
        body = await request.read()
        if problem := self._problem(request, body):
            self.refused.append(problem)
            return web.Response(status=401, text=problem)
        if self.fail:
            return web.Response(status=self.fail.popleft(), headers=self.headers)
        message = request.headers["webhook-id"]
        if message not in self.ids:
            self.ids.append(message)
            self.taken.append(json.loads(body))
        return web.Response(status=204)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.taken) < count:
                await asyncio.sleep(0.02)

    def _problem(self, request: web.Request, body: bytes) -> str:
        """What the specification does not allow."""
        headers = request.headers
        names = ("webhook-id", "webhook-timestamp", "webhook-signature")
        if missing := [one for one in names if not headers.get(one)]:
            return f"missing: {missing}"
        if headers.get("content-type") != "application/json":
            return "no JSON"
        message, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        if "." in message or len(message) > 256:
            return "the id has a dot in it or is too long"
        if not stamp.isdecimal() or abs(time.time() - int(stamp)) > _TOLERANCE_S:
            return "the timestamp is not of now"
        key = base64.b64decode(self.secret.removeprefix("whsec_"), validate=True)
        content = f"{message}.{stamp}.".encode() + body
        expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        given = [one.partition(",") for one in headers["webhook-signature"].split(" ")]
        if not any(v == "v1" and hmac.compare_digest(mark, expected) for v, _, mark in given):
            return "the signature is wrong"
        return self._shape(json.loads(body))

    @staticmethod
    def _shape(told: dict[str, Any]) -> str:
        if set(told) != {"type", "timestamp", "data"} or not isinstance(told["data"], dict):
            return "a body has a type, a timestamp and data"
        return "" if datetime.fromisoformat(told["timestamp"]).tzinfo else "the time has no zone"


@asynccontextmanager
async def receiving(secret: str, port: int = 0) -> AsyncIterator[Receiver]:
    """A receiver on this machine."""
    receiver = Receiver(secret)
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    receiver.url = "http://{}:{}/hook".format(*runner.addresses[0][:2])
    try:
        yield receiver
    finally:
        await runner.cleanup()
