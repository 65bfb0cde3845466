"""Where Baton keeps things is not to be had: a full disk, a lock, a server that restarts.

Each can be entered again and again.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql
from sqlalchemy import make_url

_SIZE = "64m"
_WAIT_S = 30.0
_NOTHING = 0


class Absence(Protocol):
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


class Again:
    """A context manager that is made anew each time."""

    def __init__(self, make: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self._make = make
        self._now = make()

    def __enter__(self) -> None:
        self._now = self._make()
        self._now.__enter__()

    def __exit__(self, *_: object) -> None:
        self._now.__exit__(None, None, None)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own in a folder; False where this system lets nobody mount one."""
    mounted = _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", folder)
    try:
        yield mounted
    finally:
        if mounted:
            _run("umount", folder)


@contextmanager
def filled(folder: Path) -> Iterator[None]:
    """Not a byte of room is left in it."""
    filler = folder / "filler"
    number = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        with contextlib.suppress(OSError):
            while True:
                os.write(number, bytes(4096))
        yield
    finally:
        os.close(number)
        filler.unlink()


@contextmanager
def unwritable(pid: Callable[[], int]) -> Iterator[None]:
    """No file of a process can grow: what comes nearest where nothing can be mounted."""
    process = pid()
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (_NOTHING, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


@contextmanager
def locked(database: str) -> Iterator[None]:
    """Another program holds the file."""
    path = make_url(database).database or ""
    connection = sqlite3.connect(
        path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


@contextmanager
def refused(database: str) -> Iterator[None]:
    """All connections are cut and none is made, as while a server restarts."""
    url = make_url(database).set(drivername="postgresql")
    name = sql.Identifier(url.database or "")
    elsewhere = url.set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (url.database,),
        )
        try:
            yield
        finally:
            connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))


def _run(*words: object) -> bool:
    ended = subprocess.run(list(map(str, words)), check=False, capture_output=True)
    return ended.returncode == 0
