"""What is to end ends, also when it goes on once."""

from __future__ import annotations

import asyncio

import pytest

from bot import supervision
from bot.supervision import ended


async def test_what_goes_on_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "_CANCELS_S", 0.01)

    async def stubborn() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(60)

    tasks = [asyncio.create_task(one()) for one in (stubborn, asyncio.Event().wait)]
    await asyncio.sleep(0)
    await asyncio.wait_for(ended(*tasks), 60)
    assert all(task.cancelled() for task in tasks)


async def test_whatever_it_ends_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """An end that takes a while is not broken off."""
    monkeypatch.setattr(supervision, "_CANCELS_S", 60.0)
    steps: list[str] = []

    async def closes() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            steps.append("closed")
            raise OSError("already closed")

    task = asyncio.create_task(closes())
    await asyncio.sleep(0)
    await ended(task)
    assert steps == ["closed"]
    assert isinstance(task.exception(), OSError)
