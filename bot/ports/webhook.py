"""An address of another program that is told what happened here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One thing to tell. `id` is the same for every try of the same thing; `key` signs it.

    `attempt` counts from 1, `since` is when it was first to be told.
    """

    id: str
    url: str
    key: bytes
    body: bytes
    attempt: int = 1
    since: datetime

    def __repr__(self) -> str:
        """Without what must not stand in a log."""
        return f"Notice({self.id})"


class WebhookPort(Protocol):
    """Raises the errors of `bot.ports.outlet`, as every way out does."""

    async def tell(self, notice: Notice) -> None: ...
