"""Keep a task running: a crash is logged with its cause, and the task starts again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0


async def supervised(name: str, task: Callable[[], Awaitable[None]]) -> None:
    """Run a task until it is cancelled, however often it fails."""
    pause = _FIRST_PAUSE
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await task()
        except Exception:
            log.exception("%s stopped; it starts again in %.1f s", name, pause)
        if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE:
            pause = _FIRST_PAUSE
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
