"""What the health page is told about a platform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Connection:
    """`detail` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str = ""
