"""The embedded platform and web inbox: one more adapter, with pages of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from fastapi import FastAPI

from adapters.console.connection import Concern, Connection
from bot.application import Baton
from bot.ports.clock import Clock

if TYPE_CHECKING:
    from adapters.console.context import MovableClock

__all__ = ["Concern", "Connection", "mount"]


async def _none() -> Sequence[Concern]:
    return ()


def mount(
    app: FastAPI,
    baton: Baton,
    *,
    clock: MovableClock | Clock,
    password: str | None,
    secret: str,
    connections: Callable[[], Sequence[Connection]] = tuple,
    concerns: Callable[[], Awaitable[Sequence[Concern]]] = _none,
) -> None:
    """Serve the console's pages below `/`, behind whatever `app` serves already.

    Without a password only this machine may look at them. `secret` signs sessions; `connections`
    tells the health page which platforms are connected, `concerns` what is wrong. What people wrote
    and Baton has not seen (it was killed in between) is taken in before the first page is served.
    """
    # NiceGUI takes a second to import: only a process that serves pages pays for it.
    from adapters.console.site import serve  # noqa: PLC0415

    serve(
        app,
        baton,
        clock=clock,
        password=password,
        secret=secret,
        connections=connections,
        concerns=concerns,
    )
