"""The store of a database URL."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from bot.domain.message import Limits
from bot.ports.store import Store
from storage import engines, schema
from storage.faults import explained
from storage.sqlite import SqliteStore
from storage.vault import SecretVault


def open_store(url: str, limits: Callable[[str], Limits], secret_key: str = "") -> Store:
    """Open a migrated database; `limits` tells what one post in a workspace can carry.

    `secret_key` seals what must not stand in the database in clear; without one, nothing can be.

    Raises `CannotRun` when the database is out of reach, not writable, no database at all, or made
    for another version of Baton.
    """
    where = engines.address(url)
    vault = SecretVault(secret_key)
    try:
        schema.require_current(where)
        if where.get_backend_name() == "sqlite":
            return SqliteStore(where, limits, vault)
        from storage.postgres import PostgresStore  # noqa: PLC0415 - only who uses it loads it

        return PostgresStore(where, limits, vault)
    except DBAPIError as error:
        raise explained(where, error) from error
