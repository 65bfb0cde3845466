"""Pages follow what changes: one listener on the store, each page refreshed a moment later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.domain.errors import CannotRun
from bot.ports.store import Store

log = logging.getLogger(__name__)
# Changes within this time are one refresh.
_GATHER_S = 0.1
Refresh = Callable[[], Awaitable[None]]


class Live:
    """Tells followers of a commit's topics."""

    def __init__(self, store: Store) -> None:
        self._followers: set[Follower] = set()
        self.stop = store.listen(self._heard)

    def follow(self, topics: frozenset[str], refresh: Refresh) -> Follower:
        follower = Follower(topics, refresh)
        self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        follower.cancel()
        self._followers.discard(follower)

    def _heard(self, topics: frozenset[str]) -> None:
        for follower in self._followers:
            if topics & follower.topics:
                follower.wake()


class Follower:
    """One view that wants to be refreshed: never twice at once, and once more if it changed."""

    def __init__(self, topics: frozenset[str], refresh: Refresh) -> None:
        self.topics = topics
        self._refresh = refresh
        self._alarm: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """Refresh in a moment."""
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(_GATHER_S, self._begin)

    def cancel(self) -> None:
        if self._alarm:
            self._alarm.cancel()

    def _begin(self) -> None:
        self._alarm = None
        if self._task and not self._task.done():
            self.wake()
            return
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._refresh()
        except CannotRun:
            log.debug("the store is closed: pages are no longer refreshed")
        except Exception:
            log.exception("a page could not be refreshed")
