"""INSERT … ON CONFLICT for both databases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.session import Session
from storage.statements import Result


class Upsert:
    """One such statement.

    `change` gets what would have been inserted and the table's columns, and answers with what to
    set instead; without it the row that is there stays.
    """

    def __init__(
        self,
        table: Table,
        on: Sequence[str],
        change: Callable[[Any, Any], Mapping[str, Any]] | None = None,
        returning: Sequence[str] = (),
    ) -> None:
        back = [table.c[name] for name in returning]
        self._statements = {
            name: _upsert(dialect.insert(table), table, on, change, back)
            for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
        }

    def of(self, connection: Connection) -> Insert:
        """The statement for the database of a connection."""
        return self._statements[connection.dialect.name]

    def run(self, session: Session, **row: Any) -> Result:
        return session.run(self.of(session.connection), **row)

    def put_off(self, session: Session, key: object, **row: Any) -> None:
        """The same, where nothing is answered with and `key` is what conflicts."""
        if session.puts_off:
            statement = self.of(session.connection)
            session.later.add(cast("Table", statement.table), statement, key, row)
        else:
            self.run(session, **row)


def _upsert(
    statement: sqlite.Insert | postgresql.Insert,
    table: Table,
    on: Sequence[str],
    change: Callable[[Any, Any], Mapping[str, Any]] | None,
    back: Sequence[Any],
) -> Insert:
    target = list(on)
    whole: Any
    if change is None:
        whole = statement.on_conflict_do_nothing(index_elements=target)
    else:
        changes = dict(change(statement.excluded, table.c))
        whole = statement.on_conflict_do_update(index_elements=target, set_=changes)
    return cast("Insert", whole.returning(*back) if back else whole)
