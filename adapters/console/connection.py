"""What the health page is told about a platform, and about what is wrong."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Connection:
    """`detail` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Concern:
    """Something is wrong with `what`, and `advice` says what to do about it."""

    what: str
    problem: str
    advice: str
