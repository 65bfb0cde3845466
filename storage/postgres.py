"""A server for several processes: units in threads, each on a connection of the pool."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from bot.domain.errors import CannotKeep, CannotRun
from bot.domain.message import Limits
from bot.failpoints import passing
from bot.ports.store import Tx
from bot.ports.vault import Vault
from storage import engines
from storage.faults import explained, is_passing, named
from storage.notices import Notices
from storage.repositories.desk import Superseded
from storage.transaction import Transaction
from storage.work import Job, Office

P = ParamSpec("P")
R = TypeVar("R")

_THREADS = 8
# Waits before a unit that met another transaction runs again, in seconds; then it is an error.
_AGAIN = (0.01, 0.03, 0.1, 0.3, 1.0)


class PostgresStore:
    """The same units as on SQLite; rows are held by the locks that the units ask for."""

    def __init__(self, url: URL, limits: Callable[[str], Limits], vault: Vault) -> None:
        self._url = url
        self._office = Office(limits, vault)
        self._engine = engines.postgres(url, _THREADS)
        # One state of the database for the whole of a read, as on SQLite.
        self._readers = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._notices = Notices(self._engine, self._office.told_of_others)
        self._open = True
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="store")

    async def transact(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        self._check_open()
        job = Job(lambda tx: unit(tx, *args, **kwargs))
        self._pool.submit(self._write, job)
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
        return await self.read(unit, *args, **kwargs)

    def listen(
        self, listener: Callable[[frozenset[str]], None], *, early: bool = False
    ) -> Callable[[], None]:
        del early  # another transaction sees nothing before the commit
        self._notices.begin()
        return self._office.listen(listener)

    async def scrub(self) -> None:
        """Have the server let go of deleted rows; what its own log keeps is up to the server."""
        self._check_open()
        await asyncio.get_running_loop().run_in_executor(self._pool, self._vacuum)

    def _vacuum(self) -> None:
        alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            for table in SQLModel.metadata.tables:
                connection.exec_driver_sql(f'VACUUM "{table}"')

    async def close(self) -> None:
        """Finish what was accepted, then leave the server."""
        if self._open:
            self._open = False
            await self._notices.end()
            await asyncio.get_running_loop().run_in_executor(None, self._finish)

    def _check_open(self) -> None:
        if not self._open:
            raise CannotRun(problem="The store is closed: Baton is stopping.")

    def _finish(self) -> None:
        self._pool.shutdown()
        self._engine.dispose()

    def _read(self, unit: Callable[[Transaction], R]) -> R:
        try:
            with self._readers.begin() as connection:
                return unit(Transaction(self._office.session(connection)))
        except DBAPIError as error:
            raise explained(self._url, error) from error

    def _write(self, job: Job) -> None:
        topics: frozenset[str] = frozenset()
        try:
            topics = self._persist(job)
        except BaseException as error:  # noqa: BLE001 - it is raised where the unit is awaited
            job.error = explained(self._url, error)
        self._office.tell([job], topics)

    def _persist(self, job: Job) -> frozenset[str]:
        """Run a unit until it meets no other transaction."""
        for wait in _AGAIN:
            try:
                return self._attempt(job)
            except (DBAPIError, Superseded) as error:
                if not isinstance(error, Superseded) and not is_passing(error):
                    raise
                time.sleep(wait * random.uniform(0.5, 1.5))  # noqa: S311 - spreads the contenders
        return self._attempt(job)

    def _attempt(self, job: Job) -> frozenset[str]:
        with self._engine.connect() as connection:
            connection.begin()
            session = self._office.session(connection)
            job.run(Transaction(session))
            self._notices.send(connection, session.topics)
            passing("store.before_commit")
            try:
                connection.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise CannotKeep(problem=_unknown(named(self._url))) from error
                raise
            passing("store.after_commit")
        return frozenset(session.topics)


def _unknown(database: str) -> str:
    return (
        f"The connection to {database} broke during a commit: whether it was stored is not known."
    )
