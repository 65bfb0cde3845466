"""What every repository does with the rows of its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import (
    Connection,
    Executable,
    Insert,
    Select,
    Table,
    UpdateBase,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from bot.domain.desk import Desk
from bot.domain.errors import NotFound
from bot.domain.message import Limits
from bot.domain.values import replace
from bot.ports.vault import Vault
from storage import tables
from storage.known import Known
from storage.later import Later
from storage.mapping import Mapper
from storage.statements import Prepared, Result, Row, prepared, run_many

T = TypeVar("T")

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


class Repository:
    """One subject within one transaction."""

    def __init__(self, session: Session) -> None:
        self.session = session


class Rows(Generic[T]):
    """The statements of a table whose rows are values of one dataclass, built once.

    `select` reads whole values: narrow it, and hand it to `all` or `first`.
    """

    def __init__(self, model: type[SQLModel], kind: type[T], *, key: str = "id") -> None:
        self.table = tables.table(model)
        self.mapper = Mapper(kind)
        self._what = kind.__name__.lower()
        self._key = key
        self.columns = [self.table.c[name] for name in self.mapper.names]
        self.select: Select[Any] = select(*self.columns)
        identity = self.table.c[key]
        self._insert = insert(self.table)
        self._add = self._insert.returning(identity)
        self._by_key = self.select.where(identity == bindparam("key_"))
        self._lock = locked(self._by_key)
        self._update = update(self.table).where(identity == bindparam("key_"))

    def add(self, session: Session, value: T) -> T:
        """Store it; answers with the value and the id it was given."""
        row = self.mapper.dump(value)
        del row[self._key]
        key = session.id_for(self.table)
        if key is None:
            key = session.execute(self._add, row).scalar_one()
        else:
            session.later.add(self.table, self._insert, key, {**row, self._key: key})
        session.known.changed(self.table)
        numbered: Any = replace(cast("Any", value), **{self._key: key}, **self.mapper.read(row))
        session.known.rows[self.table][key] = numbered
        return cast("T", numbered)

    def insert(self, session: Session, value: T) -> None:
        """Store it under the key it has."""
        session.execute(self._insert, self.mapper.dump(value))
        session.known.changed(self.table)

    def put(self, session: Session, value: T, *, leaving: Sequence[str] = ()) -> None:
        """Replace it by its key, `leaving` some columns as they are. Raises `NotFound`.

        Of a row that is known only what differs is written.
        """
        key, known = getattr(value, self._key), session.known.rows[self.table]
        before: Any = known.pop(key, None)
        row = self.mapper.dump(value) if before is None else self.mapper.changes(before, value)
        for name in (self._key, *leaving):
            row.pop(name, None)
        if before is not None:
            known[key] = replace(before, **self.mapper.read(row)) if row else before
            if not row:
                return
        session.known.changed(self.table, row.keys())
        if before is not None and session.puts_off:
            session.later.change(self.table, self._update, key, row)
        elif not session.execute(self._update, {**row, "key_": key}).rowcount:
            known.pop(key, None)
            raise NotFound(what=self._what, name=key)

    def get(self, session: Session, key: object) -> T:
        """The value of a key; read once in a transaction. Raises `NotFound`."""
        return self._one(session, self._by_key, key)

    def find(self, session: Session, key: object) -> T | None:
        """The same; None where there is none."""
        try:
            return self.get(session, key)
        except NotFound:
            return None

    def lock(self, session: Session, key: object) -> T:
        """The value of a key, held until the commit. Raises `NotFound`."""
        held = session.hold(self.table, key)
        return self._one(session, self._lock if held else self._by_key, key)

    def first(self, session: Session, statement: Executable, **facts: Any) -> T | None:
        """The value of the first row, if there is one."""
        return self._read(session, session.run(statement, **facts))

    def sought(self, session: Session, statement: Executable, **facts: Any) -> T | None:
        """The same for a statement about this table alone, asked once until another row fits."""
        found = session.known.keys[self.table][statement]
        asked = tuple(facts.values())
        if asked not in found:
            value = self.first(session, statement, **facts)
            found[asked] = None if value is None else getattr(value, self._key)
            return value
        key = found[asked]
        return None if key is None else self.get(session, key)

    def change(self, session: Session, statement: UpdateBase, **facts: Any) -> T | None:
        """Update one row by a statement that answers with it whole, and changes nothing that rows
        are `sought` by.
        """
        return self._read(session, session.execute(statement, facts))

    def all(self, session: Session, statement: Executable, **facts: Any) -> list[T]:
        """The values of all rows."""
        load = self.mapper.load
        return [load(row) for row in session.run(statement, **facts)]

    def learn(self, session: Session, statement: Executable, **facts: Any) -> list[T]:
        """The same, and each is known from now on."""
        values = self.all(session, statement, **facts)
        known = session.known.rows[self.table]
        known.update((getattr(value, self._key), value) for value in values)
        return values

    def answer(
        self, session: Session, statement: Executable, facts: tuple[object, ...], value: T | None
    ) -> None:
        """Let something be known that would be `sought`."""
        key = None if value is None else getattr(value, self._key)
        session.known.keys[self.table][statement][facts] = key

    def _one(self, session: Session, statement: Executable, key: object) -> T:
        known = session.known.rows[self.table].get(key)
        found = known if known is not None else self.first(session, statement, key_=key)
        if found is None:
            raise NotFound(what=self._what, name=key)
        return cast("T", found)

    def _read(self, session: Session, result: Result) -> T | None:
        row = result.fetchone()
        if row is None:
            return None
        value = self.mapper.load(row)
        session.known.bound(self.table)
        session.known.rows[self.table][getattr(value, self._key)] = value
        return value


def locked(statement: Select[Any], *, skip: bool = False) -> Select[Any]:
    """Hold the rows against other processes until the commit; SQLite has one writer anyway.

    FOR NO KEY UPDATE: rows that only refer to a held one (a message to its conversation) can still
    be added, and two transactions that did so can still lock it one after the other.
    """
    return statement.with_for_update(key_share=True, skip_locked=skip)


def begins(column: Any) -> Any:
    """Whether text begins with the bound `prefix`, letter for letter: LIKE folds case on SQLite."""
    prefix = bindparam("prefix", type_=column.type)
    return func.substr(column, 1, func.length(prefix)) == prefix


class Upsert:
    """INSERT … ON CONFLICT for both databases.

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
