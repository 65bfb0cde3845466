"""Who may open the console: this machine alone, or whoever knows the password."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from urllib.parse import SplitResult, quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.console.ended import Ended
from bot.domain.message import LARGEST_FILE, MOST_FILES

COOKIE = "baton_session"
LOGIN = "/login"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LASTS_S = 12 * 3600
_LARGEST_BODY = LARGEST_FILE * MOST_FILES + 1024 * 1024
_POLICY_VIOLATION = 1008
_SAFE = {"GET", "HEAD", "OPTIONS"}
# No other site may show the console in a frame, where clicks could be led astray.
_HEADERS = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'; object-src 'none'; base-uri 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Sessions:
    """Signed tokens: when it ends, a name of its own, and a mark that only the secret makes.

    The password is part of the key, so that changing it ends every session. One that is left before
    its time is remembered in `ended`, until then.
    """

    def __init__(
        self,
        secret: str,
        password: str,
        wall: Callable[[], float] = time.time,
        ended: Ended | None = None,
    ) -> None:
        self._key = hashlib.sha256(f"console\0{secret}\0{password}".encode()).digest()
        self._wall = wall
        self._ended = ended or Ended()

    def make(self) -> str:
        """A new one; nothing that a browser brought along is ever used for it."""
        told = f"{int(self._wall()) + _LASTS_S}.{secrets.token_hex(16)}"
        return f"{told}.{self._mark(told)}"

    def holds(self, token: str) -> bool:
        told, _, mark = token.rpartition(".")
        ends, _, _name = told.partition(".")
        genuine = hmac.compare_digest(mark.encode(), self._mark(told).encode())
        return genuine and ends.isdecimal() and int(ends) > self._wall()

    async def admits(self, token: str) -> bool:
        """Whether it holds and nobody has left it."""
        return self.holds(token) and not await self._ended.has(_name_of(token))

    async def end(self, token: str) -> None:
        """Whoever has a copy of it is out as well, their open pages too."""
        if self.holds(token):
            await self._ended.add(_name_of(token), int(token.partition(".")[0]), self._wall())

    def _mark(self, told: str) -> str:
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()


def _name_of(token: str) -> str:
    return token.split(".")[1]


class Guard:
    """ASGI middleware before every page, file, upload and socket of the console.

    Other sites must not act through a visitor's browser: a request that changes something and
    every socket has to come from a page of this host, and without a password the host has to be
    this machine (a name that somebody points at it is none of its names). A browser that says
    which site a request comes from is believed; one that hides it (`Origin: null`) is refused.
    """

    def __init__(self, app: ASGIApp, sessions: Sessions | None) -> None:
        self._app = app
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        caller = HTTPConnection(scope)
        refusal = self._refusal(caller, scope) or await self._login(caller, scope)
        if scope["type"] == "http":
            send = _unframed(send)
        elif self._sessions is not None:
            receive = _while_admitted(receive, self._sessions, caller.cookies.get(COOKIE, ""))
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, caller: HTTPConnection, scope: Scope) -> Response | None:
        host = _split(f"//{caller.headers.get('host', '')}")
        origin = caller.headers.get("origin")
        if self._sessions is None and host.hostname not in _LOOPBACK:
            words = "Without a password the console is for this machine only: open localhost."
            return PlainTextResponse(words, status_code=403)
        is_act = scope["type"] == "websocket" or scope["method"] not in _SAFE
        is_elsewhere = origin is not None and _netloc(origin) != host.netloc
        if (is_act and is_elsewhere) or _is_embedded_elsewhere(caller):
            return PlainTextResponse("This came from another site.", status_code=403)
        return _too_large(caller)

    async def _login(self, caller: HTTPConnection, scope: Scope) -> Response | None:
        if self._sessions is None or caller.url.path == LOGIN:
            return None
        if await self._sessions.admits(caller.cookies.get(COOKIE, "")):
            return None
        if scope["type"] == "http" and "text/html" in caller.headers.get("accept", ""):
            path = caller.url.path + (f"?{caller.url.query}" if caller.url.query else "")
            return RedirectResponse(f"{LOGIN}?next={quote(path, safe='')}", status_code=303)
        return PlainTextResponse("Log in first.", status_code=401)


def _split(address: str) -> SplitResult:
    """An address that is none has no parts."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _netloc(origin: str) -> str:
    return _split(origin).netloc


def _is_embedded_elsewhere(caller: HTTPConnection) -> bool:
    """Fetch Metadata: another site's page asks for a part of itself. Following a link is fine."""
    site = caller.headers.get("sec-fetch-site", "")
    return site == "cross-site" and caller.headers.get("sec-fetch-mode") != "navigate"


def _too_large(caller: HTTPConnection) -> Response | None:
    length = caller.headers.get("content-length", "")
    if "transfer-encoding" in caller.headers:
        return PlainTextResponse("Say how long the body is: Content-Length.", status_code=411)
    if length.isdecimal() and int(length[:20]) > _LARGEST_BODY:
        return PlainTextResponse("That is too large.", status_code=413)
    return None


def _while_admitted(receive: Receive, sessions: Sessions, token: str) -> Receive:
    """What comes on an open socket is heard for as long as its session lasts."""

    async def received() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and not await sessions.admits(token):
            return {"type": "websocket.disconnect", "code": _POLICY_VIOLATION}
        return message

    return received


def _unframed(send: Send) -> Send:
    """Every answer carries the headers; one that has a stricter policy of its own keeps it."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
