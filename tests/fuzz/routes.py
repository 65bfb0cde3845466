"""The routes that an application serves, read off itself, and hostile requests to each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import quote

from starlette.routing import BaseRoute, Mount

_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")
# What a parameter of a path can rightly be.
_FITTING = {
    "number": "1",
    "post_id": "1",
    "digest": "0" * 64,
    "key": "vue.esm-browser.prod.js",
    "path": "index.js",
    "name": "x",
    "client_id": "00000000-0000-0000-0000-000000000000",
    "element_id": "1",
}
_STRANGE = (
    "", " ", ".", "..", "../../../etc/passwd", "....//....//etc/passwd", "/etc/passwd", "\x00",
    "\r\nSet-Cookie: a=b", "-1", "0", "1e9", "9" * 400, "٣", "NaN", "null", "[]", "{}", "<script>",
    "'; DROP TABLE post; --", "{{7*7}}", "${x}", "%00", "%2e%2e%2f", "\u202e\u2066", "😀" * 300,
    "a" * 6_000, "C:\\windows", "//evil.example", "\\\\evil", "javascript:alert(1)",
    "console:carol", "30d", "2026-02-31", "2026-01..2020-01", "last week", "support",
)  # fmt: skip
_QUERIES = ("as", "contact", "channel", "thread", "team", "period", "theme", "next", "stand",
            "status", "limit", "cursor", "EIO", "transport", "sid")  # fmt: skip
_HEADERS = {
    "Accept": ("text/html", "*/*", "", "a/b;q=x", "text/html;" + "q" * 5_000),
    "Accept-Encoding": ("gzip", "br;q=0", "x" * 3_000),
    "Authorization": ("Bearer", "Bearer x", "Basic OjpA", "Bearer \xff", "x" * 5_000),
    "Content-Type": ("application/json", "text/plain", "multipart/form-data", "a",
                     "application/x-www-form-urlencoded; charset=utf-99", ";;;"),
    "Cookie": ("baton_session=", "baton_session=9999999999.é", "=;=;", "x" * 5_000),
    "Idempotency-Key": ("", "x", "x" * 300, "é"),
    "If-Modified-Since": ("yesterday", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "If-None-Match": ("*", '"', "W/"),
    "Range": ("bytes=0-", "bytes=-1", "bytes=9-1", "bytes=0-0,1-1,2-2", "x=1", "bytes=9999999-"),
    "X-Forwarded-For": ("127.0.0.1", "x", "1.2.3.4, 5.6.7.8"),
    "X-HTTP-Method-Override": ("DELETE",),
}  # fmt: skip
_BODIES = (
    b"", b"{}", b"[]", b"null", b"{", b"\x00" * 100, b"\xff\xfe\xfd", b"[" * 20_000, b"a=b&a=c&=&&",
    b"password=%ff%00&next=//evil", b'{"text": "\\ud800"}', b'{"conversation": 1e400}', b"1" * 600,
    b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n', b"--x--\r\n",
    b'{"a": {"a": {"a": {}}}, "contact": ["x"]}', b"password=" + b"x" * 200_000,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Route:
    """`path` as it is declared: `/files/{post_id}/{digest}`."""

    path: str
    methods: tuple[str, ...]

    def address(self, random: Random | None = None) -> str:
        """With something for each parameter: what fits, or something strange."""

        def given(match: re.Match[str]) -> str:
            fitting = _FITTING[match[1]]  # a new parameter has to be named above
            one = random.choice(_STRANGE) if random and random.randrange(3) else fitting
            return quote(one, safe="/" if random and random.randrange(2) else "")

        return _PARAMETER.sub(given, self.path) or "/"


def routes(of: Any, prefix: str = "") -> Iterator[Route]:
    """All that an application, a mount or a router leads to."""
    for one in of.routes:
        yield from _below(one, prefix)


def _below(one: BaseRoute | Any, prefix: str) -> Iterator[Route]:
    included = getattr(one, "effective_candidates", None)
    if included is not None:  # FastAPI: a router that was included stays one
        for route in included():
            yield from _below(route, prefix)
    elif isinstance(one, Mount):
        inside = getattr(one.app, "routes", None)
        anything = Route(path=f"{prefix}{one.path}/{{path:path}}", methods=("GET", "POST"))
        yield from routes(one.app, prefix + one.path) if inside else iter([anything])
    else:
        yield Route(path=prefix + one.path, methods=tuple(sorted(one.methods or ("GET",))))


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request. The address is quoted as it goes out."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes | None


def hostile(route: Route, random: Random) -> Sent:
    """A request to a route, strange in some ways."""
    method = random.choice((*route.methods * 4, "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X"))
    query = "&".join(
        f"{random.choice(_QUERIES)}={quote(random.choice(_STRANGE), safe='')}"
        for _ in range(random.randrange(4))
    )
    chosen = random.sample(sorted(_HEADERS), random.randrange(4))
    return Sent(
        method=method,
        address=route.address(random) + (f"?{query}" if query else ""),
        headers={name: random.choice(_HEADERS[name]) for name in chosen},
        body=None if method in {"GET", "HEAD"} else random.choice(_BODIES),
    )
