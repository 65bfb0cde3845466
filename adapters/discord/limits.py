"""discord.py's global rate limit, ended also where whoever has met it does not wait any more."""

from __future__ import annotations

import asyncio
from typing import Any

import discord


def guard(client: discord.Client) -> None:
    """For a client that has just logged in.

    discord.py has all calls wait until the one that met the limit has waited for its end. One that
    is cancelled meanwhile would leave them waiting for good; they go on, and meet it themselves.
    """
    http: Any = client.http
    over, request = _Over(), http.request
    over.set()

    async def asked(*given: Any, **more: Any) -> Any:
        try:
            return await request(*given, **more)
        finally:
            over.left()

    http._global_over = over  # noqa: SLF001 - it has no other name
    http.request = asked


class _Over(asyncio.Event):
    """Set while there is no limit."""

    _met_by: asyncio.Task[Any] | None = None

    def clear(self) -> None:
        self._met_by = asyncio.current_task()
        super().clear()

    def left(self) -> None:
        """A call of this task has ended, in whatever way."""
        if not self.is_set() and self._met_by is asyncio.current_task():
            self.set()
