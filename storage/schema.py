"""Which schema a database has, and whether this program may use it.

Alembic's own table tells the revision. Beside it, `meta` keeps the oldest program that can work
with that revision: a newer program may migrate while older ones are still running (a rolling
upgrade), and one that is too old says so instead of doing harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from sqlalchemy import Column, Connection, MetaData, String, Table, insert, inspect, text
from sqlalchemy.engine import URL
from sqlmodel import SQLModel

from bot.domain.errors import CannotRun
from storage import engines, search_index, tables
from storage.faults import named
from storage.rows import Upsert

# The newest revision in storage/migrations, and the oldest program that can work with it.
HEAD = "0012"
OLDEST_PROGRAM = "0.1.0"
KNOWN = (*(f"{number:04}" for number in range(1, 12)), HEAD)
# Alembic's own table, which is none of ours.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
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
    """Make in an empty SQLite file what all migrations together make, without loading Alembic."""
    SQLModel.metadata.create_all(connection, checkfirst=False)
    search_index.create(connection)
    _VERSION.create(connection)
    connection.execute(insert(_VERSION), {"version_num": HEAD})


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
