"""On SQLite units share a commit and what they know: no answer and no row tells of it."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from bot.domain.errors import BadInput, CannotKeep
from bot.domain.message import Limits
from storage.known import Known
from storage.session import Session
from storage.sqlite import SqliteStore
from storage.store import open_store
from tests.contract.twin_units import BEGIN, FEW, NAMES, WORDS, Clock, Unit

LIVES = int(os.environ.get("BATON_TWINS", "2"))
TURNS = 16
# Two lives from here on notice each fact that was left out of what is known, to try them.
_FIRST = 4


class Void(dict[Any, Any]):
    """Keeps nothing of what is put into its parts."""

    def __init__(self, part: Callable[[], Any]) -> None:
        self._part = part

    def __missing__(self, _key: object) -> Any:
        return self._part()


class Nothing(Known):
    """Every question goes to the database."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.found, self.kept = Void(dict), Void(dict), Void(dict)
        self.keys = Void(lambda: Void(dict))


class Blind(dict[Any, Any]):
    """Foresees nothing."""

    def __setitem__(self, _key: object, _value: object) -> None:
        pass

    def update(self, *_facts: object, **_more: object) -> None:
        pass


def apart(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have each unit ask and write for itself, at once."""
    whole = store._office.session

    def session(
        connection: Connection, _known: object = None, _left: object = None, guard: Any = None
    ) -> Session:
        made = whole(connection, Nothing(), None, guard or (lambda: None))
        made.foreseen = Blind()
        return made

    monkeypatch.setattr(store._office, "session", session)


@dataclass
class Disk:
    """It is full at one statement of the writer; SQLite may roll all back by itself then."""

    writer: sqlite3.Connection | None = None
    left: int | None = None
    rolls_back: bool = False

    def passing(self, connection: sqlite3.Connection) -> None:
        if self.left is None or connection is not self.writer:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            if self.rolls_back:
                connection.rollback()
            raise sqlite3.OperationalError("database or disk is full")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk below every store that is opened from now on."""
    disk = Disk()

    class Cursor(sqlite3.Cursor):
        def executemany(self, sql: str, facts: Iterable[Any]) -> Self:
            for row in facts:
                disk.passing(self.connection)
                super().execute(sql, row)
            return self

    class Driver(sqlite3.Connection):
        def execute(self, sql: str, facts: Any = ()) -> sqlite3.Cursor:
            if not sql.startswith(("PRAGMA", "ROLLBACK")):
                disk.passing(self)
            return super().execute(sql, facts)

        def cursor(self, factory: Any = None) -> Any:
            return super().cursor(factory or Cursor)

    def create(url: URL, **facts: Any) -> Engine:
        facts["connect_args"] = {**facts["connect_args"], "factory": Driver}
        return create_engine(url, **facts)

    monkeypatch.setattr("storage.engines.create_engine", create)
    return disk


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteStore]:
    store = open_store(f"sqlite:///{path}", lambda _workspace: Limits(), "a key for tests")
    assert isinstance(store, SqliteStore)
    store._driver.execute("PRAGMA synchronous = OFF")  # it would only take time
    try:
        yield store
    finally:
        await store.close()


# Ids of copies are used up by each try, keys are random; a lane is due when it is let go of.
_LEFT_OUT = {"copies": {"id"}, "effects": {"key"}, "lanes": {"due_at"}}
_IDS = "SELECT name, seq FROM sqlite_sequence WHERE name <> 'copies' ORDER BY name"
_FREE = "SELECT id, due_at FROM lanes WHERE owner IS NULL ORDER BY id"
_FIND = "SELECT rowid FROM search_words WHERE search_words MATCH ? ORDER BY rowid"


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, the next ids, and where words are found."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        found = {}
        for name, table in SQLModel.metadata.tables.items():
            columns = [
                one
                for one in (column.name for column in table.c)
                if one not in _LEFT_OUT.get(name, ())
            ]
            listed = ", ".join(f'"{one}"' for one in columns)
            found[name] = connection.execute(f'SELECT {listed} FROM "{name}"').fetchall()
            found[name].sort(key=repr)
        found["ids"] = connection.execute(_IDS).fetchall()
        found["due"] = connection.execute(_FREE).fetchall()
        for word in (*WORDS, *NAMES, "silence"):
            found[f"with {word}"] = connection.execute(_FIND, (word,)).fetchall()
        return found


def interferes(path: Path, chance: random.Random) -> None:
    """Another program writes."""
    number, name = chance.randint(1, FEW), chance.choice(NAMES)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE conversations SET contact_name = ? WHERE id = ?", (name, number))
        connection.execute("UPDATE tickets SET status = 'closed' WHERE number = ?", (number,))
        connection.execute("UPDATE threads SET anchor = '1' WHERE id = ?", (number,))
        connection.execute(
            "INSERT INTO revisions (message_id, text, at) SELECT id, '', at FROM messages LIMIT 1"
        )
        connection.execute(
            "INSERT INTO events (at, kind, actor, line, data) VALUES (?, 'x', 'x', '', '{}')",
            (f"{BEGIN:%F %T.000000}",),
        )
        connection.execute("DELETE FROM copies WHERE lane_id = ?", (number,))
        connection.execute("UPDATE people SET name = ?", (name,))


@dataclass
class Twins:
    """One store as it is, and one whose units share nothing; they live the same life."""

    shared: SqliteStore
    alone: SqliteStore
    chance: random.Random
    now: datetime = BEGIN

    def unit(self) -> Unit:
        self.now += timedelta(seconds=1)
        fails = self.chance.random() < 0.07
        return Unit(seed=self.chance.getrandbits(40), now=self.now, fails=fails)

    async def live(self) -> None:
        """Units that wait together; whoever is told the answer is told the right one."""
        units = [self.unit() for _ in range(self.chance.randint(1, 8))]
        together = (self.shared.transact(unit) for unit in units)
        told = await asyncio.gather(*together, return_exceptions=True)
        for unit, answer in zip(units, told, strict=True):
            if isinstance(answer, CannotKeep):
                assert "disk is full" in str(answer)  # nothing of it is there
            else:
                await self.compare(unit, answer)

    async def compare(self, unit: Unit, answer: object) -> None:
        if isinstance(answer, BaseException):
            with pytest.raises((BadInput, IntegrityError, OverflowError)):
                await self.alone.transact(unit)
        else:
            assert answer == await self.alone.transact(unit), unit


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize("seed", range(_FIRST, _FIRST + LIVES))
async def test_nobody_can_tell_that_units_share(
    sqlite_template: Path,
    tmp_path: Path,
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    is_full: bool,  # noqa: FBT001 - pytest hands it in
) -> None:
    """`make twins LIVES=1000` lives longer."""
    chance = random.Random(2 * seed + is_full)
    monkeypatch.setattr("storage.known._MOST", 3 if seed % 2 else 1024)
    monkeypatch.setattr("storage.known._SELDOM", 1)
    monkeypatch.setattr("storage.repositories.lanes._SHORT", 2 if seed % 2 else 32)
    monkeypatch.setattr("storage.repositories.effects.datetime", Clock)
    paths = [Path(shutil.copy(sqlite_template, tmp_path / name)) for name in ("shared", "alone")]
    async with opened(paths[0]) as shared, opened(paths[1]) as alone:
        apart(alone, monkeypatch)
        twins, disk.writer = Twins(shared, alone, chance), shared._driver
        for turn in range(TURNS):
            if is_full:
                disk.left, disk.rolls_back = chance.randint(0, 200), chance.random() < 0.3
            await twins.live()
            disk.left = None
            if turn % 4 == 3:
                assert contents(paths[0]) == contents(paths[1])
            if turn % 3 == 2:
                seen = chance.random()
                for path in paths:
                    interferes(path, random.Random(seen))
