"""A throw-away PostgreSQL for tests: a unix socket in a temporary folder, no TCP, no fsync."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psycopg

_TEMPLATE = "template_baton"
_ROOM = 2 * 1024**3
_SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off "
    "-c max_connections=200 -c deadlock_timeout=200ms -c unix_socket_directories={folder}"
)


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, if PostgreSQL is installed."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*debian, *([Path(on_path).parent] if on_path else [])]
    return next((one for one in folders if (one / "pg_ctl").exists()), None)


class Server:
    """A running server; databases are cloned from one template."""

    def __init__(self, folder: Path, control: Callable[..., None]) -> None:
        self._folder = folder
        self._control = control
        self._count = 0

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    @contextmanager
    def away(self) -> Iterator[None]:
        """Shut down as its administrator would, and started again afterwards."""
        self._control("-m", "fast", "stop")
        try:
            yield
        finally:
            self._control("start")

    def execute(self, statement: str) -> None:
        """Run one statement outside of any transaction."""
        with psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)

    def make_template(self) -> str:
        """The URL of the empty template; migrate it, then `clone` it."""
        self.execute(f"CREATE DATABASE {_TEMPLATE}")
        return self.url(_TEMPLATE)

    @contextmanager
    def clone(self, template: str = _TEMPLATE) -> Iterator[str]:
        """The URL of a new database, which is dropped afterwards."""
        self._count += 1
        name = f"test_{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running() -> Iterator[Server]:
    """A server for the length of a test session. Raises `FileNotFoundError` without PostgreSQL."""
    found = programs()
    if found is None:
        raise FileNotFoundError("initdb")
    folder = Path(tempfile.mkdtemp(prefix="baton-pg-", dir=_parent()))
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    try:
        _run(
            found / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "-N",
            "--locale=C.UTF-8",
        )
        options = _SETTINGS.format(folder=folder)
        control = partial(
            _run, found / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options
        )
        control("start")
        try:
            yield Server(folder, control)
        finally:
            control("-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _parent() -> Path:
    """Memory where there is plenty of it: a clone takes 30 ms there and 600 ms on a disk."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM
    return memory if roomy and os.access(memory, os.W_OK) else Path(tempfile.gettempdir())


def _run(*words: object) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    prefix = as_postgres if os.geteuid() == 0 else []
    subprocess.run(
        [*prefix, *map(str, words)], check=True, capture_output=True, cwd="/", timeout=60
    )
