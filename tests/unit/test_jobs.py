"""The clockwork stops without a word, and a job that fails says why."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from bot.clock import DeskClock
from bot.jobs import Jobs


class Held:
    """A store that is busy with the first unit for good, or that fails."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.problem = problem
        self.asked = asyncio.Event()
        self.left = asyncio.Event()

    async def transact(self, *_: Any) -> Any:
        self.asked.set()
        if self.problem:
            raise self.problem
        try:
            await asyncio.Event().wait()
        finally:
            self.left.set()


def ticking(store: Held) -> Jobs:
    given: Any = store
    return Jobs(given, DeskClock(given), media=given, tick=0.02)


async def test_stopping_in_the_middle_of_a_job_is_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Held()
    jobs = ticking(store)
    jobs.start()
    await store.asked.wait()
    jobs.stop()
    await store.left.wait()
    await asyncio.sleep(0.01)
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []


async def test_a_job_that_fails_is_told_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    jobs = ticking(Held(ValueError("the cause")))
    jobs.start()
    async with asyncio.timeout(60):
        while "the cause" not in caplog.text:
            await asyncio.sleep(0.005)
    jobs.stop()
