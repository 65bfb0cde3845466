"""Engines, made when a store is opened and never before."""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from bot.domain.errors import CannotRun

# Less than a lease, and far more than a transaction takes between two statements.
_SILENT_MS = 20_000
BUSY_S = 5.0
_WAL_TRIES = 100


def address(url: str) -> URL:
    """The database that a URL names. Raises `CannotRun` where Baton cannot keep anything there."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise CannotRun(problem=_unusable("that is no database URL")) from None
    backend = parsed.drivername.partition("+")[0]
    if backend in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise CannotRun(problem=_unusable(f"{backend} is not supported"))
    if parsed.database in {None, "", ":memory:"}:
        raise CannotRun(problem=_unusable("a database in memory would be lost"))
    return parsed.set(drivername="sqlite+pysqlite")


def _unusable(why: str) -> str:
    return (
        f"BATON_DATABASE_URL cannot be used: {why}. Write sqlite:///baton.db or "
        "postgresql+psycopg://user:password@host/database."
    )


def sqlite_writer(url: URL) -> Engine:
    """One connection whose transactions own the file from their beginning.

    A transaction that reads first and writes later fails with SQLITE_BUSY_SNAPSHOT, however long
    it is willing to wait; BEGIN IMMEDIATE waits at the beginning instead.
    """
    return _sqlite(url, begin="BEGIN IMMEDIATE", size=1, setup=_prepare_writer)


def sqlite_readers(url: URL, size: int) -> Engine:
    """Connections that can change nothing; each transaction sees one state of the database."""
    return _sqlite(url, begin="BEGIN", size=size, setup=_prepare_reader)


def postgres(url: URL, size: int) -> Engine:
    """A pool of connections to a server.

    The server ends a transaction whose program says nothing more: a process that is frozen, or a
    machine that is gone, holds what it has locked no longer than a lease.
    """
    made = create_engine(
        url, pool_size=size, max_overflow=0, pool_recycle=1800, connect_args={"connect_timeout": 5}
    )

    def connected(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET idle_in_transaction_session_timeout = {_SILENT_MS}")
        connection.autocommit = False

    event.listen(made, "connect", connected)
    return made


def engine(url: URL) -> Engine:
    """An engine for one task at a time, such as a migration."""
    return sqlite_writer(url) if url.get_backend_name() == "sqlite" else postgres(url, 1)


def onlooker(url: URL) -> Engine:
    """An engine to look at the database beside whoever works with it."""
    return sqlite_readers(url, 1) if url.get_backend_name() == "sqlite" else postgres(url, 1)


def _sqlite(url: URL, *, begin: str, size: int, setup: Any) -> Engine:
    made = create_engine(
        url,
        pool_size=size,
        max_overflow=0,
        connect_args={"timeout": BUSY_S, "check_same_thread": False, "isolation_level": None},
    )

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        setup(connection)

    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(made, "connect", connected)
    event.listen(made, "begin", begun)
    return made


def _prepare_writer(connection: sqlite3.Connection) -> None:
    """Full durability: a commit has reached the disk, and a power cut takes none back."""
    connection.execute("PRAGMA synchronous = FULL")
    for left in reversed(range(_WAL_TRIES)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # Two programs that open a new file at once: SQLite does not wait here by itself.
            if "locked" not in str(error) or not left:
                raise
            time.sleep(BUSY_S / _WAL_TRIES)
        else:
            return


def _prepare_reader(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA query_only = ON")
