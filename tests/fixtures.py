"""Fixtures that several suites share: a database of each kind, and a store on it."""

from __future__ import annotations

import os
import shutil
import zlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.domain.message import Limits
from bot.ports.store import Store
from storage.migrate import migrate
from storage.store import open_store
from tests import postgres
from tests.world import World, at_work

# How long an example takes says how busy the machine is, not whether a rule holds. The examples are
# the same each time, so that what nobody changed does not begin to fail; `make explore` has others.
settings.register_profile(
    "baton", deadline=None, max_examples=50, derandomize="BATON_EXPLORE" not in os.environ
)
settings.load_profile("baton")
# Of the rules of the core, which ask nothing of a database but what its contract promises (see
# tests/contract), each is tried on one: of so many one on PostgreSQL. `make databases` tries all on
# both, and so does what the mark `both_databases` stands at: many at once, the outbox.
_ON_POSTGRES = 4
_ALL = os.environ.get("BATON_TEST_DATABASES") == "all"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the second database where one is enough."""
    left_out = set() if _ALL else _left_out(items)
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=list(left_out))


def _left_out(items: list[pytest.Item]) -> set[pytest.Item]:
    kinds: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        given: dict[str, object] = getattr(getattr(item, "callspec", None), "params", {})
        kind = str(given.get("database_url", ""))
        is_contract = "contract" in item.path.parts
        if kind and not is_contract and not item.get_closest_marker("both_databases"):
            kinds[item.nodeid.replace(kind, "")][kind] = item
    return {both[_spared(name)] for name, both in kinds.items() if len(both) > 1}


def _spared(name: str) -> str:
    chosen = zlib.crc32(name.encode()) % _ON_POSTGRES == 0
    return "sqlite" if chosen else "postgresql"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("template") / "baton.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server for the whole session, with a migrated template."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL (initdb, pg_ctl) is not installed")
    with postgres.running() as server:
        migrate(server.make_template())
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new migrated database, once for each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "baton.db")
        yield f"sqlite:///{tmp_path / 'baton.db'}"
        return
    with request.getfixturevalue("postgres_server").clone() as url:
        yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on a migrated database."""
    opened = open_store(database_url, lambda _workspace: Limits(), "a key for tests")
    yield opened
    await opened.close()


@pytest.fixture
async def world(store: Store) -> AsyncIterator[World]:
    """A whole Baton on a fake platform."""
    async with at_work(store) as at:
        yield at
