"""Who looks at a page and at what; it stands in the address, so a reload or a link keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

_NAMES = {
    "attendant": "as",
    "contact": "contact",
    "channel": "channel",
    "thread": "thread",
    "team": "team",
    "period": "period",
}


@dataclass(kw_only=True)
class Visit:
    """`attendant` and `contact` are ids; empty until the page has chosen for the visitor."""

    path: str
    attendant: str = ""
    contact: str = ""
    channel: str = ""
    thread: str = ""
    team: str = ""
    period: str = ""
    theme: str = ""

    @classmethod
    def of(cls, request: Request) -> Visit:
        given = request.query_params
        values = {name: given.get(short, "")[:200] for name, short in _NAMES.items()}
        theme = given.get("theme", "")
        return cls(
            path=request.url.path, theme=theme if theme in {"dark", "light"} else "", **values
        )

    def address(self) -> str:
        """This page as it is shown now."""
        return _address(
            self.path,
            {short: getattr(self, name) for name, short in _NAMES.items()} | {"theme": self.theme},
        )

    def elsewhere(self, path: str) -> str:
        """Another page, for the same people."""
        kept = {"as": self.attendant, "contact": self.contact, "theme": self.theme}
        return _address(path, kept)


def _address(path: str, values: dict[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(given, safe=':')}" if given else path
