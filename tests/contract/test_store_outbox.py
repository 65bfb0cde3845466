"""Lanes and effects, on both databases: order, leases, and when there is something to do."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from bot.domain.errors import NotFound
from bot.domain.identity import Place
from bot.domain.queue import Sight
from bot.domain.states import Status
from bot.ports.outbox import FRESH, Copy, Effect, Lane, LaneKind, State
from bot.ports.repositories.threads import Sought
from bot.ports.store import Store, Tx
from storage import engines
from storage.store import open_store
from tests.contract.listening import all_ears

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
ONE = Sight(person="console:ana", teams=("support",))
PLACE = Place(workspace="console", channel="team")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def wall() -> datetime:
    return datetime.now(UTC)


def lane(tx: Tx, ref: int = 1) -> Lane:
    return tx.outbox.lane(LaneKind.THREAD, ref, PLACE)


def add(tx: Tx, subject: str, ref: int = 1, *, delay: timedelta = timedelta()) -> Effect:
    return tx.outbox.add(lane(tx, ref), subject, order_at=wall(), delay=delay)


def end(tx: Tx, effect: Effect, state: State = State.DONE) -> None:
    tx.outbox.put_effect(replace(effect, state=state, finished_at=wall()))


def is_due(tx: Tx, now: datetime | None = None) -> bool:
    return bool(tx.outbox.due_lanes(now or wall(), 9))


async def test_a_lane_is_made_once(store: Store) -> None:
    def unit(tx: Tx) -> None:
        first = lane(tx)
        assert first == lane(tx) == tx.outbox.get_lane(first.id)
        assert tx.outbox.lane(LaneKind.CONTACT, 1, PLACE).id != first.id
        assert lane(tx, 2).id != first.id
        with pytest.raises(NotFound):
            tx.outbox.get_lane(404)

    await store.transact(unit)


async def test_an_effect_comes_back_as_it_was(store: Store) -> None:
    def unit(tx: Tx) -> None:
        made = tx.outbox.add(lane(tx), "message:1:0", order_at=wall() - HOUR, epoch=3)
        assert len(made.key) == 20
        assert tx.outbox.effect(made.id) == made
        changed = replace(
            made,
            state=State.SENDING,
            attempts=2,
            attempted_at=wall(),
            uncertain=True,
            progress={"file_id": "F1"},
            problem="timeout",
            due_at=wall() + HOUR,
        )
        tx.outbox.put_effect(changed)
        assert tx.outbox.effect(made.id) == changed == tx.outbox.next(made.lane_id)
        with pytest.raises(NotFound):
            tx.outbox.effect(404)

    await store.transact(unit)


async def test_the_head_of_a_lane_is_the_oldest_by_source_time(store: Store) -> None:
    """What arrived late but was written first goes first; nothing overtakes a head that waits."""

    def unit(tx: Tx) -> None:
        own, now = lane(tx), wall()
        second = tx.outbox.add(own, "second", order_at=now)
        third = tx.outbox.add(own, "third", order_at=now)
        first = tx.outbox.add(own, "first", order_at=now - HOUR, delay=HOUR)
        assert tx.outbox.next(own.id) == first
        assert not is_due(tx)
        assert is_due(tx, wall() + HOUR)
        for effect, follows in ((first, second), (second, third), (third, None)):
            end(tx, effect)
            assert tx.outbox.next(own.id) == follows
        assert not is_due(tx, wall() + HOUR)
        assert tx.outbox.next_due() is None
        assert tx.outbox.get_lane(own.id).due_at is None

    await store.transact(unit)


@pytest.mark.parametrize("state", [State.DONE, State.DEAD, State.WITHHELD, State.DROPPED])
async def test_what_is_over_blocks_nothing(store: Store, state: State) -> None:
    def unit(tx: Tx) -> None:
        end(tx, add(tx, "first"), state)
        assert not is_due(tx)
        second = add(tx, "second")
        assert is_due(tx)
        assert tx.outbox.next(second.lane_id) == second

    await store.transact(unit)


async def test_a_retry_puts_the_lane_off(store: Store) -> None:
    def unit(tx: Tx) -> None:
        first = add(tx, "first")
        add(tx, "second")
        later = wall() + HOUR
        tx.outbox.put_effect(replace(first, due_at=later))
        assert not is_due(tx)
        assert tx.outbox.next_due() == later == tx.outbox.get_lane(first.lane_id).due_at
        assert is_due(tx, later)

    await store.transact(unit)


async def test_withdrawing_drops_what_has_not_begun(store: Store) -> None:
    def unit(tx: Tx) -> None:
        begun = add(tx, "message:1:0")
        tx.outbox.put_effect(replace(begun, state=State.SENDING))
        dropped = add(tx, "message:1:1")
        other = add(tx, "message:10:0")
        upper = add(tx, "MESSAGE:1:2")
        own = lane(tx)
        assert tx.outbox.withdraw(own, "message:1:") == 1
        assert tx.outbox.effect(dropped.id).state is State.DROPPED
        assert tx.outbox.effect(dropped.id).finished_at is not None
        assert [tx.outbox.effect(one.id).state for one in (begun, other, upper)] == [
            State.SENDING,
            State.PENDING,
            State.PENDING,
        ]
        assert tx.outbox.withdraw(own, "message:1:") == 0
        assert tx.outbox.withdraw(lane(tx, 2), "message") == 0

    await store.transact(unit)


async def test_a_withdrawn_head_makes_way(store: Store) -> None:
    def unit(tx: Tx) -> None:
        add(tx, "first", delay=HOUR)
        add(tx, "second")
        assert not is_due(tx)
        tx.outbox.withdraw(lane(tx), "first")
        assert is_due(tx)

    await store.transact(unit)


async def test_what_is_still_to_come(store: Store) -> None:
    def unit(tx: Tx) -> None:
        begun = add(tx, "message:1:0")
        own = begun.lane_id
        assert tx.outbox.pending(own, "message:1:0")
        assert not tx.outbox.pending(own, "message:1:")
        tx.outbox.put_effect(replace(begun, state=State.SENDING))
        assert not tx.outbox.pending(own, "message:1:0")
        assert tx.outbox.unfinished(own, "message:1:")
        end(tx, begun)
        assert not tx.outbox.unfinished(own, "message:1:")

    await store.transact(unit)


async def test_dead_letters(store: Store) -> None:
    def unit(tx: Tx) -> None:
        first, second, third = (
            add(tx, "message:1:0"),
            add(tx, "message:2:0"),
            add(tx, "message:2:1"),
        )
        own = lane(tx)
        end(tx, first, State.DEAD)
        tx.outbox.put_effect(replace(second, state=State.SENDING))
        tx.outbox.kill(own.id, "message:2:", "too large")
        killed = tx.outbox.effect(third.id)
        assert (killed.state, killed.problem) == (State.DEAD, "too large")
        assert killed.finished_at is not None
        assert tx.outbox.effect(second.id).state is State.SENDING
        assert [(one.id, of.id) for one, of in tx.outbox.dead(9)] == [
            (third.id, own.id),
            (first.id, own.id),
        ]
        assert [one.id for one, _ in tx.outbox.dead(1)] == [third.id]
        assert [one.id for one in tx.outbox.dead_of(own.id, "message:")] == [first.id, third.id]
        assert tx.outbox.dead_of(own.id, "message:3") == []

    await store.transact(unit)


async def test_a_lease_keeps_others_out_until_it_ends(store: Store) -> None:
    def unit(tx: Tx) -> None:
        now = wall()
        own = add(tx, "first").lane_id
        taken = tx.outbox.lease(own, "a", now + HOUR, now)
        assert taken is not None
        assert (taken.owner, taken.leased_until) == ("a", now + HOUR)
        assert tx.outbox.lease(own, "b", now + HOUR, now) is None
        assert tx.outbox.lease(own, "a", now + 2 * HOUR, now) is not None
        assert not is_due(tx)
        assert tx.outbox.next_due() == now + 2 * HOUR
        assert is_due(tx, now + 2 * HOUR)
        tx.outbox.release(own, "b")
        assert tx.outbox.get_lane(own).owner == "a"
        assert tx.outbox.lease(own, "b", now + 4 * HOUR, now + 2 * HOUR) is not None
        tx.outbox.release(own, "b")
        assert tx.outbox.get_lane(own).owner is None
        assert is_due(tx)
        assert tx.outbox.lease(404, "a", now, now) is None

    await store.transact(unit)


async def test_a_lease_is_extended_once_it_is_no_longer_fresh(store: Store) -> None:
    def unit(tx: Tx) -> None:
        own, now = add(tx, "x").lane_id, wall()
        tx.outbox.lease(own, "a", now + HOUR, now)
        soon, later = now + FRESH / 2, now + 2 * FRESH
        taken = tx.outbox.lease(own, "a", soon + HOUR, soon)
        assert taken is not None
        assert taken.leased_until is not None
        assert now + HOUR <= taken.leased_until <= soon + HOUR
        taken = tx.outbox.lease(own, "a", later + HOUR, later)
        assert taken is not None
        assert taken.leased_until == later + HOUR
        assert tx.outbox.lease(own, "b", later + HOUR, later) is None

    await store.transact(unit)


@pytest.mark.parametrize("dies", [False, True])
async def test_what_happened_in_a_held_lane_counts_once_it_is_let_go(
    store: Store, *, dies: bool
) -> None:
    def take(tx: Tx, ref: int) -> Effect:
        first = add(tx, "first", ref)
        tx.outbox.lease(first.lane_id, "a", wall() + HOUR, wall())
        return first

    def let_go(tx: Tx, own: int) -> None:
        if dies:
            tx.outbox.free("a")
        else:
            tx.outbox.release(own, "a")

    first = await store.transact(take, 1)
    await store.transact(end, first)
    await store.transact(add, "second")
    await store.transact(let_go, first.lane_id)
    assert await store.read(is_due)

    empty = await store.transact(take, 2)
    await store.transact(end, empty)
    await store.transact(lambda tx: tx.outbox.release(empty.lane_id, "a"))
    assert await store.read(lambda tx: tx.outbox.due_lanes(wall(), 9)) == [first.lane_id]


async def test_leases_of_the_dead_are_taken(store: Store) -> None:
    def unit(tx: Tx) -> None:
        for ref, owner in ((1, "a"), (2, "a"), (3, "b")):
            tx.outbox.lease(add(tx, "x", ref).lane_id, owner, wall() + HOUR, wall())
        assert tx.outbox.owners() == ["a", "b"]
        tx.outbox.free("a")
        assert tx.outbox.owners() == ["b"]
        assert len(tx.outbox.due_lanes(wall(), 9)) == 2

    await store.transact(unit)


async def test_putting_a_lane_leaves_its_lease_alone(store: Store) -> None:
    """A worker that lost its lease cannot write itself back into the lane."""

    def unit(tx: Tx) -> None:
        own = lane(tx)
        mine = tx.outbox.lease(own.id, "a", wall() + HOUR, wall())
        assert mine is not None
        tx.outbox.free("a")
        tx.outbox.lease(own.id, "b", wall() + HOUR, wall())
        tx.outbox.put_lane(replace(mine, failures=2))
        assert tx.outbox.get_lane(own.id).owner == "b"
        assert tx.outbox.get_lane(own.id).failures == 2

    await store.transact(unit)


async def test_a_suspended_lane_waits_for_its_probe(store: Store) -> None:
    def unit(tx: Tx) -> None:
        first = add(tx, "first")
        own, probe = lane(tx), wall() + HOUR
        tx.outbox.put_lane(replace(own, suspended="archived", failures=1, due_at=probe))
        assert [one.id for one in tx.outbox.suspended()] == [own.id]
        tx.outbox.put_effect(replace(first, problem="archived"))
        add(tx, "second")
        assert not is_due(tx)
        assert tx.outbox.next_due() == probe
        assert is_due(tx, probe)
        tx.outbox.put_lane(replace(tx.outbox.get_lane(own.id), suspended="", failures=0))
        assert tx.outbox.suspended() == []
        assert is_due(tx)

    await store.transact(unit)


async def test_due_lanes_come_by_due_time(store: Store) -> None:
    def unit(tx: Tx) -> None:
        later = add(tx, "x", 1, delay=2 * SECOND).lane_id
        sooner = add(tx, "x", 2, delay=SECOND).lane_id
        add(tx, "x", 3, delay=HOUR)
        soon = wall() + 5 * SECOND
        assert tx.outbox.due_lanes(soon, 9) == [sooner, later]
        assert tx.outbox.due_lanes(soon, 1) == [sooner]
        assert tx.outbox.next_due() == tx.outbox.get_lane(sooner).due_at

    await store.transact(unit)


async def test_adding_wakes_the_lane(store: Store) -> None:
    await all_ears(store)
    topics: set[str] = set()
    store.listen(topics.update)
    effect = await store.transact(add, "first")
    assert topics == {f"lane:{effect.lane_id}"}


async def test_copies_are_one_a_subject(store: Store) -> None:
    def unit(tx: Tx) -> None:
        own = lane(tx)
        copy = Copy(
            lane_id=own.id,
            subject="message:1:0",
            workspace="slack:T1",
            channel="C1",
            thread="1.0",
            platform_id="1.1",
            digest="d",
        )
        tx.outbox.put_copy(copy)
        first = tx.outbox.copy(own.id, "message:1:0")
        assert first == replace(copy, id=first.id if first else 0)
        tx.outbox.put_copy(replace(copy, platform_id="1.2", deleted=True))
        again = tx.outbox.copy(own.id, "message:1:0")
        assert again == replace(first, platform_id="1.2", deleted=True)
        tx.outbox.put_copy(replace(copy, subject="message:1:1", platform_id="1.3"))
        tx.outbox.put_copy(replace(copy, subject="message:11:0", platform_id="1.4"))
        assert [one.platform_id for one in tx.outbox.copies(own.id, "message:1:")] == ["1.2", "1.3"]
        assert len(tx.outbox.copies(own.id, "")) == 3
        found = tx.outbox.copy_at("slack:T1", "C1", "1.3")
        assert found is not None
        assert (found[0].subject, found[1]) == ("message:1:1", own)
        assert tx.outbox.copy_at("slack:T1", "C1", "1.1") is None
        assert tx.outbox.copy(own.id, "message:2:0") is None

    await store.transact(unit)


async def test_the_longer_pause_holds(store: Store) -> None:
    def unit(tx: Tx) -> None:
        now = wall()
        assert tx.outbox.paused_until("slack:T1", "C1") is None
        for until in (now + HOUR, now + SECOND):
            tx.outbox.pause("slack:T1", "C1", until)
        assert tx.outbox.paused_until("slack:T1", "C1") == now + HOUR
        assert tx.outbox.paused_until("slack:T1", "C2") is None

    await store.transact(unit)


async def test_the_backlog_is_counted(store: Store) -> None:
    def unit(tx: Tx) -> None:
        assert tx.outbox.backlog(wall()).oldest_s == 0
        end(tx, add(tx, "a"))
        end(tx, add(tx, "b"), State.DEAD)
        oldest = add(tx, "c")
        add(tx, "d", 2)
        figures = tx.outbox.backlog(oldest.created_at + HOUR)
        assert figures.by_state == {"pending": 2, "dead": 1}
        assert figures.oldest_s == pytest.approx(3600)

    await store.transact(unit)


@pytest.mark.parametrize("owners", [("a", "b", "c", "d")])
async def test_of_many_workers_one_gets_the_lane(
    store: Store, database_url: str, owners: tuple[str, ...]
) -> None:
    other = open_store(database_url, lambda _workspace: None)  # type: ignore[arg-type]
    own = (await store.transact(add, "first")).lane_id

    def take(tx: Tx, owner: str) -> bool:
        return tx.outbox.lease(own, owner, wall() + HOUR, wall()) is not None

    stores = (store, other) * 2
    wins = await asyncio.gather(
        *(one.transact(take, owner) for one, owner in zip(stores, owners, strict=True))
    )
    assert sum(wins) == 1
    await other.close()


@ON_POSTGRES
async def test_an_effect_added_while_the_lane_is_emptied_is_not_forgotten(
    store: Store, database_url: str
) -> None:
    """The later of two transactions looks at the lane after the other has committed."""
    first = await store.transact(add, "first")
    added, leave = threading.Event(), threading.Event()

    def add_slowly(tx: Tx) -> None:
        add(tx, "second")
        added.set()
        assert leave.wait(60)

    other = open_store(database_url, lambda _workspace: None)  # type: ignore[arg-type]
    adding = asyncio.create_task(other.transact(add_slowly))
    await asyncio.to_thread(added.wait, 60)
    ending = asyncio.create_task(store.transact(end, first))
    await asyncio.sleep(0.2)
    assert not ending.done()
    leave.set()
    await asyncio.gather(adding, ending)
    assert await store.read(is_due)
    await other.close()


@ON_SQLITE
@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda tx: tx.outbox.due_lanes(wall(), 9), "lanes_due"),
        (lambda tx: tx.outbox.next_due(), "lanes_due"),
        (lambda tx: tx.outbox.next(1), "effects_live"),
        (lambda tx: tx.outbox.dead_of(1, "x"), "effects_dead"),
        (lambda tx: tx.outbox.backlog(wall()), "effects_not_done"),
        (lambda tx: tx.outbox.suspended(), "lanes_suspended"),
        (lambda tx: tx.tickets.inactive(wall(), 9), "tickets_inactivity"),
        (lambda tx: tx.tickets.promised(wall(), 9), "tickets_promised"),
        (lambda tx: tx.tickets.practice(), "tickets_practice"),
        (lambda tx: tx.tickets.open_after("support", 0, 9), "tickets_one_open"),
        (lambda tx: tx.due.kinds(wall(), wall()), "tickets_inactivity"),
        (lambda tx: tx.due.kinds(wall(), wall()), "tickets_promised"),
        (lambda tx: tx.due.kinds(wall(), wall()), "conversations_takeover"),
        (lambda tx: tx.due.kinds(wall(), wall()), "messages_pending"),
        (lambda tx: tx.due.kinds(wall(), wall()), "erasures_unfinished"),
        (lambda tx: tx.tickets.unclaimed(wall(), 9), "tickets_ladder"),
        (lambda tx: tx.tickets.load(["console:ana"]), "tickets_holder"),
        (lambda tx: tx.queue.own(ONE, 9), "tickets_assigned"),
        (lambda tx: tx.queue.others(ONE, Status.OPEN, 9), "tickets_queue"),
        (lambda tx: tx.conversations.in_use("w", "c", wall()), "tickets_"),
        (lambda tx: tx.conversations.in_use("w", "c", wall()), "conversations_active"),
        (lambda tx: tx.threads.standing("w", "c"), "threads_conversation"),
        (lambda tx: tx.posts.latest(PLACE, 9), "posts_place"),
        (lambda tx: tx.queue.standing("console", "forum"), "conversations_place"),
        (lambda tx: tx.tickets.numbers("support", 9), "tickets_queue"),
        (lambda tx: tx.tickets.begun("support", "x", wall(), below=9), "tickets_opened"),
        (lambda tx: tx.tickets.responsible(), "tickets_holder"),
        (lambda tx: tx.tickets.responsible(), "tickets_assigned"),
        (lambda tx: tx.tickets.of_attendant("console:ana"), "tickets_assigned"),
        (lambda tx: tx.events.search(Sought(actor="console:ana"), 9), "events_actor"),
        (lambda tx: tx.events.search(Sought(kinds=("configured",)), 9), "events_kind"),
        (lambda tx: tx.conversations.takeovers_due(wall(), 9), "conversations_takeover"),
        (lambda tx: tx.conversations.with_agent(wall(), 9), "conversations_active"),
        (lambda tx: tx.messages.slow(wall(), 9), "messages_pending"),
        (lambda tx: tx.messages.find_source("w", "c", "1"), "messages_source"),
        (lambda tx: tx.messages.find_moved("w", "c", "1"), "messages_source"),
    ],
)
async def test_looking_for_work_reads_an_index(
    store: Store, database_url: str, ask: Callable[[Tx], object], index: str
) -> None:
    asked: list[str] = []

    def watched(driver: sqlite3.Connection, *_rest: object) -> None:
        driver.set_trace_callback(asked.append)

    event.listen(store._readers, "checkout", watched)  # type: ignore[attr-defined]
    await store.read(ask)
    engine = engines.sqlite_readers(make_url(database_url), 1)
    with engine.connect() as connection:
        plans = [
            row[3]
            for statement in asked
            if statement.startswith(("SELECT", "WITH"))
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
        ]
    engine.dispose()
    assert any(f"INDEX {index}" in plan for plan in plans), plans
    scans = [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan]
    assert set(scans) <= {"SCAN CONSTANT ROW", "SCAN walk"}
