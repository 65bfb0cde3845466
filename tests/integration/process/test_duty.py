"""One of several processes has a duty; it changes hands when that one ends, fails or hangs."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import text

from bot import duty
from bot.delivery.workers import machine
from bot.domain.message import Limits
from bot.duty import Duty
from bot.ports.store import Store, Tx
from bot.services import duty as standing
from storage.notices import notices
from storage.postgres import PostgresStore
from storage.store import open_store
from tests.postgres import Server

pytestmark = pytest.mark.both_databases


class Worker:
    """A process elsewhere, as far as the duty can tell."""

    def __init__(self, store: Store, name: str) -> None:
        self.duty = Duty(store, "gateway", owner=f"{name}:1:aa")
        self.began = asyncio.Event()

    async def work(self) -> None:
        self.began.set()
        await asyncio.Event().wait()


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(worker.duty.run(worker.work))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duty, "LEASE", 0.8)
    monkeypatch.setattr(duty, "_OWN", 0.5)
    monkeypatch.setattr(duty, "_LOOK", 0.05)


async def began(worker: Worker) -> None:
    await asyncio.wait_for(worker.began.wait(), 60)


async def test_one_works_and_who_waits_takes_over_when_no_sign_comes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that moves with each sign of life, however long the machine takes over one."""
    now = 0.0
    monkeypatch.setattr(duty, "monotonic", lambda: now)
    first, second = Worker(store, "one"), Worker(store, "two")
    async with AsyncExitStack() as stack:
        working = await stack.enter_async_context(at_work(second))
        await began(second)
        await stack.enter_async_context(at_work(first))
        while now < 3 * duty.LEASE:
            await _sign_of_life(store)
            now += duty.LEASE / 2
        async with asyncio.timeout(60):
            while not first.duty.stands_by:
                await asyncio.sleep(0.01)
        assert not first.began.is_set(), "while signs of life come, nobody takes over"
        second.duty._owner = "somebody else"  # it can give no sign of life any more
        await asyncio.wait_for(working, 60)
        while not first.began.is_set():
            now += duty.LEASE / 2
            await asyncio.sleep(0.05)
        assert not second.duty.is_ours


async def _sign_of_life(store: Store) -> None:
    """Wait for the next one."""
    last = await store.read(standing.standing, "gateway")
    async with asyncio.timeout(60):
        while await store.read(standing.standing, "gateway") == last:
            await asyncio.sleep(0.01)


async def test_a_dead_process_of_this_machine_is_not_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "LEASE", 3600.0)
    await store.transact(standing.take, "gateway", f"{machine()}:999999999:ab", None)
    worker = Worker(store, "one")
    async with at_work(worker):
        await began(worker)


async def test_who_hangs_stops_before_it_goes_on(store: Store) -> None:
    """A process that was stopped for longer than a lease finds itself relieved."""
    hung, other = Worker(store, "one"), Worker(store, "two")
    async with at_work(hung) as task:
        await began(hung)
        time.sleep(1.2)  # noqa: ASYNC251 - nothing of this loop runs meanwhile
        await asyncio.wait_for(task, 60)
    assert not hung.duty.is_ours
    async with at_work(other):
        await began(other)


async def test_of_two_that_see_it_free_one_takes_it(store: Store) -> None:
    seen = await store.read(standing.standing, "gateway")
    names = [f"{name}:{os.getpid()}:x" for name in ("a", "b", "c", "d")]
    took = await asyncio.gather(
        *(store.transact(standing.take, "gateway", name, seen) for name in names)
    )
    assert took.count(True) == 1


async def test_work_that_fails_is_left_to_others(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duty, "_LOOK", 60.0)  # what leaving may take

    async def fails() -> None:
        raise OSError("out of reach")

    with pytest.raises(OSError, match="out of reach"):
        await Duty(store, "gateway").run(fails)
    assert await store.read(standing.standing, "gateway") is None


def test_a_notice_says_only_what_others_need() -> None:
    assert notices({"lane:5", "lane:7", "later:5:12.5", "tickets"}) == ["lanes tickets"]
    assert notices({"later:5:12.5"}) == []
    many = notices({f"page{number:05}" for number in range(2000)})
    assert len(many) > 1
    assert max(map(len, many)) < 8000
    assert len(" ".join(many).split()) == 2000


async def test_commits_elsewhere_are_heard_and_ones_own_once(postgres_server: Server) -> None:
    with postgres_server.clone() as url:
        one, two = (open_store(url, lambda _: Limits(), "key") for _ in range(2))
        assert isinstance(one, PostgresStore)
        here: list[frozenset[str]] = []
        there: list[frozenset[str]] = []
        one.listen(here.append)
        two.listen(there.append)
        await _until(lambda: bool(here) and bool(there))  # both are connected
        here.clear()
        there.clear()
        await one.transact(_two_topics)
        await _until(lambda: bool(there))
        assert there == [frozenset({"lanes", "tickets"})]
        assert here == [frozenset({"lane:5", "tickets"})]
        with pytest.raises(ZeroDivisionError):
            await one.transact(_rolled_back)
        there.clear()
        await one.transact(lambda tx: tx.wake("posts"))
        await _until(lambda: bool(there))
        assert there == [frozenset({"posts"})], "nobody hears of what was rolled back"
        await one.close()
        await two.close()


async def test_a_lost_connection_is_made_again_and_everything_looked_at(
    postgres_server: Server,
) -> None:
    with postgres_server.clone() as url:
        store = open_store(url, lambda _: Limits(), "key")
        heard: list[frozenset[str]] = []
        store.listen(heard.append)
        await _until(lambda: bool(heard))
        heard.clear()
        await store.transact(_end_listeners)
        await _until(lambda: any("lanes" in one for one in heard))
        await store.close()


def _two_topics(tx: Tx) -> None:
    tx.wake("lane:5")
    tx.wake("tickets")


def _rolled_back(tx: Tx) -> None:
    tx.wake("desk")
    raise ZeroDivisionError


def _end_listeners(tx: Tx) -> None:
    """End the connections that listen, as a restart of the server would."""
    tx.meta.session.connection.execute(  # type: ignore[attr-defined]
        text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'LISTEN%' AND datname = current_database()"
        )
    )


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)
