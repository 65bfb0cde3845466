"""The embedded platform and web inbox: one more adapter, with pages of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from starlette.applications import Starlette

from adapters.console.connection import Concern, Connection
from adapters.console.opening import Console
from bot.application import Baton
from bot.ports.clock import Clock

if TYPE_CHECKING:
    from adapters.console.context import MovableClock

__all__ = ["Concern", "Connection", "Console", "console"]


async def _none() -> Sequence[Concern]:
    return ()


def console(
    baton: Baton,
    *,
    clock: MovableClock | Clock,
    password: str | None,
    secret: str,
    connections: Callable[[], Sequence[Connection]] = tuple,
    concerns: Callable[[], Awaitable[Sequence[Concern]]] = _none,
) -> Console:
    """The console's pages, to be mounted at `/` behind whatever is served there already.

    Without a password only this machine may look at them. `secret` signs sessions; `connections`
    tells the health page which platforms are connected, `concerns` what is wrong. What people wrote
    and Baton has not seen (it was killed in between) is taken in before the first page is served.
    """

    def make() -> Starlette:
        from adapters.console.site import site  # noqa: PLC0415 - loaded by `Console`, meanwhile

        return site(
            baton,
            clock=clock,
            password=password,
            secret=secret,
            connections=connections,
            concerns=concerns,
        )

    return Console(make)
