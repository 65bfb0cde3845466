"""What waits behind a place that catches up, between processes on one database."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime

from bot.domain.identity import Person
from bot.ports.inbound import Written
from bot.ports.store import Store, Tx
from bot.services import catch_up
from storage.store import open_store
from tests.contract.test_store import ON_POSTGRES

SPACE, CHANNEL = "console", "dm:ana"
LATE = Written(
    workspace=SPACE,
    channel=CHANNEL,
    source_id="1",
    author=Person(id="console:ana", name="Ana"),
    text="late",
    at=datetime(2026, 3, 1, tzinfo=UTC),
)


async def behind(store: Store) -> None:
    await store.transact(catch_up.reached, SPACE, CHANNEL, "", "0")
    await store.transact(catch_up.begin, SPACE)


async def between(store: Store, database_url: str, first: object, second: object) -> object:
    """What the second unit answers, where it begins in another process before the first one has
    committed.
    """
    done, leave = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> None:
        first(tx)  # type: ignore[operator]
        done.set()
        assert leave.wait(60)

    other = open_store(database_url, lambda _workspace: None)  # type: ignore[arg-type]
    beginning = asyncio.create_task(other.transact(slowly))
    await asyncio.to_thread(done.wait, 60)
    following = asyncio.create_task(store.transact(second))  # type: ignore[arg-type]
    await asyncio.sleep(0.2)
    leave.set()
    await beginning
    await other.close()
    return await following


@ON_POSTGRES
async def test_nothing_is_kept_behind_a_place_that_lets_go(store: Store, database_url: str) -> None:
    """It would wait there until the next look, and what comes later would pass it."""
    await behind(store)
    is_kept = await between(
        store,
        database_url,
        lambda tx: catch_up.release(tx, SPACE, CHANNEL),
        lambda tx: catch_up.park(tx, LATE),
    )
    assert is_kept is False


@ON_POSTGRES
async def test_a_place_that_lets_go_sees_what_is_being_kept(
    store: Store, database_url: str
) -> None:
    await behind(store)
    released = await between(
        store,
        database_url,
        lambda tx: catch_up.park(tx, LATE),
        lambda tx: catch_up.release(tx, SPACE, CHANNEL),
    )
    assert isinstance(released, tuple)
    assert released[1] == LATE


@ON_POSTGRES
async def test_what_begins_beside_a_place_that_lets_go_holds(
    store: Store, database_url: str
) -> None:
    await behind(store)
    await between(
        store,
        database_url,
        lambda tx: catch_up.release(tx, SPACE, CHANNEL),
        lambda tx: catch_up.begin(tx, SPACE),
    )
    assert await store.read(catch_up.is_catching_up, SPACE, CHANNEL)
