"""Statements that are compiled once and run on the driver itself.

SQLAlchemy writes the SQL and says how values are stored and read; to send every statement through
its engine would cost several times what the database needs to carry it out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Executable, SelectBase
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlmodel.sql.sqltypes import UTCDateTime

from storage import moments, search_index, tables

Convert = Callable[[Any], Any]
Row = Sequence[Any]


class Result:
    """What a statement answered with. Its rows are read once, all of them or the first."""

    def __init__(self, cursor: Any, loads: Sequence[tuple[int, Convert]]) -> None:
        self._cursor = cursor
        self._loads = loads

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return int(self._cursor.rowcount)

    def fetchone(self) -> Row | None:
        """The first row. Nothing is read after it: what is half read would keep SQLite's snapshot
        for as long as somebody holds on to it, be it an error's traceback.
        """
        row = self._cursor.fetchone()
        self._cursor.close()
        return self._loaded(row) if row is not None else None

    def fetchall(self) -> list[Row]:
        rows: list[Row] = self._cursor.fetchall()
        return [self._loaded(row) for row in rows] if self._loads else rows

    def __iter__(self) -> Iterator[Row]:
        return iter(self.fetchall())

    def scalars(self) -> list[Any]:
        """The first column of all rows."""
        return [row[0] for row in self.fetchall()]

    def scalar(self) -> Any:
        """The first column of the first row; None when there is no row."""
        row = self.fetchone()
        return None if row is None else row[0]

    def scalar_one(self) -> Any:
        """The first column of the row that there is."""
        (row,) = self.fetchall()
        return row[0]

    def _loaded(self, row: Row) -> Row:
        if not self._loads:
            return row
        loaded = list(row)
        for index, load in self._loads:
            loaded[index] = load(loaded[index])
        return loaded


class Prepared:
    """A statement in one database's SQL, for one set of named facts."""

    def __init__(self, statement: Executable, dialect: Dialect, names: Sequence[str]) -> None:
        compiled: Any = cast("Any", statement).compile(dialect=dialect, column_keys=list(names))
        self._compiled = compiled
        self._dialect = dialect
        self._sql = compiled.string
        # Values that stand in the statement itself, such as those of LIMIT.
        self._own = {name: value for name, value in compiled.params.items() if name not in names}
        self._dumps = _dumps(compiled.bind_names, dialect)
        # What the places of the SQL stand for; where a driver takes names, None.
        self._places = _places(compiled.positiontup, dict(self._dumps))
        # `x IN (…)` has as many places as there are values.
        self._expands = any(bind.expanding for bind in compiled.bind_names)
        self._columns = list(getattr(statement, "exported_columns", ()))
        self.is_question = isinstance(statement, SelectBase)
        self.tables = _named(self._sql)
        self._loads: list[tuple[int, Convert]] | None = None

    def run(self, connection: Connection, facts: Mapping[str, Any]) -> Result:
        """Execute it. Errors of the driver are raised as SQLAlchemy's."""
        driver: Any = connection.connection.driver_connection
        sql, given = self._expanded(facts) if self._expands else (self._sql, self._given(facts))
        try:
            cursor = driver.execute(sql, given)
        except self._dialect.loaded_dbapi.Error as error:
            raise self._translated(connection, error, facts) from error
        if self._loads is None:
            self._loads = _loads(self._columns, cursor.description, self._dialect)
        return Result(cursor, self._loads)

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute it for each of these facts; they answer with nothing."""
        driver: Any = connection.connection.driver_connection
        try:
            driver.cursor().executemany(self._sql, [self._given(row) for row in rows])
        except self._dialect.loaded_dbapi.Error as error:
            raise self._translated(connection, error, rows[0]) from error

    def _given(self, facts: Mapping[str, Any]) -> Any:
        values = {**self._own, **facts} if self._own else facts
        if self._places is None:
            return {**values, **{name: dump(values[name]) for name, dump in self._dumps}}
        return [dump(values[name]) if dump else values[name] for name, dump in self._places]

    def _expanded(self, facts: Mapping[str, Any]) -> tuple[str, Any]:
        state = self._compiled.construct_expanded_state(dict(facts))
        values = dict(state.parameters)
        # SQLAlchemy names the processors of the values in lists only; the others are ours to know.
        for name, dump in (*self._dumps, *state.processors.items()):
            if name in values:
                values[name] = dump(values[name])
        order = state.positiontup
        return state.statement, values if order is None else [values[name] for name in order]

    def _translated(self, connection: Connection, error: Any, facts: Mapping[str, Any]) -> Any:
        is_lost = self._dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if is_lost:
            connection.invalidate(error)
        return DBAPIError.instance(
            self._sql,
            dict(facts),
            error,
            self._dialect.loaded_dbapi.Error,
            connection_invalidated=is_lost,
            dialect=self._dialect,
        )


def _named(sql: str) -> frozenset[str]:
    """Every table that a statement is about, and perhaps one that a column is called like."""
    words = set(re.findall(r"\w+", sql))
    indexed = [one.table for one in search_index.ALL] if search_index.TABLE in words else []
    return tables.NAMES.intersection(words.union(indexed))


def _places(
    order: Sequence[str] | None, dumps: Mapping[str, Convert]
) -> list[tuple[str, Convert | None]] | None:
    return None if order is None else [(name, dumps.get(name)) for name in order]


def _dumps(names: Mapping[Any, str], dialect: Dialect) -> list[tuple[str, Convert]]:
    """How to store what stands for a name; it may stand in several places."""
    found = {name: _dump(bind.type, dialect) for bind, name in names.items()}
    return [(name, dump) for name, dump in found.items() if dump]


def _dump(kind: Any, dialect: Dialect) -> Convert | None:
    if _is_text_moment(kind, dialect):
        return moments.dump
    return cast("Convert | None", kind.dialect_impl(dialect).bind_processor(dialect))


def _loads(columns: Sequence[Any], described: Any, dialect: Dialect) -> list[tuple[int, Convert]]:
    """How to read what the driver answers with; it knows the types of the columns best."""
    found = (
        (index, _load(column.type, dialect, described[index][1]))
        for index, column in enumerate(columns)
    )
    return [(index, load) for index, load in found if load]


def _load(kind: Any, dialect: Dialect, described: Any) -> Convert | None:
    if _is_text_moment(kind, dialect):
        return moments.load
    found = kind.dialect_impl(dialect).result_processor(dialect, described)
    return cast("Convert | None", found)


def _is_text_moment(kind: Any, dialect: Dialect) -> bool:
    return dialect.name == "sqlite" and isinstance(kind, UTCDateTime)


_PREPARED: WeakKeyDictionary[Executable, dict[tuple[str, ...], Prepared]] = WeakKeyDictionary()


def run(connection: Connection, statement: Executable, facts: Mapping[str, Any]) -> Result:
    """Execute a statement that is made once and used for good."""
    return prepared(connection, statement, facts).run(connection, facts)


def run_many(
    connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]
) -> None:
    """The same for many rows, which all name the same facts."""
    prepared(connection, statement, rows[0]).run_many(connection, rows)


def prepared(connection: Connection, statement: Executable, facts: Mapping[str, Any]) -> Prepared:
    """What a statement compiles to, which is kept for good.

    An insert or an update sets the columns that `facts` names.
    """
    variants = _PREPARED.get(statement)
    if variants is None:
        variants = _PREPARED.setdefault(statement, {})
    variant = (connection.dialect.name, *facts)
    ready = variants.get(variant)
    if ready is None:
        ready = variants[variant] = Prepared(statement, connection.dialect, tuple(facts))
    return ready
