"""Which schema a database has, and whether this program may use it.

Alembic's own table tells the revision. Beside it, `meta` keeps the oldest program that can work
with that revision: a newer program may migrate while older ones are still running (a rolling
upgrade), and one that is too old says so instead of doing harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from bot.domain.errors import CannotRun
from storage import engines, tables
from storage.faults import named
from storage.upserts import Upsert

# The newest revision in storage/migrations, and the oldest program that can work with it.
HEAD = "0013"
OLDEST_PROGRAM = "0.1.0"
KNOWN = (*(f"{number:04}" for number in range(1, 13)), HEAD)
_KEY = "oldest_program"
_PUT = Upsert(tables.table(tables.Meta), ["key"], lambda new, _old: {"value": new.value})


@dataclass(frozen=True, kw_only=True)
class Stand:
    """`revision` is None before the first migration. `oldest` holds for exactly that revision."""

    revision: str | None
    oldest: str | None

    @property
    def is_known(self) -> bool:
        return self.revision is None or self.revision in KNOWN


def program() -> str:
    """The version of this program."""
    try:
        return version("baton")
    except PackageNotFoundError:
        return OLDEST_PROGRAM


def stand(connection: Connection) -> Stand:
    """What a database says about itself."""
    found = inspect(connection)
    if not found.has_table("alembic_version"):
        return Stand(revision=None, oldest=None)
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    row = None
    if found.has_table("meta"):
        row = connection.execute(
            text("SELECT value FROM meta WHERE key = :key"), {"key": _KEY}
        ).scalar()
    of, _, oldest = (row or "").partition(" ")
    return Stand(revision=revision, oldest=oldest if revision and of == revision else None)


def create(connection: Connection) -> None:
    """Make in an empty SQLite file what all migrations together make, without loading Alembic.

    Down to the order of indexes, by which SQLite chooses between equals: `storage.scripts.newest`.
    """
    written = (files("storage") / "migrations" / "newest.sql").read_text(encoding="utf-8")
    for statement in written.split("\n\n"):
        connection.exec_driver_sql(statement)
    put = text("INSERT INTO alembic_version (version_num) VALUES (:version)")
    connection.execute(put, {"version": HEAD})


def record(connection: Connection) -> None:
    """Write down who may use the schema of this program."""
    statement = _PUT.of(connection)
    connection.execute(statement, {"key": _KEY, "value": f"{HEAD} {OLDEST_PROGRAM}"})


def check(url: URL, now: Stand) -> None:
    """Refuse a database of another time. Raises `CannotRun`."""
    if now.oldest and _parts(now.oldest) > _parts(program()):
        raise CannotRun(
            problem=f"The database {named(url)} needs Baton {now.oldest} or newer; this is "
            f"{program()}. Upgrade Baton."
        )
    if not now.is_known and not now.oldest:
        raise CannotRun(
            problem=f"The database {named(url)} was made by a newer Baton (schema {now.revision}, "
            f"this one knows {HEAD}). Upgrade Baton."
        )


def require_current(url: URL) -> None:
    """See that a database can be used as it is, and written. Raises `CannotRun`."""
    engine = engines.engine(url)
    try:
        with engine.connect() as connection:
            now = stand(connection)
    finally:
        engine.dispose()
    check(url, now)
    if now.is_known and now.revision != HEAD:
        raise CannotRun(
            problem=f"The database {named(url)} is not prepared for this Baton. Run: baton migrate"
        )


def _parts(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split(".") if part.isdigit())
