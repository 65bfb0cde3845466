"""Where a commit waits for the disk: in the event loop while that is brief, else in a thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

# The way to a thread and back takes 0.3 to 1 ms, and both wait for the interpreter on it. Whatever
# wants the store would have to wait in any case.
_BRIEF_S = 0.0015
# So much of what a wait usually takes is the last one; a single long one is soon forgotten.
_NEWEST = 0.125


class Disk:
    """One wait after the other; `now` is in seconds."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._usual_s = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")

    async def wait(self, work: Callable[[], None]) -> None:
        """Do what ends with a wait for the disk, where the waits of late let it be done."""
        if self._usual_s < _BRIEF_S:
            self._measured(work)
        else:
            await self.aside(self._measured, work)

    async def aside(self, work: Callable[..., None], *given: object) -> None:
        """Do what takes long, in the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    def close(self) -> None:
        self._thread.shutdown()

    def _measured(self, work: Callable[[], None]) -> None:
        began = self._now()
        try:
            work()
        finally:
            self._usual_s += _NEWEST * (self._now() - began - self._usual_s)
