"""What every repository does with the rows of its table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Executable, Select, UpdateBase, bindparam, func, insert, select, update
from sqlmodel import SQLModel

from bot.domain.errors import NotFound
from bot.domain.values import replace
from storage import tables
from storage.mapping import Mapper
from storage.session import Session
from storage.statements import Result

T = TypeVar("T")


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
