"""What cannot be kept for now waits in its order, and is never taken for kept."""

from __future__ import annotations

import asyncio

import pytest

from bot import patience
from bot.domain.errors import CannotKeep
from bot.patience import Patience


class Disk:
    """Full for so many tries; `tried` says what was to be kept."""

    def __init__(self, refuses: int) -> None:
        self.refuses = refuses
        self.tried: list[str] = []
        self.kept: list[str] = []

    async def keep(self, word: str) -> None:
        self.tried.append(word)
        if len(self.tried) <= self.refuses:
            raise CannotKeep(problem="The disk is full.")
        self.kept.append(word)


async def test_it_is_tried_until_it_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_FIRST_PAUSE", 0.001)
    disk = Disk(refuses=3)
    await Patience().until_kept(lambda: disk.keep("one"))
    assert (disk.tried, disk.kept) == (["one"] * 4, ["one"])


async def test_what_is_given_up_lets_nothing_pass_it() -> None:
    """The second one waits for the first, as an author's words do: it must not be kept alone."""
    waits, disk, order = Patience(), Disk(refuses=1), asyncio.Lock()

    async def take(word: str) -> None:
        async with order:
            await waits.until_kept(lambda: disk.keep(word))

    both = [asyncio.create_task(take(word)) for word in ("one", "two")]
    while not disk.tried:
        await asyncio.sleep(0)
    waits.give_up()
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert [type(one) for one in ended] == [CannotKeep, CannotKeep]
    assert disk.kept == []
    waits.begin()
    await take("one")
    await take("two")
    assert disk.kept == ["one", "two"]


async def test_other_errors_are_not_waited_for() -> None:
    async def broken() -> None:
        raise ValueError("not ours to wait for")

    with pytest.raises(ValueError, match="not ours"):
        await Patience().until_kept(broken)
