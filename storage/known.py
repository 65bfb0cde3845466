"""What was read from the database, for as long as nobody can have changed it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, Select, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause

# Of each table; a store that keeps what it knows must not keep all there is.
_MOST = 1024


class Known:
    """Rows by their key, and keys by whatever else they were looked for."""

    def __init__(self) -> None:
        self._rows: dict[Table, dict[object, Any]] = {}
        self._found: dict[Table, dict[object, Any]] = {}
        self._keys: dict[Table, dict[Executable, dict[object, Any]]] = {}
        self._kept: dict[Table, dict[object, Any]] = {}
        self._last_ids: dict[Table, int] = {}

    def rows(self, table: Table) -> dict[object, Any]:
        """The values of a table by their key."""
        return _bounded(self._rows.setdefault(table, {}))

    def found(self, table: Table) -> dict[object, Any]:
        """What questions about a table were answered with; any change of it ends that."""
        return _bounded(self._found.setdefault(table, {}))

    def keys(self, table: Table, question: Executable) -> dict[object, Any]:
        """The keys of rows that were looked for, by the facts of the question: they hold until a
        row is added, or changed in what the question is about.
        """
        return _bounded(self._keys.setdefault(table, {}).setdefault(question, {}))

    def kept(self, table: Table) -> dict[object, Any]:
        """What a repository keeps true itself, through all that it writes row by row."""
        return _bounded(self._kept.setdefault(table, {}))

    def last_id(self, table: Table) -> int | None:
        return self._last_ids.get(table)

    def keep_last_id(self, table: Table, number: int) -> None:
        self._last_ids[table] = number

    def changed(self, table: Table, columns: Iterable[str] | None = None) -> None:
        """One row was added, or changed in some columns, and `rows` says so already."""
        self._found.pop(table, None)
        if columns is None:
            self._keys.pop(table, None)
            return
        questions = self._keys.get(table, {})
        for question in [one for one in questions if not _columns(one).isdisjoint(columns)]:
            del questions[question]

    def forget(self, table: Table) -> None:
        """Any of its rows may have changed."""
        for what in (self._rows, self._found, self._keys, self._kept, self._last_ids):
            what.pop(table, None)

    def clear(self) -> None:
        """Anything may have changed."""
        for what in (self._rows, self._found, self._keys, self._kept, self._last_ids):
            what.clear()


def _bounded(facts: dict[object, Any]) -> dict[object, Any]:
    if len(facts) >= _MOST:
        facts.clear()
    return facts


_COLUMNS: WeakKeyDictionary[Executable, frozenset[str]] = WeakKeyDictionary()


def _columns(question: Executable) -> frozenset[str]:
    """The names of the columns that decide which row is found."""
    if question not in _COLUMNS:
        _COLUMNS[question] = frozenset(_deciding(question))
    return _COLUMNS[question]


def _deciding(question: Executable) -> Iterable[str]:
    if not isinstance(question, Select):
        raise TypeError(f"{question} is no question")
    where = [] if question.whereclause is None else [question.whereclause]
    for part in (*where, *question._order_by_clauses):  # noqa: SLF001 - said nowhere else
        for one in visitors.iterate(part):
            if isinstance(one, ColumnClause):
                yield one.name
