"""On SQLite one unit knows what others have read and left to be written: it is what is there."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.domain.conversation import Conversation
from bot.domain.errors import BadInput, NotFound
from bot.domain.search import Query
from bot.domain.states import Status
from bot.domain.thread import Event
from bot.domain.ticket import Ticket
from bot.ports.store import Store, Tx
from storage.sqlite import SqliteStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def opened_for(tx: Tx, conversation_id: int) -> Ticket:
    return tx.tickets.add(
        Ticket(
            conversation_id=conversation_id,
            team="support",
            signal="keyword",
            reason="",
            opened_at=NOW,
            restarted_at=NOW,
        )
    )


def begun(tx: Tx) -> Conversation:
    return tx.conversations.add(
        Conversation(
            workspace="console",
            channel="shop",
            contact="console:ana",
            contact_name="Ana",
            started_at=NOW,
            last_message_at=NOW,
        )
    )


async def test_a_conversation_that_moves_is_found_where_it_is(store: Store) -> None:
    def unit(tx: Tx) -> None:
        found = begun(tx)
        opened_for(tx, found.id)
        sought = tx.conversations.with_ticket_of
        assert sought("console:ana", "console", "shop") == found
        assert sought("console:ana", "console", "help") is None
        moved = replace(found, channel="help")
        tx.conversations.put(moved)
        assert sought("console:ana", "console", "shop") is None
        assert sought("console:ana", "console", "help") == moved

    await store.transact(unit)


async def test_a_conversation_whose_time_goes_back_is_not_the_newest(store: Store) -> None:
    def unit(tx: Tx) -> None:
        for _ in range(2):
            opened_for(tx, begun(tx).id)
        sought = tx.conversations.with_ticket_of
        first, last = tx.conversations.get(1), tx.conversations.get(2)
        assert sought("console:ana", "console", "shop") == last
        tx.conversations.put(replace(last, last_message_at=NOW - timedelta(hours=1)))
        assert sought("console:ana", "console", "shop") == first

    await store.transact(unit)


async def test_one_ticket_closes_and_another_opens_in_whatever_order(store: Store) -> None:
    """A conversation has one open ticket at each step, not only as it is in the end."""

    def unit(tx: Tx) -> None:
        first, last = tx.tickets.get(1), tx.tickets.get(2)
        tx.tickets.put(replace(first, reason="written first"))
        tx.tickets.put(replace(last, status=Status.CLOSED))
        tx.tickets.put(replace(first, reason="written first", status=Status.OPEN))

    def twice(tx: Tx) -> None:
        talk = begun(tx).id
        tx.tickets.put(replace(opened_for(tx, talk), status=Status.CLOSED))
        opened_for(tx, talk)

    await store.transact(twice)
    await store.transact(unit)
    assert await store.read(lambda tx: [tx.tickets.get(one).is_open for one in (1, 2)]) == [
        True,
        False,
    ]


async def test_a_name_that_was_just_given_is_found(store: Store) -> None:
    """The index of words is told of it as it is written."""
    query = Query(words=("zoe",))

    def unit(tx: Tx) -> list[Ticket]:
        tx.conversations.put(replace(tx.conversations.get(1), contact_name="Zoe"))
        return tx.search.tickets(query, me="x", teams=None, limit=9)

    await store.transact(lambda tx: opened_for(tx, begun(tx).id))
    assert [one.number for one in await store.transact(unit)] == [1]


def noted(tx: Tx, of: int, kind: str = "noted") -> int:
    return tx.events.add(Event(at=NOW, kind=kind, actor="x", conversation_id=of, data={})).id


@pytest.mark.parametrize("nowhere", [404, 1 << 70])
async def test_what_cannot_be_written_takes_nothing_else_with_it(
    store: Store, nowhere: int
) -> None:
    """That a conversation is not there, or cannot be, shows on SQLite only as all is written."""
    known = (await store.transact(begun)).id
    first, wrong, last = await asyncio.gather(
        store.transact(noted, known, "first"),
        store.transact(noted, nowhere),
        store.transact(noted, known, "last"),
        return_exceptions=True,
    )
    assert isinstance(wrong, DBAPIError | OverflowError)
    written = await store.read(lambda tx: tx.events.recent(9))
    assert {one.id: one.kind for one in written} == {first: "first", last: "last"}
    with pytest.raises((DBAPIError, OverflowError)):
        await store.transact(noted, nowhere)
    assert isinstance(await store.transact(noted, known), int)


@ON_SQLITE
async def test_what_others_refer_to_is_written_first(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(SqliteStore, "_separate")
    known = (await store.transact(begun)).id
    _, event = await asyncio.gather(
        store.transact(noted, known), store.transact(lambda tx: noted(tx, begun(tx).id))
    )
    assert await store.read(lambda tx: tx.events.get(event).conversation_id) == known + 1


@ON_SQLITE
async def test_a_unit_that_fails_leaves_what_others_have_left(store: Store) -> None:
    known = (await store.transact(begun)).id

    def fails(tx: Tx, number: int) -> None:
        noted(tx, known, "never")
        if number % 2:
            tx.meta.put("never", "1")  # written at once, and so is all before it
        assert len(tx.events.recent(9)) == number + 2
        raise BadInput(problem="no")

    for number in range(2):
        outcomes = await asyncio.gather(
            store.transact(noted, known),
            store.transact(fails, number),
            return_exceptions=True,
        )
        assert isinstance(outcomes[1], BadInput)
    assert [one.kind for one in await store.read(lambda tx: tx.events.recent(9))] == ["noted"] * 2
    assert await store.read(lambda tx: tx.meta.get("never")) is None


async def test_a_glance_sees_what_is_committed_and_changes_nothing(store: Store) -> None:
    known = (await store.transact(begun)).id
    assert (await store.glance(lambda tx: tx.conversations.get(known))).id == known
    with pytest.raises(NotFound):
        await store.glance(lambda tx: tx.conversations.get(404))
    with pytest.raises(Exception, match=r"read-?only"):
        await store.glance(begun)
    assert await store.glance(lambda tx: tx.conversations.in_thread("a", "b", "c")) is None


@ON_SQLITE
async def test_a_glance_does_not_wait_for_a_writer(store: Store, database_url: str) -> None:
    known = (await store.transact(begun)).id
    other = sqlite3.connect(make_url(database_url).database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert (await store.glance(lambda tx: tx.conversations.get(known))).id == known
    other.close()
