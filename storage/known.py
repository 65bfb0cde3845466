"""What was read from the database, for as long as nobody can have changed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Executable, Select, Table
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause

# Of each table; a store that keeps what it knows must not keep all there is.
_MOST = 1024
# How many transactions may add to it before it is looked at: each adds a few rows.
_SELDOM = 32

_ByTable = dict[Table, dict[Any, Any]]
_ByQuestion = dict[Executable, dict[Any, Any]]


class Known:
    """Rows by their key, and keys by whatever else they were looked for; each by table.

    `rows`: the values, by their key.
    `found`: what questions were answered with; any change of the table ends that.
    `keys`: which row was looked for, by the question and its facts; that holds until a row is
    added, or changed in what the question is about.
    `kept`: what a repository keeps true itself, through all that it writes row by row.
    `last_ids`: of the tables whose ids are given here.
    """

    def __init__(self) -> None:
        self.rows: _ByTable = defaultdict(dict)
        self.found: _ByTable = defaultdict(dict)
        self.keys: dict[Table, _ByQuestion] = defaultdict(lambda: defaultdict(dict))
        self.kept: _ByTable = defaultdict(dict)
        self.last_ids: dict[Table, int] = {}
        self._age = 0

    def changed(self, table: Table, columns: AbstractSet[str] | None = None) -> None:
        """One row was added, or changed in some columns, and `rows` says so already."""
        self.found.pop(table, None)
        if columns is None:
            self.keys.pop(table, None)
        elif table in self.keys:
            questions = self.keys[table]
            for question in [one for one in questions if not columns.isdisjoint(_columns(one))]:
                del questions[question]

    def forget(self, table: Table) -> None:
        """Any of its rows may have changed."""
        for what in self._all():
            what.pop(table, None)

    def clear(self) -> None:
        """Anything may have changed."""
        for what in self._all():
            what.clear()

    def bound(self, table: Table) -> None:
        """Before more of a table is known."""
        if len(self.rows[table]) >= _MOST:
            self.forget(table)

    def trim(self) -> None:
        """Let go of tables that too much is known of; looked at now and then."""
        self._age += 1
        if self._age % _SELDOM:
            return
        large = {
            table
            for what in (self.rows, self.found, self.kept)
            for table, facts in what.items()
            if len(facts) >= _MOST
        }
        large |= {
            table
            for table, questions in self.keys.items()
            if any(len(facts) >= _MOST for facts in questions.values())
        }
        for table in large:
            self.forget(table)

    def _all(self) -> tuple[dict[Table, Any], ...]:
        return self.rows, self.found, self.keys, self.kept, self.last_ids


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
