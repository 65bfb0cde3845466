"""What every page has at hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from adapters.console.connection import Concern, Connection
from adapters.console.inbound import Inbound
from adapters.console.live import Live
from bot.application import Baton
from bot.ports.clock import Clock


@runtime_checkable
class MovableClock(Protocol):
    """The clock of a practice desk."""

    @property
    def offset(self) -> timedelta: ...
    def now(self) -> datetime: ...
    async def move(self, by: timedelta) -> None:
        """Let time pass. Raises `BadInput` on a desk with real contacts."""

    async def back(self) -> None:
        """Show the wall's time again."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One console; the pages share it."""

    baton: Baton
    inbound: Inbound
    live: Live
    clock: Clock
    connections: Callable[[], Sequence[Connection]]
    concerns: Callable[[], Awaitable[Sequence[Concern]]]
    has_login: bool
