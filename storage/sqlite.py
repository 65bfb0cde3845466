"""The embedded database: units run in the event loop, which no long wait for the disk stops."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.domain.errors import CannotRun
from bot.domain.message import Limits
from bot.failpoints import passing
from bot.ports.store import Tx
from bot.ports.vault import Vault
from storage import engines
from storage.disk import Disk
from storage.faults import explained
from storage.known import Known
from storage.later import Later
from storage.search_index import TABLE
from storage.transaction import Transaction
from storage.work import Job, Office

P = ParamSpec("P")
R = TypeVar("R")

_READERS = 4
# How long units may go on joining a commit: the first one waits for the last.
_GATHER_S = 0.02
# While another program holds the file, it is asked for as often as this.
_AGAIN_S = 0.01
_LOG_TRIES, _LOG_PAUSE_S = 50, 0.1


class SqliteStore:
    """Units run one after the other; what they write waits for the commit (`storage.later`).

    A unit takes less time than to hand it to a thread and back: its statements would give the
    interpreter up and wait for it again at each step. All units that come in until a commit begins
    share it; so does what lanes begin because of them, as they are woken before the commit. What
    one unit has read the next ones need not ask for again, until another program writes.
    """

    def __init__(self, url: URL, limits: Callable[[str], Limits], vault: Vault) -> None:
        self._url = url
        self._office = Office(limits, vault)
        self._writer = engines.sqlite_writer(url)
        self._readers = engines.sqlite_readers(url, _READERS + 1)
        self._idle: deque[Connection] = deque()  # readers that nobody reads with
        self._connection = self._writer.connect()
        self._driver = _driver(self._connection)
        self._glancing = self._readers.connect()
        for driver in (self._driver, _driver(self._glancing)):
            driver.execute("PRAGMA busy_timeout = 0")  # the loop must not wait
        self._known, self._state = Known(), 0
        self._left = Later()  # what units have left to be written before the commit
        self._one_by_one = 0  # so many of those that wait may not share a commit
        self._is_guarded = False
        self._waiting: deque[Job] = deque()
        self._working: asyncio.Task[None] | None = None
        self._alone = asyncio.Lock()
        self._open = True
        self._disk = Disk()
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="reader")

    async def transact(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._check_open()
        job = Job(lambda tx: unit(tx, *args, **kwargs))
        self._waiting.append(job)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work(), name="store")
        return cast("R", await job.future)

    async def read(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._check_open()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, self._read, lambda tx: unit(tx, *args, **kwargs)
        )

    async def glance(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """In the loop: the way to a thread and back takes several times longer than a row."""
        self._check_open()
        try:
            return self._look(self._glancing, lambda tx: unit(tx, *args, **kwargs))
        except (DBAPIError, sqlite3.Error):  # nobody is waited for here
            return await self.read(unit, *args, **kwargs)

    def listen(
        self, listener: Callable[[frozenset[str]], None], *, early: bool = False
    ) -> Callable[[], None]:
        return self._office.listen(listener, early=early)

    async def scrub(self) -> None:
        """Write the file anew without what was deleted, and empty the log beside it."""
        self._check_open()
        async with self._alone:
            await self._disk.aside(self._clean)

    async def close(self) -> None:
        """Finish what was accepted, then let the file go."""
        if self._open:
            self._open = False
            if self._working is not None and not self._working.done():
                await asyncio.wait({self._working})
            await asyncio.get_running_loop().run_in_executor(None, self._finish)

    def _check_open(self) -> None:
        if not self._open:
            raise CannotRun(problem="The store is closed: Baton is stopping.")

    def _finish(self) -> None:
        self._disk.close()
        self._pool.shutdown()
        for connection in (self._connection, self._glancing, *self._idle):
            connection.close()
        self._writer.dispose()
        self._readers.dispose()

    def _read(self, unit: Callable[[Transaction], R]) -> R:
        """In a thread, which keeps the connection to itself meanwhile."""
        try:
            connection = self._reader()
            try:
                return self._look(connection, unit)
            finally:
                self._idle.append(connection)
        except (DBAPIError, sqlite3.Error) as error:
            raise explained(self._url, error) from error

    def _look(self, connection: Connection, unit: Callable[[Transaction], R]) -> R:
        driver = _driver(connection)
        try:
            driver.execute("BEGIN")
            return unit(Transaction(self._office.session(connection)))
        finally:
            driver.rollback()

    def _reader(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._readers.connect()

    async def _work(self) -> None:
        while self._waiting:
            jobs: list[Job] = []
            async with self._alone:
                topics = await self._together(jobs)
            self._office.told(jobs, topics)

    def _clean(self) -> None:
        """Outside of any transaction, while nobody else writes."""
        driver = self._driver
        # The index of words marks what is gone; only merging it takes the words away.
        driver.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('optimize')")  # noqa: S608 - ours
        driver.execute("VACUUM")
        for _ in range(_LOG_TRIES):  # readers may hold it for a moment
            busy, _, _ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(_LOG_PAUSE_S)
        raise CannotRun(problem="The database's log cannot be emptied while others read it.")

    async def _together(self, jobs: list[Job]) -> frozenset[str]:
        """Run and commit what waits, adding it to `jobs`; answers with the topics."""
        topics: set[str] = set()
        try:
            await self._begin()
            async for job in self._joining():
                jobs.append(job)
                topics |= self._attempt(job)
            self._left.write(self._connection)
            await self._disk.wait(self._commit)
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            is_refused = self._left.is_torn and not isinstance(error, OperationalError)
            with suppress(sqlite3.Error):
                self._driver.rollback()
            self._forget()
            if is_refused and len(jobs) > 1:
                self._separate(jobs)
                return frozenset()
            if not jobs:
                jobs.extend(self._waiting)
                self._waiting.clear()
            for job in jobs:
                job.error = explained(self._url, error)
            return frozenset()
        return frozenset(topics)

    async def _begin(self) -> None:
        """Own the file. Another program may hold it for a moment."""
        until = time.monotonic() + engines.BUSY_S
        while True:
            try:
                self._driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > until:
                    raise
                await asyncio.sleep(_AGAIN_S)
            else:
                self._look_around()
                return

    def _look_around(self) -> None:
        """What was read holds as long as nobody else has written, and nobody does from now on."""
        (state,) = self._driver.execute("PRAGMA data_version").fetchone()
        if state != self._state:
            self._known.clear()
            self._state = state
        self._known.trim()

    def _forget(self) -> None:
        """After a rollback: what was read may never have been."""
        self._known.clear()
        self._left = Later()
        self._office.forget_desk()

    def _separate(self, jobs: list[Job]) -> None:
        """One of them cannot be written, and takes no other with it: each commits for itself."""
        self._waiting.extendleft(reversed(jobs))
        self._one_by_one = len(jobs)
        jobs.clear()

    async def _joining(self) -> AsyncIterator[Job]:
        """What waits, and what comes in because of it, for a moment."""
        if self._one_by_one:
            self._one_by_one -= 1
            yield self._waiting.popleft()
            return
        until = time.monotonic() + _GATHER_S
        while self._waiting and time.monotonic() < until:
            while self._waiting and time.monotonic() < until:
                yield self._waiting.popleft()
            await asyncio.sleep(0)

    def _commit(self) -> None:
        passing("store.before_commit")
        self._driver.execute("COMMIT")
        passing("store.after_commit")

    def _attempt(self, job: Job) -> set[str]:
        """Run one unit; its failure takes back its own changes only."""
        session = self._office.session(self._connection, self._known, self._left, self._guard)
        self._is_guarded = False
        try:
            job.run(Transaction(session))
        except BaseException as error:
            job.error = explained(self._url, error)
            self._known.clear()
            # A full disk rolls everything back by itself.
            if self._left.is_torn or not self._driver.in_transaction:
                raise
            if self._is_guarded:
                self._driver.execute("ROLLBACK TO unit")
            session.topics.clear()
        if self._is_guarded:
            self._driver.execute("RELEASE unit")
        self._office.tell_early(frozenset(session.topics))
        return session.topics

    def _guard(self) -> None:
        """Before a unit writes for the first time: from here on it can be taken back alone."""
        if not self._is_guarded:
            if self._left.is_waiting:
                self._left.write(self._connection)
            self._driver.execute("SAVEPOINT unit")
            self._is_guarded = True


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)
