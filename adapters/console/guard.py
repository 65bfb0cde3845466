"""Who may open the console: this machine alone, or whoever knows the password."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.domain.message import LARGEST_FILE, MOST_FILES

COOKIE = "baton_session"
LOGIN = "/login"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LASTS_S = 12 * 3600
_LARGEST_BODY = LARGEST_FILE * MOST_FILES + 1024 * 1024
_POLICY_VIOLATION = 1008
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Sessions:
    """Signed tokens that need no memory: when they end, and a mark that only the secret makes.

    The password is part of the key, so that changing it ends every session.
    """

    def __init__(self, secret: str, password: str, wall: Callable[[], float] = time.time) -> None:
        self._key = hashlib.sha256(f"console\0{secret}\0{password}".encode()).digest()
        self._wall = wall

    def make(self) -> str:
        ends = str(int(self._wall()) + _LASTS_S)
        return f"{ends}.{self._mark(ends)}"

    def holds(self, token: str) -> bool:
        ends, _, mark = token.partition(".")
        genuine = hmac.compare_digest(mark.encode(), self._mark(ends).encode())
        return genuine and ends.isdecimal() and int(ends) > self._wall()

    def _mark(self, ends: str) -> str:
        return hmac.new(self._key, ends.encode(), hashlib.sha256).hexdigest()


class Guard:
    """ASGI middleware before every page, file, upload and socket of the console.

    Other sites must not act through a visitor's browser: a request that changes something and
    every socket has to come from a page of this host, and without a password the host has to be
    this machine (a name that somebody points at it is none of its names).
    """

    def __init__(self, app: ASGIApp, sessions: Sessions | None) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(HTTPConnection(scope), scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, caller: HTTPConnection, scope: Scope) -> Response | None:
        host = urlsplit(f"//{caller.headers.get('host', '')}")
        origin = urlsplit(caller.headers.get("origin", ""))
        if self._sessions is None and host.hostname not in _LOOPBACK:
            words = "Without a password the console is for this machine only: open localhost."
            return PlainTextResponse(words, status_code=403)
        is_act = scope["type"] == "websocket" or scope["method"] not in _SAFE
        if is_act and origin.netloc and origin.netloc != host.netloc:
            return PlainTextResponse("This came from another site.", status_code=403)
        if int(caller.headers.get("content-length") or 0) > _LARGEST_BODY:
            return PlainTextResponse("That is too large.", status_code=413)
        return self._login(caller, scope)

    def _login(self, caller: HTTPConnection, scope: Scope) -> Response | None:
        if self._sessions is None or caller.url.path == LOGIN:
            return None
        if self._sessions.holds(caller.cookies.get(COOKIE, "")):
            return None
        if scope["type"] == "http" and "text/html" in caller.headers.get("accept", ""):
            path = caller.url.path + (f"?{caller.url.query}" if caller.url.query else "")
            return RedirectResponse(f"{LOGIN}?next={quote(path, safe='')}", status_code=303)
        return PlainTextResponse("Log in first.", status_code=401)
