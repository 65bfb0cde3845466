"""Where a commit waits: in the loop for as long as the disk answers soon."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from storage.disk import Disk


class Clock:
    def __init__(self) -> None:
        self.s = 0.0

    def now(self) -> float:
        return self.s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def disk(clock: Clock) -> Iterator[Disk]:
    with closing(Disk(clock.now)) as made:
        yield made


async def _is_in_the_loop(disk: Disk, clock: Clock, takes_s: float) -> bool:
    ran: list[int] = []

    def work() -> None:
        ran.append(threading.get_ident())
        clock.s += takes_s

    await disk.wait(work)
    return ran == [threading.get_ident()]


async def test_a_quick_disk_is_waited_for_in_the_loop(disk: Disk, clock: Clock) -> None:
    assert all([await _is_in_the_loop(disk, clock, 0.0008) for _ in range(50)])


async def test_a_slow_disk_stops_the_loop_no_more_than_once(disk: Disk, clock: Clock) -> None:
    assert [await _is_in_the_loop(disk, clock, 0.02) for _ in range(5)] == [True] + 4 * [False]


async def test_a_disk_that_is_quick_again_is_waited_for_in_the_loop_again(
    disk: Disk, clock: Clock
) -> None:
    await _is_in_the_loop(disk, clock, 0.02)
    assert [await _is_in_the_loop(disk, clock, 0.0005) for _ in range(20)][-1]


async def test_a_wait_that_fails_counts_too(disk: Disk, clock: Clock) -> None:
    def full() -> None:
        clock.s += 0.5
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        await disk.wait(full)
    assert not await _is_in_the_loop(disk, clock, 0.0005)
    with pytest.raises(OSError, match="no space left"):
        await disk.wait(full)
