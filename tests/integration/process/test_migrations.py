"""Bringing databases to the schema of this program, and refusing those that cannot be used."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from bot.domain.errors import CannotRun
from bot.domain.message import Limits
from storage import engines, migrate, schema, scripts, search_index
from storage.store import open_store
from tests import postgres
from tests.nursery import program

ROOT = Path(__file__).parents[3]
STEPS = """
import sys
from storage import engines, schema, scripts
engine = engines.engine(engines.address(sys.argv[1]))
with engine.begin() as connection:
    scripts.upgrade(connection)
    schema.record(connection)
engine.dispose()
"""
pytestmark = pytest.mark.both_databases

OPEN = """
import sys
from bot.domain.errors import CannotRun
from bot.domain.message import Limits
from storage.store import open_store

try:
    open_store(sys.argv[1], lambda _: Limits())
except CannotRun as error:
    print(error)
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database that nobody has migrated yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    with server.clone("template1") as url:
        yield url


def execute(url: str, *statements: str) -> None:
    engine = engines.engine(engines.address(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _context(connection: Connection) -> MigrationContext:
    """The index of words is no table of the program's own: the database keeps it."""

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not (name or "").startswith(search_index.TABLE)

    return MigrationContext.configure(connection, opts={"include_name": is_ours})


def differences(url: str) -> list[object]:
    engine = engines.engine(engines.address(url))
    with engine.connect() as connection:
        found = compare_metadata(_context(connection), SQLModel.metadata)
    engine.dispose()
    return list(found)


def upgraded(url: str) -> str:
    """Brought here step by step, as every database that is older than this program."""
    engine = engines.engine(engines.address(url))
    with engine.begin() as connection:
        scripts.upgrade(connection)
        schema.record(connection)
    engine.dispose()
    return url


def layout(url: str) -> list[tuple[str, ...]]:
    """Everything in an SQLite file, in the order in which it was made."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        made = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY rowid")
        found = [(kind, name, " ".join((sql or "").split())) for kind, name, sql in made]
        for table in ("alembic_version", "meta"):
            found += connection.execute(f"SELECT * FROM {table}")
        return found


def opened(url: str) -> None:
    asyncio.run(open_store(url, lambda _workspace: Limits()).close())


def test_the_migrated_schema_is_the_declared_one(empty_url: str) -> None:
    migrate.migrate(empty_url)
    assert differences(empty_url) == []
    assert migrate.current(empty_url) == schema.HEAD
    execute(empty_url, "DROP INDEX lanes_due", "ALTER TABLE notes ADD COLUMN extra TEXT")
    assert len(differences(empty_url)) == 2, "negative control: a difference is seen"


def test_a_new_file_is_what_all_migrations_make(tmp_path: Path) -> None:
    """Only older ones go through them."""
    written = (ROOT / "storage" / "migrations" / "newest.sql").read_text()
    assert written == scripts.newest(), "a new migration: run python -m docs.generate"
    new = f"sqlite:///{tmp_path / 'new.db'}"
    migrate.migrate(new)
    old = upgraded(f"sqlite:///{tmp_path / 'old.db'}")
    assert differences(old) == []
    assert layout(new) == layout(old)


def test_the_condition_of_each_partial_index_is_in_the_migrated_schema(database_url: str) -> None:
    """Alembic does not compare conditions, so one open ticket a conversation is checked here."""
    on_sqlite = database_url.startswith("sqlite")
    source = "sql FROM sqlite_master" if on_sqlite else "indexdef FROM pg_indexes"
    column = "name" if on_sqlite else "indexname"
    engine = engines.engine(engines.address(database_url))
    with engine.connect() as connection:
        for table in SQLModel.metadata.tables.values():
            for index in table.indexes:
                found = connection.execute(
                    text(f"SELECT {source} WHERE {column} = :name"), {"name": index.name}
                ).scalar_one()
                is_partial = index.dialect_options["sqlite"]["where"] is not None
                assert ("WHERE" in found) == is_partial, index.name
                assert index.unique == ("UNIQUE" in found)
    engine.dispose()


def test_the_index_of_words_follows_every_table_it_covers(database_url: str) -> None:
    """A migration that rebuilds a table on SQLite takes its triggers away."""
    on_sqlite = database_url.startswith("sqlite")
    source = (
        "name FROM sqlite_master WHERE type = 'trigger'"
        if on_sqlite
        else ("tgname FROM pg_trigger WHERE NOT tgisinternal")
    )
    engine = engines.engine(engines.address(database_url))
    with engine.connect() as connection:
        found = set(connection.execute(text(f"SELECT {source}")).scalars())
    engine.dispose()
    events = ("insert", "update", "delete")
    assert found >= {f"search_{one.table}_{event}" for one in search_index.ALL for event in events}


def test_the_program_knows_its_own_migrations() -> None:
    scripts = ScriptDirectory(str(ROOT / "storage" / "migrations"))
    assert scripts.get_current_head() == schema.HEAD
    assert {one.revision for one in scripts.walk_revisions()} == set(schema.KNOWN)


def test_migrating_again_changes_nothing(database_url: str) -> None:
    execute(database_url, "INSERT INTO meta (key, value) VALUES ('a', '1')")
    migrate.migrate(database_url)
    opened(database_url)


def test_an_unprepared_database_is_refused(empty_url: str) -> None:
    assert migrate.current(empty_url) is None
    with pytest.raises(CannotRun, match="Run: baton migrate"):
        opened(empty_url)


@pytest.mark.parametrize("use", [migrate.migrate, opened])
def test_a_newer_database_is_refused(database_url: str, use: Callable[[str], None]) -> None:
    execute(database_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(CannotRun, match=r"newer Baton .*9999.* Upgrade Baton"):
        use(database_url)
    assert migrate.current(database_url) == "9999"


@pytest.mark.parametrize("use", [migrate.migrate, opened])
def test_a_newer_database_may_allow_older_programs(
    database_url: str, use: Callable[[str], None]
) -> None:
    """A rolling upgrade: the new schema says itself which programs it was made to work with."""
    execute(
        database_url,
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE meta SET value = '9999 0.1.0' WHERE key = 'oldest_program'",
    )
    use(database_url)
    execute(database_url, "UPDATE meta SET value = '9999 99.0' WHERE key = 'oldest_program'")
    with pytest.raises(CannotRun, match=r"needs Baton 99\.0 or newer"):
        use(database_url)


async def test_many_processes_migrate_at_once(empty_url: str) -> None:
    env = {"BATON_DATABASE_URL": empty_url}
    programs = await asyncio.gather(*(program("bot", "migrate", env=env) for _ in range(3)))
    statuses = await asyncio.gather(*(one.wait() for one in programs))
    assert statuses == [0, 0, 0]
    assert differences(empty_url) == []


def test_a_failed_migration_leaves_nothing_behind(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_connection: object) -> None:
        raise RuntimeError("in the middle")

    monkeypatch.setattr(schema, "record", broken)
    with pytest.raises(RuntimeError):
        migrate.migrate(empty_url)
    assert migrate.current(empty_url) is None
    monkeypatch.undo()
    migrate.migrate(empty_url)
    assert differences(empty_url) == []


def test_migrations_work_from_anywhere(tmp_path: Path) -> None:
    """As when Baton is installed: from another folder, by a path with a percent sign."""
    folder = tmp_path / "100%"
    for package in ("storage", "bot"):
        shutil.copytree(ROOT / package, folder / package)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    subprocess.run(
        [sys.executable, "-c", STEPS, url],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"},
        check=True,
    )
    assert migrate.current(url) == schema.HEAD


@pytest.mark.parametrize("use", [migrate.migrate, opened])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, use: Callable[[str], None]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are my notes\n" * 1000)
    with pytest.raises(CannotRun, match=r"notes\.txt is not a database"):
        use(f"sqlite:///{path}")
    assert path.read_text().startswith("these are my notes")


@pytest.mark.parametrize("use", [migrate.migrate, opened])
def test_a_missing_folder_is_named(tmp_path: Path, use: Callable[[str], None]) -> None:
    with pytest.raises(CannotRun, match=r"folder .*/nowhere .* does not exist"):
        use(f"sqlite:///{tmp_path / 'nowhere' / 'baton.db'}")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("use", [migrate.migrate, opened])
def test_a_locked_database_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch, use: Callable[[str], None]
) -> None:
    monkeypatch.setattr(engines, "BUSY_S", 0.1)
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(CannotRun, match=r"baton\.db is locked by another program"):
        use(database_url)
    other.close()
    use(database_url)


def test_a_read_only_database_is_refused() -> None:
    """Checked as a user who may not write: root may everywhere. Not below the folder of all tests,
    which each run that begins closes to others.
    """
    with tempfile.TemporaryDirectory() as folder:
        said = _as_nobody(Path(folder))
        Path(folder).chmod(0o755)
    assert "baton.db is read-only. Make the file" in said.stdout, said


def _as_nobody(folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "baton.db"
    url = f"sqlite:///{path}"
    migrate.migrate(url)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    path.chmod(0o444)
    folder.chmod(0o555)
    drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return subprocess.run(
        [*(drop if os.geteuid() == 0 else []), sys.executable, "-B", "-c", OPEN, url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "that is no database URL"),
        ("mysql://a/b", "mysql is not supported"),
        ("sqlite://", "would be lost"),
        ("sqlite:///:memory:", "would be lost"),
        ("postgresql://u:secret@127.0.0.1:1/x", "cannot be reached"),
    ],
)
@pytest.mark.parametrize("use", [migrate.migrate, opened])
def test_a_wrong_address_is_explained(url: str, said: str, use: Callable[[str], None]) -> None:
    with pytest.raises(CannotRun, match=said) as raised:
        use(url)
    assert "secret" not in str(raised.value)
    assert "\n" not in str(raised.value)
