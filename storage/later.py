"""What a batch writes, gathered and written together before anything is asked.

A batch takes the ids of its new rows beforehand, so that none of its writes has to be waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Executable, Table

from storage.statements import run_many

Row = Mapping[str, Any]


class Later:
    """Rows to add and rows to change. Outside of a batch nothing is ever here."""

    def __init__(self) -> None:
        self._ids: dict[Table, Iterator[int]] = {}
        self._added: dict[Executable, list[Row]] = {}
        self._changed: dict[Executable, dict[object, dict[str, Any]]] = {}

    @property
    def is_batch(self) -> bool:
        return bool(self._ids)

    @property
    def is_waiting(self) -> bool:
        return bool(self._added or self._changed)

    def take(self, table: Table, ids: Iterable[int]) -> None:
        """These ids are the batch's own."""
        self._ids[table] = iter(ids)

    def id_for(self, table: Table) -> int | None:
        """The next id of a new row; None where it has to be added at once."""
        return next(self._ids.get(table, iter(())), None)

    def add(self, insert: Executable, row: Row) -> None:
        self._added.setdefault(insert, []).append(row)

    def change(self, update: Executable, key: object, row: Row) -> None:
        """Of several changes of a row the last one of each column stays."""
        self._changed.setdefault(update, {}).setdefault(key, {}).update(row)

    def write(self, connection: Connection) -> None:
        """Everything so far; rows of one kind in one statement."""
        added, self._added = self._added, {}
        changed, self._changed = self._changed, {}
        for insert, rows in added.items():
            run_many(connection, insert, rows)
        for update, by_key in changed.items():
            alike: dict[tuple[str, ...], list[Row]] = {}
            for key, row in by_key.items():
                columns = tuple(sorted(row))
                alike.setdefault(columns, []).append({**row, "key_": key})
            for rows in alike.values():
                run_many(connection, update, rows)
