"""What is to be written, gathered and written together: rows of one kind in one statement.

A row that is added and changed meanwhile is written once, as it is in the end. The ids of new rows
are known beforehand, so that nothing that is written has to be waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table, Update
from sqlmodel import SQLModel

from storage.statements import run_many

Row = Mapping[str, Any]
_Rows = dict[object, dict[str, Any]]


class Later:
    """Rows to add and rows to change, by their keys."""

    def __init__(self) -> None:
        self._ids: dict[Table, Iterator[int]] = {}
        self._added: dict[Insert, _Rows] = {}
        self._changed: dict[Update, _Rows] = {}
        self.tables: set[str] = set()  # those that something waits for
        self.is_torn = False  # something of it was written, and something could not be

    @property
    def is_batch(self) -> bool:
        return bool(self._ids)

    def take(self, table: Table, ids: Iterable[int]) -> None:
        """These ids are the batch's own."""
        self._ids[table] = iter(ids)

    def id_for(self, table: Table) -> int | None:
        """The next id of a new row; None where it has to be added at once."""
        return next(self._ids.get(table, iter(())), None)

    def add(self, insert: Insert, key: object, row: Row) -> None:
        self._added.setdefault(insert, {})[key] = dict(row)
        self.tables.add(_named(insert))

    def change(self, update: Update, key: object, row: Row) -> None:
        """Of several changes of a row the last one of each column stays."""
        added = next((one for one in self._added if one.table is update.table), None)
        if added is not None and key in self._added[added]:
            self._added[added][key].update(row)
        else:
            self._changed.setdefault(update, {}).setdefault(key, {}).update(row)
            self.tables.add(_named(update))

    def has_added(self, insert: Insert, key: object) -> bool:
        return key in self._added.get(insert, ())

    def take_over(self, other: Later) -> None:
        """What another has gathered comes after what is here."""
        for insert, rows in other._added.items():
            for key, row in rows.items():
                self.add(insert, key, row)
        for update, rows in other._changed.items():
            for key, row in rows.items():
                self.change(update, key, row)

    def write(self, connection: Connection) -> None:
        """Everything so far; what others refer to goes first."""
        added, self._added = self._added, {}
        changed, self._changed = self._changed, {}
        self.tables.clear()
        self.is_torn = True
        for insert in sorted(added, key=_rank):
            run_many(connection, insert, list(added[insert].values()))
        for update, by_key in changed.items():
            alike: dict[tuple[str, ...], list[Row]] = {}
            for key, row in by_key.items():
                alike.setdefault(tuple(sorted(row)), []).append({**row, "key_": key})
            for rows in alike.values():
                run_many(connection, update, rows)
        self.is_torn = False


def _named(statement: Insert | Update) -> str:
    return cast("Table", statement.table).name


def _rank(statement: Insert) -> int:
    """Tables that others refer to come before these."""
    if not _RANKS:
        _RANKS.update({one.name: n for n, one in enumerate(SQLModel.metadata.sorted_tables)})
    return _RANKS[_named(statement)]


_RANKS: dict[str, int] = {}
