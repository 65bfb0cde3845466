"""Who may call the API, and how much they may send."""

from __future__ import annotations

import hashlib
import hmac
from math import ceil
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.api.problems import Problem, answer
from bot.tries import Tries

_LARGEST_BODY = 256 * 1024
_BEARER = HTTPBearer(auto_error=False, description="The value of BATON_API_TOKEN.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


class Access:
    """One token, compared in constant time. Whoever guesses has to wait."""

    def __init__(self, token: str) -> None:
        self._token = _digest(token)
        self._tries = Tries()

    async def check(self, request: Request, credentials: Credentials) -> None:
        """Raises `Problem` 401, or 429 for an address that was wrong too often of late."""
        address = request.client.host if request.client else ""
        wait = ceil(self._tries.wait(address))
        if wait > 0:
            raise Problem(
                429, f"Too many wrong tokens. Try again in {wait} s.", {"retry-after": str(wait)}
            )
        given = credentials.credentials if credentials else ""
        if hmac.compare_digest(_digest(given), self._token):
            return
        self._tries.failed(address)
        words = "This token is wrong." if given else "Send Authorization: Bearer with the token."
        raise Problem(401, words, {"www-authenticate": "Bearer"})


class Bounded:
    """ASGI middleware that takes no body larger than a note may be."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", ())) if scope["type"] == "http" else {}
        length = headers.get(b"content-length", b"")
        if b"transfer-encoding" in headers:
            await answer(Problem(411, "Say how long the body is: send a Content-Length."))(
                scope, receive, send
            )
        elif length.isdigit() and int(length[:20]) > _LARGEST_BODY:
            words = f"A body has {_LARGEST_BODY // 1024} KB at the most."
            await answer(Problem(413, words))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _digest(token: str) -> bytes:
    """Of one length, so that a comparison tells nothing about it."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
