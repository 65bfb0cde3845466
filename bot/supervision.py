"""Keep a task running: a crash is logged with its cause, and the task starts again. End others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger(__name__)
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# Longer than it takes to end what was begun: only what goes on is cancelled once more.
_CANCELS_S = 10.0


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


async def ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel tasks until they have ended. Once is not enough for what waits by `asyncio.wait_for`,
    as discord.py does: in Python 3.11 it goes on when what it waits for comes in the same moment.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_CANCELS_S)
    await asyncio.gather(*tasks, return_exceptions=True)
