"""What `transact` promises, on both databases: all or nothing, durable, in order, and told."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.domain.desk import Desk
from bot.domain.errors import BadInput, CannotRun
from bot.domain.identity import Person
from bot.domain.message import Limits
from bot.domain.thread import Event
from bot.ports.store import Store, Tx
from storage import engines, tables
from storage.repositories.desk import DeskDocument
from storage.sqlite import SqliteStore
from storage.store import open_store
from tests.contract.listening import all_ears

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def keep(tx: Tx, key: str, value: str = "1") -> str:
    tx.meta.put(key, value)
    return key


def fail(tx: Tx, key: str) -> None:
    tx.meta.put(key, "1")
    tx.wake("failed")
    raise BadInput(problem="no")


def known(tx: Tx, *keys: str) -> list[str]:
    return [key for key in keys if tx.meta.get(key)]


def limits(_workspace: str) -> Limits:
    return Limits(text=7)


async def test_a_unit_returns_and_stays(store: Store, database_url: str) -> None:
    assert await store.transact(keep, "a") == "a"
    await store.close()
    again = open_store(database_url, limits)
    assert await again.read(known, "a", "b") == ["a"]
    assert await again.read(lambda tx: tx.limits("any").text) == 7
    await again.close()


async def test_a_failing_unit_takes_back_only_its_own(store: Store) -> None:
    outcomes = await asyncio.gather(
        store.transact(keep, "a"),
        store.transact(fail, "b"),
        store.transact(keep, "c"),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes] == [str, BadInput, str]
    assert await store.read(known, "a", "b", "c") == ["a", "c"]


async def test_an_error_of_the_database_takes_back_only_its_own_unit(store: Store) -> None:
    def refer_to_nothing(tx: Tx) -> None:
        tx.messages.add_revision(404, "text", NOW)

    first, wrong, last = await asyncio.gather(
        store.transact(keep, "a"),
        store.transact(refer_to_nothing),
        store.transact(keep, "c"),
        return_exceptions=True,
    )
    assert (first, last) == ("a", "c")
    assert isinstance(wrong, IntegrityError)
    assert await store.read(known, "a", "c") == ["a", "c"]


@contextmanager
def commits_counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """However long the machine takes over a unit, others may join it."""
    seen: list[str] = []

    def passed(name: str) -> None:
        if name == "store.after_commit":
            seen.append(name)

    with monkeypatch.context() as during:
        during.setattr("storage.sqlite.passing", passed)
        during.setattr("storage.sqlite._GATHER_S", 3600.0)
        yield seen


@ON_SQLITE
async def test_waiting_units_share_a_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with commits_counted(monkeypatch) as commits:
        await asyncio.gather(*(store.transact(keep, f"k{number}") for number in range(200)))
        together = len(commits)
        for number in range(5):
            await store.transact(keep, f"alone{number}")
    assert together <= 20
    assert len(commits) - together == 5, "negative control: alone, each unit has its own commit"


@ON_SQLITE
async def test_units_run_in_the_order_they_came(store: Store) -> None:
    assert isinstance(store, SqliteStore)
    order: list[int] = []
    await asyncio.gather(*(store.transact(lambda _tx, n: order.append(n), n) for n in range(50)))
    assert order == list(range(50))


async def test_a_commit_that_fails_fails_every_unit_in_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str) -> None:
        if name == "store.before_commit":
            raise OSError("the disk is gone")

    await all_ears(store)
    topics: list[frozenset[str]] = []
    store.listen(topics.append)
    for module in ("storage.sqlite", "storage.postgres"):
        monkeypatch.setattr(f"{module}.passing", broken)
    outcomes = await asyncio.gather(
        *(store.transact(keep, f"k{number}") for number in range(5)), return_exceptions=True
    )
    assert {str(one) for one in outcomes} == {"the disk is gone"}
    assert topics == []
    monkeypatch.undo()
    assert await store.transact(keep, "later") == "later"
    assert await store.read(known, "k0", "k4", "later") == ["later"]


@ON_SQLITE
async def test_a_full_disk_is_said_clearly(store: Store) -> None:
    def fill(tx: Tx) -> None:
        for number in range(2000):
            tx.meta.put(f"k{number}", "x" * 4000)

    assert isinstance(store, SqliteStore)
    (pages,) = store._driver.execute("PRAGMA page_count").fetchone()
    store._driver.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(CannotRun, match="disk is full"):
        await store.transact(fill)
    assert await store.transact(keep, "small") == "small"


@ON_SQLITE
def test_a_commit_has_reached_the_disk(database_url: str) -> None:
    engine = engines.sqlite_writer(make_url(database_url))
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_reads_go_on_beside_a_slow_writer(store: Store) -> None:
    await store.transact(keep, "before")

    def slow(tx: Tx) -> list[str]:
        tx.meta.put("during", "1")
        with ThreadPoolExecutor(1) as elsewhere:
            reading = elsewhere.submit(asyncio.run, store.read(known, "before", "during"))
            return reading.result(60)

    assert await store.transact(slow) == ["before"]
    assert await store.read(known, "before", "during") == ["before", "during"]


async def test_a_read_sees_one_state(store: Store) -> None:
    """What is committed in the middle of a read is for the next one."""
    await store.transact(keep, "a", "old")
    inside, leave = threading.Event(), threading.Event()

    def slow(tx: Tx) -> list[str | None]:
        first = tx.meta.get("a")
        inside.set()
        assert leave.wait(60)
        return [first, tx.meta.get("a")]

    reading = asyncio.create_task(store.read(slow))
    await asyncio.to_thread(inside.wait, 60)
    await store.transact(keep, "a", "new")
    leave.set()
    assert await reading == ["old", "old"]


async def test_a_read_can_change_nothing(store: Store) -> None:
    with pytest.raises((DBAPIError, CannotRun), match=r"read-?only"):
        await store.read(keep, "a")
    assert await store.read(known, "a") == []


async def test_listeners_hear_of_commits_in_the_loop(store: Store) -> None:
    heard: list[tuple[frozenset[str], bool]] = []

    def listener(topics: frozenset[str]) -> None:
        heard.append((topics, threading.current_thread() is threading.main_thread()))

    def loud(tx: Tx) -> None:
        tx.wake("lane:5")
        tx.wake("posts")

    await all_ears(store)
    stop = store.listen(listener)
    await store.transact(loud)
    await store.transact(keep, "silent")
    with pytest.raises(BadInput):
        await store.transact(fail, "b")
    assert heard == [(frozenset({"lane:5", "posts"}), True)]
    stop()
    stop()
    await store.transact(loud)
    assert len(heard) == 1


async def test_who_listens_early_can_join_the_commit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows from a unit is durable with it on SQLite; a server shows it after the commit."""
    seen: list[asyncio.Task[list[str]]] = []

    def follow(_topics: frozenset[str]) -> None:
        seen.append(asyncio.create_task(store.transact(known, "a")))

    def loud(tx: Tx) -> None:
        tx.wake("lane:5")
        keep(tx, "a")

    await all_ears(store)
    stop = store.listen(follow, early=True)
    with commits_counted(monkeypatch) as commits:
        await store.transact(loud)
        assert await seen[0] == ["a"]
    assert len(commits) == (1 if isinstance(store, SqliteStore) else 0)
    with pytest.raises(BadInput):
        await store.transact(fail, "b")
    assert len(seen) == 1
    stop()


@ON_SQLITE
async def test_the_loop_goes_on_while_another_program_holds_the_file(
    store: Store, database_url: str
) -> None:
    other = sqlite3.connect(make_url(database_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.transact(keep, "a"))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not writing.done(), "a wait in the loop would have ended with a refusal by now"
    other.execute("ROLLBACK")
    other.close()
    assert await writing == "a"


async def test_closing_finishes_what_was_accepted(store: Store, database_url: str) -> None:
    waiting = [asyncio.create_task(store.transact(keep, f"k{number}")) for number in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*waiting) == [f"k{number}" for number in range(50)]
    with pytest.raises(CannotRun, match="closed"):
        await store.transact(keep, "late")
    with pytest.raises(CannotRun, match="closed"):
        await store.read(known, "late")
    await store.close()
    again = open_store(database_url, limits)
    assert await again.read(known, "k0", "k49", "late") == ["k0", "k49"]
    await again.close()


async def test_who_stops_waiting_stops_nothing(store: Store, database_url: str) -> None:
    """A unit that was accepted is carried out, even when its caller is cancelled."""
    task = asyncio.create_task(store.transact(keep, "a"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await store.close()
    again = open_store(database_url, limits)
    assert await again.read(known, "a") == ["a"]
    await again.close()


async def test_stop_iteration_reaches_the_caller(store: Store) -> None:
    def stop(_tx: Tx) -> None:
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        await store.transact(stop)


async def test_seen_once_is_seen_for_good(store: Store, database_url: str) -> None:
    key = "slack:T1/C1/1700000000.1\ud800"
    assert await store.transact(lambda tx: tx.first_sight(key))
    with pytest.raises(BadInput):
        await store.transact(lambda tx: (tx.first_sight("taken back"), fail(tx, "x")))
    await store.close()
    again = open_store(database_url, limits)
    assert not await again.transact(lambda tx: tx.first_sight(key))
    assert await again.transact(lambda tx: tx.first_sight("taken back"))
    await again.close()


async def test_a_changed_desk_holds_at_once_in_every_process(
    store: Store, database_url: str
) -> None:
    other = open_store(database_url, limits)
    assert await store.read(lambda tx: (tx.desk.version, tx.desk.get())) == (0, Desk())
    for version in (1, 2, 3):
        desk = Desk(practice=version % 2 == 1)
        assert await store.transact(lambda tx, new=desk: tx.desk.put(new)) == version
        for one in (other, store):
            assert await one.read(lambda tx: (tx.desk.version, tx.desk.get())) == (version, desk)
    await other.close()


async def test_the_desk_is_parsed_once_a_version(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    original = DeskDocument._read

    def counted(self: DeskDocument) -> object:
        read.append(1)
        return original(self)

    monkeypatch.setattr(DeskDocument, "_read", counted)
    await store.transact(lambda tx: tx.desk.put(Desk(practice=True)))
    for _ in range(5):
        assert (await store.transact(lambda tx: tx.desk.get())).practice
    assert len(read) == 1


async def test_a_desk_that_was_taken_back_is_not_remembered(store: Store) -> None:
    def change(tx: Tx) -> None:
        tx.desk.put(Desk(practice=True))
        assert tx.desk.get().practice
        raise BadInput(problem="no")

    with pytest.raises(BadInput):
        await store.transact(change)
    assert await store.transact(lambda tx: (tx.desk.version, tx.desk.get().practice)) == (0, False)


@ON_SQLITE
async def test_a_locked_database_is_said_clearly_and_forgotten(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(store, SqliteStore)
    monkeypatch.setattr(engines, "BUSY_S", 0.05)
    path = Path(make_url(database_url).database or "")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotRun, match=r"baton\.db is locked by another program"):
        await store.transact(keep, "a")
    other.execute("ROLLBACK")
    other.close()
    assert await store.transact(keep, "a") == "a"


def called(tx: Tx, name: str) -> None:
    tx.people.put(Person(id="console:kim", name=name))


def name(tx: Tx) -> str:
    return tx.people.get("console:kim").name


async def test_what_another_program_writes_is_seen(store: Store, database_url: str) -> None:
    """What one unit has read is known to the next, until somebody else has written."""
    other = open_store(database_url, limits)
    await store.transact(called, "Kim")
    assert await store.transact(name) == "Kim"
    await other.transact(called, "Kim Li")
    assert await store.transact(name) == "Kim Li"
    await other.close()


async def test_what_a_unit_took_back_is_forgotten(store: Store) -> None:
    def fails(tx: Tx) -> None:
        called(tx, "Nobody")
        assert name(tx) == "Nobody"
        raise BadInput(problem="no")

    await store.transact(called, "Kim")
    with pytest.raises(BadInput):
        await store.transact(fails)
    assert await store.transact(name) == "Kim"


async def test_what_was_stored_is_known_as_it_will_be_read(store: Store) -> None:
    """Halves of surrogate pairs and other zones are changed on the way into the database."""
    there = timezone(timedelta(hours=2))

    def written(tx: Tx) -> tuple[Event, Event]:
        event = tx.events.add(Event(at=NOW.astimezone(there), kind="x", actor="a\ud800", data={}))
        return event, tx.events.get(event.id)

    event, own = await store.transact(written)
    stored = await store.read(lambda tx: tx.events.get(event.id))
    assert repr(own) == repr(event) == repr(stored)
    assert stored.actor == "a\ufffd"


@ON_SQLITE
async def test_an_error_that_is_kept_keeps_no_snapshot(store: Store) -> None:
    """A half-read question would keep the file's log from ever being emptied."""

    def reads_and_fails(tx: Tx) -> None:
        result = tx.session.run(select(tables.table(tables.Meta).c.key))  # type: ignore[attr-defined]
        assert result.fetchone() is not None
        raise BadInput(problem="no")

    for key in "abc":
        await store.transact(keep, key)
    with pytest.raises(BadInput) as kept:
        await store.read(reads_and_fails)
    await store.transact(keep, "d")
    await store.scrub()
    assert kept.value is not None


@ON_POSTGRES
async def test_a_process_that_is_frozen_in_a_transaction_locks_nobody_out(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends it; when the process wakes, it does the whole unit again."""
    monkeypatch.setattr(engines, "_SILENT_MS", 100)
    frozen, other = open_store(database_url, limits), open_store(database_url, limits)
    holds, wakes = threading.Event(), threading.Event()

    def unit(tx: Tx) -> None:
        tx.meta.put("a", "1")
        if not holds.is_set():
            holds.set()
            wakes.wait(60)
        tx.meta.put("b", "1")

    asleep = asyncio.create_task(frozen.transact(unit))
    await asyncio.to_thread(holds.wait, 60)
    async with asyncio.timeout(60):
        await other.transact(keep, "a", "2")
    wakes.set()
    await asleep
    assert await other.read(known, "a", "b") == ["a", "b"]
    await asyncio.gather(frozen.close(), other.close())
