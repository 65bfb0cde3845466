"""The open tickets as somebody sees them, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.conversation import Conversation, Mode
from bot.domain.queue import Label, Share, Sight
from bot.domain.states import Status
from bot.domain.thread import Thread
from bot.ports.store import Store, Tx
from tests.contract.test_store import HOUR, NOW, conversation, ticket

ANA, BOB = "console:ana", "console:bob"
EVERYTHING = Sight(person=BOB, teams=None)
SUPPORT = replace(EVERYTHING, teams=("support",))
NOTHING = replace(EVERYTHING, teams=())


def filled(tx: Tx) -> None:
    """Seven tickets: 1 closed, 2 and 3 wait, 4 is Bob's, 5 is to be, 6 and 7 are Ana's."""

    def add(team: str, status: Status, due: timedelta | None = None, **facts: str) -> None:
        due_at = NOW + due if due is not None else None
        talk = conversation(tx, contact_name=f"Contact of {team}")
        ticket(tx, talk, team=team, status=status, due_at=due_at, **facts)

    ticket(tx, conversation(tx), status=Status.CLOSED)
    add("support", Status.OPEN)
    add("support", Status.OPEN, HOUR)
    add("billing", Status.IN_PROGRESS, holder=BOB)
    add("billing", Status.OPEN, HOUR, assigned=BOB)
    add("billing", Status.IN_PROGRESS, 2 * HOUR, holder=ANA)
    add("support", Status.AWAITING, holder=ANA)
    tx.tags.put(3, ["vip"])
    tx.tags.put(4, ["vip"])


def numbers(tx: Tx, sight: Sight, most: int = 9) -> dict[str, list[int]]:
    found = {"own": tx.queue.own(sight, most)}
    for status in (Status.OPEN, Status.IN_PROGRESS, Status.AWAITING):
        found[status.name] = tx.queue.others(sight, status, most)
    return {name: [one.number for one in tickets] for name, tickets in found.items()}


async def test_who_sees_what_in_the_order_in_which_it_is_due(store: Store) -> None:
    def unit(tx: Tx) -> None:
        filled(tx)
        own = [5, 4]
        assert numbers(tx, EVERYTHING) == {
            "own": own,
            "OPEN": [3, 2],
            "IN_PROGRESS": [6],
            "AWAITING": [7],
        }
        assert numbers(tx, SUPPORT) == {
            "own": own,
            "OPEN": [3, 2],
            "IN_PROGRESS": [],
            "AWAITING": [7],
        }
        assert numbers(tx, NOTHING) == {"own": own, "OPEN": [], "IN_PROGRESS": [], "AWAITING": []}
        tagged = replace(SUPPORT, tag="vip")
        assert numbers(tx, tagged) == {"own": [4], "OPEN": [3], "IN_PROGRESS": [], "AWAITING": []}
        assert numbers(tx, EVERYTHING, most=1)["OPEN"] == [3]
        assert [one.number for one in tx.queue.first(SUPPORT, 3)] == [3, 5, 2]

    await store.transact(unit)


async def test_all_are_counted_and_each_can_be_chosen(store: Store) -> None:
    def unit(tx: Tx) -> None:
        filled(tx)
        counted = tx.queue.shares(SUPPORT)
        assert len(counted) == 4
        assert Share(status=Status.OPEN, holder=None, assigned=None, count=2) in counted
        assert Share(status=Status.AWAITING, holder=ANA, assigned=None, count=1) in counted
        assert sum(one.count for one in tx.queue.shares(EVERYTHING)) == 6
        assert sum(one.count for one in tx.queue.shares(replace(NOTHING, tag="vip"))) == 1
        labels = tx.queue.labels(EVERYTHING)
        assert [one.number for one in labels] == [5, 4, 3, 6, 2, 7]
        assert labels[0] == Label(
            number=5, contact="Contact of billing", status=Status.OPEN, reason="refund"
        )
        assert [one.number for one in tx.queue.labels(SUPPORT)] == [5, 4, 3, 2, 7]

    await store.transact(unit)


async def test_what_is_in_use_in_a_channel_is_found(store: Store) -> None:
    def unit(tx: Tx) -> None:
        old = {"last_message_at": NOW - HOUR}
        escalated = conversation(tx, mode=Mode.TICKET, **old)
        ticket(tx, escalated)
        lately = conversation(tx)
        conversation(tx, **old)
        over = conversation(tx, mode=Mode.TICKET)
        ticket(tx, over, status=Status.CLOSED)
        conversation(tx, channel="elsewhere")
        assert tx.conversations.in_use("console", "shop", NOW) == [escalated, lately]

        def thread(of: Conversation, number: int | None, **facts: object) -> Thread:
            given = {"team": "support", "workspace": "console", "channel": "team", "anchor": "a"}
            given |= {"conversation_id": of.id, "ticket_number": number, "opened_at": NOW} | facts
            return tx.threads.add(Thread(**given))

        taken_over = thread(escalated, None)
        thread(escalated, 1, cut_off=True)
        current = thread(escalated, 1)
        thread(escalated, 1, channel="elsewhere")
        thread(over, 2)
        thread(lately, None)
        assert tx.threads.standing("console", "team") == [taken_over, current]

    await store.transact(unit)


async def test_what_stands_in_a_channel_is_known_by_its_threads(store: Store) -> None:
    def unit(tx: Tx) -> None:
        for thread, status in (("a", Status.OPEN), ("b", Status.CLOSED), (None, Status.OPEN)):
            ticket(tx, conversation(tx, channel="forum", thread=thread), status=status)
        ticket(tx, conversation(tx, channel="elsewhere", thread="c"))
        assert tx.queue.standing("console", "forum") == {"a": Status.OPEN}

    await store.transact(unit)
