"""What came in and cannot be kept now is tried again: a full disk, a lock, a restart pass."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.domain.errors import CannotKeep

T = TypeVar("T")
log = logging.getLogger(__name__)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class Patience:
    """Waits within whatever order its caller holds, so that what comes later stays behind it."""

    def __init__(self) -> None:
        self._given_up = asyncio.Event()

    async def until_kept(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do it, again and again while nothing can be kept; answers with what it answers.

        Raises `CannotKeep` once it is given up: then nobody is told that it was taken in.
        """
        pause = _FIRST_PAUSE
        while not self._given_up.is_set():
            try:
                return await work()
            except CannotKeep as error:
                if pause == _FIRST_PAUSE:
                    log.warning("what came in waits until it can be kept: %s", error)
            await self._rest(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise CannotKeep(problem="This is taken in later: what came before it could not be kept.")

    def give_up(self) -> None:
        """Take nothing in until `begin`: what is behind something that waited stays behind it."""
        self._given_up.set()

    def begin(self) -> None:
        self._given_up.clear()

    async def _rest(self, pause: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._given_up.wait(), pause)
