"""Whether anything was written: all rows of a database but Baton's own notes."""

from __future__ import annotations

import sqlite3
from pathlib import Path

# Who is at work at the moment, and what was looked at last.
_OWN = ("duty:", "reconsidered")


def everything(database: Path) -> set[str]:
    """Every row, the same as long as nothing is written."""
    with sqlite3.connect(database) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            f"{name} {row!r}"
            for (name,) in names
            for row in connection.execute(f'SELECT * FROM "{name}"')
            if not str(row[0]).startswith(_OWN)
        }
