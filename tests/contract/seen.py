"""What a harness of the outlet's contract reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One post as people see it on the platform.

    `words` is everything one reads on it; `files` the bytes of its files by name; `pings` whom it
    really notifies, as qualified ids (`everyone` for a mass mention); `alive` whatever the platform
    would run or interpret that nobody asked for.
    """

    platform_id: str
    words: str
    files: Mapping[str, bytes]
    buttons: tuple[str, ...] = ()
    pings: frozenset[str] = frozenset()
    alive: tuple[str, ...] = ()
