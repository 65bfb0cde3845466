"""What one transaction's repositories share: its connection, what is known and what is put off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table, UpdateBase, text

from bot.domain.desk import Desk
from bot.domain.message import Limits
from bot.ports.vault import Vault
from storage.known import Known
from storage.later import Later
from storage.statements import Prepared, Result, Row, prepared, run_many

_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :name")


@dataclass(kw_only=True)
class Newest:
    """The desk as it was last read, so that it is parsed once a version."""

    version: int = 0
    desk: Desk = field(default_factory=Desk)


@dataclass(kw_only=True)
class Session:
    """What the repositories of one transaction share."""

    connection: Connection
    limits: Callable[[str], Limits]
    desk: Callable[[], Newest]
    keep_desk: Callable[[Newest], None]
    vault: Vault
    known: Known = field(default_factory=Known)
    later: Later = field(default_factory=Later)
    # What the units before it have left to be written with the same commit; None where each unit
    # writes for itself.
    left: Later | None = None
    # Called before anything is written that may have to be taken back with this unit alone.
    guard: Callable[[], None] = lambda: None
    topics: set[str] = field(default_factory=set)
    held: set[tuple[Table, object]] = field(default_factory=set)
    # Answers that the repositories keep true themselves, through what they write.
    foreseen: dict[tuple[object, ...], Any] = field(default_factory=dict)
    # Lanes whose effects have changed; when they are due is worked out at the end.
    moved: set[int] = field(default_factory=set)

    @property
    def on_postgres(self) -> bool:
        return self.connection.dialect.name == "postgresql"

    def run(self, statement: Executable, **facts: Any) -> Result:
        """Execute a statement; of the table that it changes nothing is known any more."""
        if isinstance(statement, UpdateBase):
            self.known.forget(cast("Table", statement.table))
        return self.execute(statement, facts)

    def execute(self, statement: Executable, facts: Mapping[str, Any]) -> Result:
        """Execute a statement after all that was to be written before it and concerns it."""
        ready = prepared(self.connection, statement, facts)
        if not ready.is_question:
            self.flush()
            self.guard()
        elif self._concerns(ready):
            self.flush()
        return ready.run(self.connection, facts)

    def waits(self, table: Table, key: object) -> bool:
        """Whether a new row is still to be written."""
        left = self.left is not None and self.left.has_added(table.name, key)
        return left or self.later.has_added(table.name, key)

    def peek(self, statement: Executable, **facts: Any) -> Result:
        """Ask the database, whatever is still to be written."""
        return prepared(self.connection, statement, facts).run(self.connection, facts)

    def many(self, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]) -> None:
        """Execute a statement for many rows, after all that was to be written before it."""
        self.known.forget(cast("Table", statement.table))
        self.flush()
        self.guard()
        run_many(self.connection, statement, rows)

    @property
    def puts_off(self) -> bool:
        """Whether what is written may wait until it is asked for, or for the end."""
        return self.left is not None or self.later.is_batch

    def id_for(self, table: Table) -> int | None:
        """The id of a new row; None where the database has to give it.

        SQLite has one writer, so the next one is free; a sequence has to be asked beforehand.
        """
        if self.left is None:
            return self.later.id_for(table)
        last = self.known.last_ids.get(table)
        if last is None:
            last = int(self.run(_LAST_ID, name=table.name).scalar() or 0)
        self.known.last_ids[table] = last + 1
        return last + 1

    def flush(self) -> None:
        """Write what was put off: what other units have left cannot be taken back with this one."""
        if self.left is not None and self.left.is_waiting:
            self.left.write(self.connection)
        if self.later.is_waiting:
            self.guard()
            self.later.write(self.connection)

    def end(self) -> None:
        """The unit is complete: what it has put off is written, or left to the commit."""
        if self.left is None:
            self.flush()
        else:
            self.left.take_over(self.later)

    def _concerns(self, ready: Prepared) -> bool:
        """Whether something waits that a question is about."""
        left = self.left is not None and self.left.concerns(ready.tables)
        return left or self.later.concerns(ready.tables)

    def asked(self, table: Table, statement: Executable, **facts: Any) -> list[Row]:
        """All rows of a question about one table alone, asked once until that table changes."""
        found = self.known.found[table]
        question = (statement, *facts.values())
        if question not in found:
            found[question] = self.execute(statement, facts).fetchall()
        return cast("list[Row]", found[question])

    def hold(self, table: Table, key: object) -> bool:
        """Whether a row is to be held now. What was read before it was waited for may have changed.

        SQLite has one writer, and holds everything for it.
        """
        if not self.on_postgres or (table, key) in self.held:
            return False
        self.held.add((table, key))
        self.known.clear()
        return True
