"""What is to be written, gathered and written together: rows of one kind in one statement.

A row that is added and changed meanwhile is written once, as it is in the end. The ids of new rows
are known beforehand, so that nothing that is written has to be waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection, Insert, Table, Update
from sqlmodel import SQLModel

from storage.statements import run_many

Row = Mapping[str, Any]
_Rows = dict[object, dict[str, Any]]


class Later:
    """Rows to add and rows to change, by their keys."""

    def __init__(self) -> None:
        self._ids: dict[Table, Iterator[int]] = {}
        self._added: dict[str, tuple[Insert, _Rows]] = {}
        self._changed: dict[str, tuple[Update, _Rows]] = {}
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

    @property
    def is_waiting(self) -> bool:
        return bool(self._added or self._changed)

    def concerns(self, tables: AbstractSet[str]) -> bool:
        """Whether something waits for one of these tables."""
        return not (tables.isdisjoint(self._added) and tables.isdisjoint(self._changed))

    def add(self, table: Table, insert: Insert, key: object, row: Row) -> None:
        self._added.setdefault(table.name, (insert, {}))[1][key] = dict(row)

    def change(self, table: Table, update: Update, key: object, row: Row) -> None:
        """Of several changes of a row the last one of each column stays."""
        self._change(table.name, update, key, row)

    def has_added(self, table: str, key: object) -> bool:
        return table in self._added and key in self._added[table][1]

    def take_over(self, other: Later) -> None:
        """What another has gathered comes after what is here."""
        if not self.is_waiting:
            self._added, self._changed = other._added, other._changed
            return
        for name, (insert, rows) in other._added.items():
            self._added.setdefault(name, (insert, {}))[1].update(rows)
        for name, (update, rows) in other._changed.items():
            for key, row in rows.items():
                self._change(name, update, key, row)

    def write(self, connection: Connection) -> None:
        """Everything so far; what others refer to goes first."""
        added, self._added = self._added, {}
        changed, self._changed = self._changed, {}
        self.is_torn = True
        for name in sorted(added, key=_rank):
            insert, rows = added[name]
            run_many(connection, insert, list(rows.values()))
        for update, rows in changed.values():
            alike: dict[tuple[str, ...], list[Row]] = {}
            for key, row in rows.items():
                alike.setdefault(tuple(sorted(row)), []).append({**row, "key_": key})
            for several in alike.values():
                run_many(connection, update, several)
        self.is_torn = False

    def _change(self, table: str, update: Update, key: object, row: Row) -> None:
        if self.has_added(table, key):
            self._added[table][1][key].update(row)
        else:
            self._changed.setdefault(table, (update, {}))[1].setdefault(key, {}).update(row)


def _rank(table: str) -> int:
    """Tables that others refer to come before these."""
    if not _RANKS:
        _RANKS.update({one.name: n for n, one in enumerate(SQLModel.metadata.sorted_tables)})
    return _RANKS[table]


_RANKS: dict[str, int] = {}
