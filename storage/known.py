"""What was read from the database, for as long as nobody can have changed it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

# Of each table; a store that keeps what it knows must not keep all there is.
_MOST = 1024


class Known:
    """Rows by their key, and keys by whatever else they were looked for."""

    def __init__(self) -> None:
        self._rows: dict[Table, dict[object, Any]] = {}
        self._found: dict[Table, dict[object, Any]] = {}

    def rows(self, table: Table) -> dict[object, Any]:
        """The values of a table by their key."""
        return _bounded(self._rows.setdefault(table, {}))

    def found(self, table: Table) -> dict[object, Any]:
        """What questions about a table were answered with; any change of it ends that."""
        return _bounded(self._found.setdefault(table, {}))

    def changed(self, table: Table) -> None:
        """One row was added or changed, and `rows` says so already."""
        self._found.pop(table, None)

    def forget(self, table: Table) -> None:
        """Any of its rows may have changed."""
        self._rows.pop(table, None)
        self._found.pop(table, None)

    def clear(self) -> None:
        """Anything may have changed."""
        self._rows.clear()
        self._found.clear()


def _bounded(facts: dict[object, Any]) -> dict[object, Any]:
    if len(facts) >= _MOST:
        facts.clear()
    return facts
