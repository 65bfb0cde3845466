"""What a database refuses, said in one line for whoever runs Baton."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.domain.errors import CannotKeep

_SQLITE = {
    "locked": "is locked by another program. Stop that program, then try again.",
    "busy": "is locked by another program. Stop that program, then try again.",
    "readonly database": "is read-only. Make the file and its folder writable for Baton's user.",
    "not a database": "is not a database. Move it away, or set BATON_DATABASE_URL to another file.",
    "malformed": "is damaged. Put a backup in its place, or move it away to begin anew.",
    "full": "cannot grow: the disk is full. Make room, then try again.",
    "disk i/o": "cannot be read or written: the disk reports an error.",
}
# PostgreSQL, by the class of the error: no room or no resources, an operator or a limit of time
# stepped in, the system failed; and a server that takes no writes just now.
_PASSES = ("53", "57P", "58", "40001", "40P01", "25006")
# PostgreSQL: serialization_failure, deadlock_detected. Nothing was done; doing it again helps.
_PASSING = {"40001", "40P01"}


def named(url: URL) -> str:
    """The database as its owner knows it: a file, or a server without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


def is_passing(error: Exception) -> bool:
    """Whether the same transaction may well succeed in a moment."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", None) in _PASSING or error.connection_invalidated


def explained(url: URL, error: BaseException) -> BaseException:
    """The error for whoever waits: a database out of reach becomes `CannotKeep`."""
    if isinstance(error, sqlite3.Error):
        problem = _of_sqlite(url, error)
    elif not isinstance(error, DBAPIError):
        return error
    elif url.get_backend_name() == "sqlite":
        problem = _of_sqlite(url, error.orig)
    else:
        problem = _of_postgres(url, error)
    if problem is None:
        return error
    explanation = CannotKeep(problem=problem)
    explanation.__cause__ = error
    return explanation


def _of_sqlite(url: URL, error: BaseException | None) -> str | None:
    said = str(error).lower()
    if "unable to open" in said:
        return _unopened(url)
    for word, meaning in _SQLITE.items():
        if word in said:
            return f"The database {named(url)} {meaning}"
    return None


def _unopened(url: URL) -> str:
    folder = Path(url.database or "").parent
    if not folder.is_dir():
        return (
            f"The folder {folder} of the database {named(url)} does not exist. Create it, or "
            "change BATON_DATABASE_URL."
        )
    return (
        f"The database {named(url)} cannot be opened. Make the file and its folder readable and "
        "writable for Baton's user."
    )


def _of_postgres(url: URL, error: DBAPIError) -> str | None:
    if error.connection_invalidated or (
        isinstance(error, OperationalError) and not getattr(error.orig, "sqlstate", None)
    ):
        said = str(error.orig).strip().splitlines() or ["no answer"]
        return f"The database {named(url)} cannot be reached: {said[0]}"
    if str(getattr(error.orig, "sqlstate", None) or "").startswith(_PASSES):
        said = str(error.orig).strip().splitlines() or ["no answer"]
        return f"The database {named(url)} takes nothing in for now: {said[0]}"
    return None
