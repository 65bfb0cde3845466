"""The embedded database: one writer thread that commits waiting units together."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.domain.errors import CannotRun
from bot.domain.message import Limits
from bot.failpoints import passing
from bot.ports.store import Tx
from bot.ports.vault import Vault
from storage import engines
from storage.faults import explained
from storage.search_index import TABLE
from storage.transaction import Transaction
from storage.work import Job, Office

P = ParamSpec("P")
R = TypeVar("R")

_READERS = 4
# How long units may go on joining a commit: the first one waits for the last.
_GATHER_S = 0.02
_LOG_TRIES, _LOG_PAUSE_S = 50, 0.1


class Chore(Job):
    """Something to do between commits, not a unit of work."""


class SqliteStore:
    """Units run one after the other, each in a savepoint of its own.

    All that wait when one begins share its commit, and with it the wait for the disk.
    """

    def __init__(self, url: URL, limits: Callable[[str], Limits], vault: Vault) -> None:
        self._url = url
        self._office = Office(limits, vault)
        self._writer = engines.sqlite_writer(url)
        self._readers = engines.sqlite_readers(url, _READERS)
        self._connection = self._writer.connect()
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._open = True
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")
        self._thread = Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    async def transact(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._check_open()
        job = Job(lambda tx: unit(tx, *args, **kwargs))
        self._queue.put(job)
        return cast("R", await job.future)

    async def read(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._check_open()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, self._read, lambda tx: unit(tx, *args, **kwargs)
        )

    def listen(self, listener: Callable[[frozenset[str]], None]) -> Callable[[], None]:
        return self._office.listen(listener)

    async def scrub(self) -> None:
        """Write the file anew without what was deleted, and empty the log beside it."""
        self._check_open()
        chore = Chore(lambda _: None)
        self._queue.put(chore)
        await chore.future

    async def close(self) -> None:
        """Finish what was accepted, then let the file go."""
        if self._open:
            self._open = False
            self._queue.put(None)
            await asyncio.get_running_loop().run_in_executor(None, self._finish)

    def _check_open(self) -> None:
        if not self._open:
            raise CannotRun(problem="The store is closed: Baton is stopping.")

    def _finish(self) -> None:
        self._thread.join()
        self._pool.shutdown()
        self._connection.close()
        self._writer.dispose()
        self._readers.dispose()

    def _read(self, unit: Callable[[Transaction], R]) -> R:
        try:
            with self._readers.begin() as connection:
                return unit(Transaction(self._office.session(connection)))
        except DBAPIError as error:
            raise explained(self._url, error) from error

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            if isinstance(first, Chore):
                self._clean(first)
                continue
            jobs: list[Job] = []
            topics = self._commit(first, jobs)
            self._office.tell(jobs, topics)

    def _clean(self, chore: Job) -> None:
        """Outside of any transaction, while nobody else writes."""
        try:
            driver = _driver(self._connection)
            # The index of words marks what is gone; only merging it takes the words away.
            driver.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('optimize')")  # noqa: S608 - ours
            driver.execute("VACUUM")
            self._empty_log(driver)
        except BaseException as error:  # noqa: BLE001 - the writer lives on, whoever waits is told
            chore.error = error
        self._office.tell([chore], frozenset())

    @staticmethod
    def _empty_log(driver: sqlite3.Connection) -> None:
        """Readers may hold it for a moment. Raises `CannotRun` when they do not let go."""
        for _ in range(_LOG_TRIES):
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(_LOG_PAUSE_S)
        raise CannotRun(problem="The database's log cannot be emptied while others read it.")

    def _commit(self, first: Job, jobs: list[Job]) -> frozenset[str]:
        """Run and commit what waits, adding it to `jobs`; answers with the topics."""
        topics: set[str] = set()
        try:
            self._connection.begin()
            for job in self._waiting(first):
                jobs.append(job)
                topics |= self._attempt(job)
            passing("store.before_commit")
            self._connection.commit()
            passing("store.after_commit")
        except BaseException as error:  # noqa: BLE001 - the writer lives on, the waiting are told
            with suppress(SQLAlchemyError):
                self._connection.rollback()
            self._office.forget_desk()
            jobs[:] = jobs or [first]
            for job in jobs:
                job.error = explained(self._url, error)
            return frozenset()
        return frozenset(topics)

    def _waiting(self, first: Job) -> Iterator[Job]:
        yield first
        until = time.monotonic() + _GATHER_S
        while time.monotonic() < until:
            try:
                job = self._queue.get_nowait()
            except Empty:
                return
            if job is None or isinstance(job, Chore):
                self._queue.put(job)
                return
            yield job

    def _attempt(self, job: Job) -> set[str]:
        """Run one unit; its failure takes back its own changes only."""
        driver = _driver(self._connection)
        session = self._office.session(self._connection)
        driver.execute("SAVEPOINT unit")
        try:
            job.run(Transaction(session))
        except BaseException as error:
            job.error = explained(self._url, error)
            if not driver.in_transaction:  # a full disk rolls everything back by itself
                raise
            driver.execute("ROLLBACK TO unit")
            session.topics.clear()
        driver.execute("RELEASE unit")
        return session.topics


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
