"""What may happen to Baton besides a kill: each returns when it is over and Baton is at work."""

from __future__ import annotations

import asyncio
import random
from contextlib import AbstractContextManager

from benchmarks.chaos.program import Program
from benchmarks.chaos.storm import Storm

# Between two blows everybody writes for a while.
_CALM_S = 3.0
_TIMES = 2
_FREEZES = 3
# A process that wakes finds another at work for so long, before it is killed.
_BESIDE_S = 3.0
# In which of its posts a process freezes.
AIMS = (2, 5)
_AIM_S = 60.0


async def downtime(storm: Storm, seconds: float) -> None:
    """Stopped in peace for so long, and once killed for so long, while people go on."""
    for leave in (storm.program.stop, storm.program.end):
        await storm.flows()
        await leave()
        await asyncio.sleep(seconds)
        await storm.program.start()
        await storm.flows()
        await asyncio.sleep(_CALM_S)


async def frozen(storm: Storm, seconds: float) -> None:
    """Stopped at any moment for longer than a lease, with nobody to take over."""
    drawn = random.Random(f"freezes {storm.seed}")
    for _ in range(_FREEZES):
        await storm.flows()
        await asyncio.sleep(drawn.uniform(0, 1))
        storm.program.freeze()
        await asyncio.sleep(seconds)
        storm.program.thaw()


async def relieved(storm: Storm, spare: Program, seconds: float, *, aimed: bool) -> None:
    """The same while another process takes over; it wakes beside that one, and is killed then.

    `aimed`: each time in a post, with nothing left to do but to write to the connection.
    """
    drawn = random.Random(f"freezes {storm.seed}")
    for at in AIMS if aimed else (0,) * _FREEZES:
        asleep = storm.program
        if at:
            await asleep.end()
            await asleep.start(freeze_at=at)
            await asleep.frozen(_AIM_S)
        else:
            await storm.flows()
            await asyncio.sleep(drawn.uniform(0, 1))
            asleep.freeze()
        storm.program, spare = spare, asleep
        await storm.program.start()
        await asyncio.sleep(seconds)
        asleep.thaw()
        await asyncio.sleep(_BESIDE_S)
        await asleep.end()


async def without(storm: Storm, absence: AbstractContextManager[None], seconds: float) -> None:
    """Something that Baton keeps things in is not to be had for so long, twice."""
    for _ in range(_TIMES):
        await storm.flows()
        await asyncio.to_thread(absence.__enter__)
        try:
            await asyncio.sleep(seconds)
        finally:
            await asyncio.to_thread(absence.__exit__, None, None, None)
        await storm.flows()
