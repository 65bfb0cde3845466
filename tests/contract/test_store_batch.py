"""A batch of tickets: few statements, and nothing in it differs from tickets taken one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.conversation import Conversation
from bot.domain.errors import BadInput
from bot.domain.identity import Place
from bot.domain.message import Author, Message
from bot.domain.thread import Event, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import Effect, Lane, LaneKind
from bot.ports.store import Store, Tx

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = Place(workspace="console", channel="support")


def silent(tx: Tx) -> Ticket:
    """A ticket whose time has come, with a thread and a lane for its card."""
    conversation = tx.conversations.add(
        Conversation(
            workspace="console",
            channel="dm:ana",
            contact="console:ana",
            contact_name="Ana",
            started_at=NOW,
            last_message_at=NOW,
        )
    )
    ticket = tx.tickets.add(
        Ticket(
            conversation_id=conversation.id,
            team="support",
            signal="keyword",
            reason="",
            opened_at=NOW,
            restarted_at=NOW,
            inactivity_at=NOW,
        )
    )
    tx.messages.add(said(ticket, "one"))
    thread = tx.threads.add(
        Thread(
            conversation_id=conversation.id,
            ticket_number=ticket.number,
            team="support",
            workspace="console",
            channel="support",
            opened_at=NOW,
        )
    )
    tx.outbox.lane(LaneKind.CARD, thread.id, PLACE)
    return ticket


def said(ticket: Ticket, text: str) -> Message:
    return Message(
        conversation_id=ticket.conversation_id,
        author=Author.BATON,
        author_id="baton",
        author_name="",
        text=text,
        at=NOW,
    )


def card(tx: Tx, ticket: Ticket) -> Lane:
    thread = tx.threads.of_ticket(ticket.number)
    assert thread is not None
    return tx.outbox.lane(LaneKind.CARD, thread.id, PLACE)


def queue(tx: Tx, ticket: Ticket) -> Effect:
    return tx.outbox.add(card(tx, ticket), "card", order_at=NOW)


async def test_what_a_batch_writes_is_there_whenever_it_is_asked_for(store: Store) -> None:
    await store.transact(silent)
    waiting = await store.transact(silent)
    await store.transact(queue, waiting)

    def go_through(tx: Tx) -> None:
        first, second = tx.tickets.inactive(NOW, 9)
        assert tx.outbox.pending(card(tx, second).id, "card")
        assert tx.outbox.pending(card(tx, first).id, "card") is None
        added = queue(tx, first)
        assert tx.outbox.pending(card(tx, first).id, "card") == added
        before = tx.messages.last_id(first.conversation_id)
        message = tx.messages.add(said(first, "two"))
        assert tx.messages.last_id(first.conversation_id) == message.id > before
        tx.tickets.put(replace(first, reason="a", close_reason="x"))
        tx.tickets.put(replace(first, reason="b", close_reason="x"))
        assert tx.tickets.get(first.number).reason == "b"
        assert [one.text for one in tx.messages.of(first.conversation_id)] == ["one", "two"]
        tx.outbox.hasten(added, timedelta())
        assert tx.outbox.withdraw(card(tx, first), "card") == 1
        assert tx.outbox.pending(card(tx, first).id, "card") is None

    def look(tx: Tx) -> None:
        ticket = tx.tickets.get(1)
        assert (ticket.reason, ticket.close_reason) == ("b", "x")
        assert [one.text for one in tx.messages.of(1)] == ["one", "two"]

    await store.transact(go_through)
    await store.read(look)


async def test_a_batch_may_write_more_than_it_has_taken_ids_for(store: Store) -> None:
    ticket = await store.transact(silent)

    def write(tx: Tx) -> list[int]:
        tx.tickets.inactive(NOW, 9)
        return [tx.messages.add(said(ticket, f"{n}")).id for n in range(5)]

    def log(tx: Tx) -> int:
        return tx.events.add(Event(at=NOW, kind="noted", actor="baton", data={})).id

    written = [*await store.transact(write), *await store.transact(write)]
    assert written == sorted(set(written))
    stored = await store.read(lambda tx: [one.id for one in tx.messages.of(1)])
    assert stored[1:] == written
    assert await store.transact(log) < await store.transact(log)


async def test_a_batch_that_fails_has_written_nothing(store: Store) -> None:
    ticket = await store.transact(silent)

    def fail(tx: Tx) -> None:
        tx.tickets.inactive(NOW, 9)
        tx.messages.add(said(ticket, "never"))
        tx.tickets.put(replace(ticket, reason="never"))
        queue(tx, ticket)
        raise BadInput(problem="no")

    with pytest.raises(BadInput):
        await store.transact(fail)
    assert (await store.read(lambda tx: tx.tickets.get(1))).reason == ""
    assert len(await store.read(lambda tx: tx.messages.of(1))) == 1
    assert await store.read(lambda tx: tx.outbox.next_due()) is None


async def test_when_many_lanes_are_due_is_worked_out_for_each(store: Store) -> None:
    for _ in range(20):
        await store.transact(silent)

    def go_through(tx: Tx) -> list[int]:
        found = tx.tickets.inactive(NOW, 50)
        return sorted(queue(tx, one).lane_id for one in found)

    lanes = await store.transact(go_through)
    assert len(lanes) == 20
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert sorted(await store.read(lambda tx: tx.outbox.due_lanes(soon, 50))) == lanes
