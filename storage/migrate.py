"""Bringing a database to the schema of this program, one process at a time."""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from storage import engines, schema
from storage.faults import explained

_LOCK = 0x6261746F6E  # any number that no other program uses: "baton"


def migrate(url: str) -> None:
    """Migrate, in one transaction that keeps others out; nothing happens to a current database.

    Raises `CannotRun` when the database is out of reach, or of a newer program.
    """
    where = engines.address(url)
    engine = engines.engine(where)
    try:
        # On SQLite the transaction itself holds the file from its beginning.
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
            now = schema.stand(connection)
            schema.check(where, now)
            if now.is_known and now.revision != schema.HEAD:
                _bring(connection, now)
                schema.record(connection)
    except DBAPIError as error:
        raise explained(where, error) from error
    finally:
        engine.dispose()


def _bring(connection: Connection, now: schema.Stand) -> None:
    if now.revision is None and connection.dialect.name == "sqlite":
        schema.create(connection)
    else:
        from storage import scripts  # noqa: PLC0415 - most starts need no Alembic

        scripts.upgrade(connection)


def current(url: str) -> str | None:
    """The revision of a database, None before its first migration. Raises `CannotRun`."""
    where = engines.address(url)
    engine = engines.onlooker(where)
    try:
        with engine.connect() as connection:
            return schema.stand(connection).revision
    except DBAPIError as error:
        raise explained(where, error) from error
    finally:
        engine.dispose()
