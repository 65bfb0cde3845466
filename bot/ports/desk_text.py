"""The desk as text, for people to keep and to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from bot.domain.desk import Desk


class DeskText(Protocol):
    """`parse` is the inverse of `write`."""

    def parse(self, text: str) -> Desk:
        """The desk that a text describes. Raises `BadDesk` with everything that is wrong in it."""

    def write(self, desk: Desk, names: Mapping[str, str]) -> str:
        """The desk as a text; `names` of people, by their ids, stand beside them."""

    def changed(self, desk: Desk, key: str, value: str) -> Desk:
        """The desk with one key (`retention.media`) set to a value. Raises `BadDesk`."""
