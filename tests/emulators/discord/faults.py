"""Faults on order: what goes wrong, on which calls, how often."""

import asyncio
import json
import random
import re
import socket
import struct
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from aiohttp import web

from tests.emulators.discord.constants import Json

BEFORE: Final = {
    "rate_limited",
    "global_rate_limited",
    "cloudflare",
    "error",
    "drop_before",
    "reset_before",
    "slow",
}
OUTAGE: Final = 500
AFTER: Final = {"stored_then_error", "drop_after", "reset_after", "slow_after"}


@dataclass(kw_only=True)
class Fault:
    """``route`` is a regular expression searched in ``METHOD /template path``.

    ``times`` below 0 means always; ``after`` calls pass first; ``probability`` is drawn for each.
    """

    kind: str
    route: str = ""
    times: int = 1
    after: int = 0
    probability: float = 1.0
    status: int = 502
    seconds: float = 1.0
    hits: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in BEFORE | AFTER:
            raise ValueError(f"{self.kind} is none of {sorted(BEFORE | AFTER)}")


class Faults:
    def __init__(self, rng: random.Random) -> None:
        self.random = rng
        self.planned: list[Fault] = []

    def plan(self, body: Json) -> Fault:
        fault = Fault(**body)
        self.planned.append(fault)
        return fault

    def draw(self, target: str) -> Fault | None:
        """The first fault that applies to this call; it is used up by that."""
        for fault in self.planned:
            if fault.times == 0 or not re.search(fault.route, target):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            if fault.probability < 1.0 and self.random.random() >= fault.probability:
                continue
            fault.times -= 1
            fault.hits += 1
            return fault
        return None


async def before(fault: Fault, request: web.Request) -> web.Response | None:
    """What happens instead of the call, or None when the call goes on."""
    if fault.kind in {"rate_limited", "global_rate_limited"}:
        return rate_limited(fault.seconds, is_global=fault.kind == "global_rate_limited")
    if fault.kind == "cloudflare":
        return web.Response(status=429, text="error code: 1015", content_type="text/plain")
    if fault.kind == "error":
        return failed(fault.status)
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind in {"drop_before", "reset_before"}:
        return cut(request, reset=fault.kind == "reset_before")
    return None


def failed(status: int) -> web.Response:
    """Discord words its own refusals; what stands before it has a text for its outages."""
    if status >= OUTAGE:
        return web.Response(status=status, text="upstream error", content_type="text/plain")
    body = json.dumps({"message": f"{status}: {HTTPStatus(status).phrase}", "code": 0})
    return web.Response(status=status, body=body.encode(), content_type="application/json")


async def after(fault: Fault, request: web.Request, answer: web.Response) -> web.Response:
    """The call was carried out; what the caller learns of it."""
    if fault.kind == "stored_then_error":
        return web.Response(status=fault.status, text="upstream error", content_type="text/plain")
    if fault.kind in {"drop_after", "reset_after"}:
        return cut(request, reset=fault.kind == "reset_after")
    if fault.kind == "slow_after":
        await asyncio.sleep(fault.seconds)
    return answer


def cut(request: web.Request, *, reset: bool) -> web.Response:
    """Close the connection without an answer: an end of stream, or ECONNRESET."""
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        if reset and raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=500)


def rate_limited(
    seconds: float, *, is_global: bool, headers: dict[str, str] | None = None
) -> web.Response:
    """Discord: 429 with ``retry_after`` in seconds; a ``Via`` header tells it from Cloudflare's."""
    body = {
        "message": "You are being rate limited.",
        "retry_after": round(seconds, 3),
        "global": is_global,
        "code": 0,
    }
    shown = {"Via": "1.1 google", "Retry-After": str(int(seconds) + 1), **(headers or {})}
    if is_global:
        shown["X-RateLimit-Global"] = "true"
    return web.Response(
        status=429,
        body=web.json_response(body).body,
        headers=shown,
        content_type="application/json",
    )
