"""What answers has to answer as Discord does; else it is a proxy, say, while Discord is away.

discord.py hands such an answer on, or stumbles over it, which would look like a fault of ours.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
import discord

# Discord: what of it is asked for by a path with this end comes as a list of objects.
_LISTED = ("/messages", "/channels", "/commands")
_CHANGES = {"POST", "PATCH"}
_LONGEST_WAIT = 3_600.0


def guard(client: discord.Client) -> None:
    """For all that a client asks of Discord's REST half from now on."""
    http: Any = client.http
    http.request = _checked(http.request)


def _checked(request: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def checked(route: discord.http.Route, *arguments: Any, **named: Any) -> Any:
        try:
            answer = await request(route, *arguments, **named)
        except discord.HTTPException as error:
            if error.status == HTTPStatus.TOO_MANY_REQUESTS and (wait := await _asked(error)):
                raise discord.RateLimited(wait) from error
            raise
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise aiohttp.ClientPayloadError("what answered is not Discord") from error
        if not _is_due(route, answer):
            raise aiohttp.ClientPayloadError("what answered is not Discord")
        return answer

    return checked


def _is_due(route: discord.http.Route, answer: Any) -> bool:
    """Discord: what was made or changed is answered with, and has an id."""
    if route.method in _CHANGES:
        return isinstance(answer, dict) and str(answer.get("id", "")).isdecimal()
    if route.method == "GET" and route.path.endswith(_LISTED):
        return isinstance(answer, list) and all(isinstance(one, dict) for one in answer)
    if route.method == "GET":
        return isinstance(answer, dict)
    return not (isinstance(answer, str) and answer)  # nothing at all is an answer too: 204


async def _asked(error: discord.HTTPException) -> float:
    """How many seconds to wait, by what came from another hand than Discord's own: discord.py wants
    its sign of that, and does not read on without it. 0: it does not say.
    """
    try:
        told = await error.response.json(content_type=None)
        wait = float(told["retry_after"])
    except (aiohttp.ClientError, ValueError, LookupError, TypeError):
        header = error.response.headers.get("Retry-After", "")
        wait = float(header) if header.isdecimal() else 0.0
    return min(wait, _LONGEST_WAIT) if wait > 0 else 0.0
