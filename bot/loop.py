"""The event loop of a program that runs for long."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Coroutine
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# A thread that computes (a report, say) lets the loop go on after this; Python's own 5 ms are
# longer than most of what the loop does.
_TURN_S = 0.0005


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run the program on uvloop, where there is one: its sockets are written in C."""
    sys.setswitchinterval(_TURN_S)
    fast = import_module("uvloop") if find_spec("uvloop") else None
    with asyncio.Runner(loop_factory=fast.new_event_loop if fast else None) as runner:
        return runner.run(work)


def loading() -> None:
    """What is imported stays: looking for garbage meanwhile takes a sixth of the time."""
    gc.disable()


def loaded() -> None:
    """Everything is imported and put together: no collection has to look at it again."""
    gc.freeze()
    gc.enable()
