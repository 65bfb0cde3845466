"""Lanes: in order, in parallel, over every fault of a platform, by any number of workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.agents.player import ScriptedPlayer
from bot.delivery.courier import Courier
from bot.delivery.workers import free_the_dead, machine
from bot.domain.card import Card, Transcript
from bot.domain.identity import Person, Place
from bot.domain.message import Delivery, Message
from bot.ports.outbox import Effect, LaneKind, State
from bot.ports.outlet import Busy, Refused, Unclear, Unreachable
from bot.ports.store import Store, Tx
from bot.services.delivered import mark_slow
from tests.world import World

pytestmark = pytest.mark.both_databases


def to_contact(place: Place) -> bool:
    return place.channel.startswith("dm:")


class Held:
    """The first post of which `waits` is true begins, and stays on its way until it `goes_on`."""

    def __init__(self, world: World, waits: Callable[[Place, object], bool]) -> None:
        self.began, self.goes_on = asyncio.Event(), asyncio.Event()
        post = world.outlet.post

        async def slow(place: Place, content: object, attempt: object) -> object:
            if waits(place, content) and not self.began.is_set():
                self.began.set()
                await self.goes_on.wait()
            return await post(place, content, attempt)  # type: ignore[arg-type]

        world.outlet.post = slow  # type: ignore[method-assign,assignment]


async def claimed(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")


async def types(world: World, line: str) -> None:
    """Alice types, and nobody waits for what comes of it."""
    alice = Person(id="console:alice", name="Alice")
    await world.baton.typed(alice, Place(workspace="console", channel="support"), line)


async def last(world: World) -> Message:
    return (await world.messages())[-1]


def is_unclear(tx: Tx) -> bool:
    """Whether the next thing to the contact may have happened."""
    lane = tx.outbox.lane(LaneKind.CONTACT, 1, tx.conversations.get(1).place)
    effect = tx.outbox.next(lane.id)
    return effect is not None and effect.uncertain and effect.state is State.PENDING


async def test_replies_arrive_in_the_order_in_which_they_were_given(world: World) -> None:
    await claimed(world)
    texts = [f"line {number}" for number in range(20)]
    for text in texts:
        await types(world, f"/reply 1 {text}")
    await world.settle()
    assert world.heard() == texts
    assert [text for text in world.seen() if text in texts] == texts


async def test_one_broken_destination_never_stops_another(world: World) -> None:
    await claimed(world)

    def broken(_: str, place: Place) -> None:
        if to_contact(place):
            raise Unreachable("The bot was removed from this channel.")

    world.outlet.before = broken
    await world.run("alice", "/reply 1 Hello?")
    assert "Hello?" in world.seen()
    assert world.heard() == []
    told = await world.run("alice", "/deliveries")
    assert told.text == (
        "- to Carol (#1), which waits until it works again: The bot was removed from this channel."
    )


async def test_an_outage_loses_nothing_and_buries_nothing(world: World) -> None:
    await claimed(world)

    def broken(_: str, place: Place) -> None:
        if to_contact(place):
            raise Unreachable("The token was revoked.")

    world.outlet.before = broken
    for text in ("one", "two"):
        await world.run("alice", f"/reply 1 {text}")
    dead = await world.store.read(lambda tx: tx.outbox.dead(10))
    assert dead == []
    world.outlet.before = lambda _action, _place: None
    world.ahead += timedelta(minutes=1)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()
    assert world.heard() == ["one", "two"]
    assert "Everything was delivered." in (await world.run("alice", "/deliveries")).text


async def test_a_refused_message_is_shown_with_retry_and_can_be_sent_again(world: World) -> None:
    await claimed(world)

    def refuses(_: str, place: Place) -> None:
        if to_contact(place):
            raise Refused("It is too long.")

    world.outlet.before = refuses
    await world.run("alice", "/reply 1 Too much")
    message = await last(world)
    assert (message.delivery, message.problem) == (Delivery.FAILED, "It is too long.")
    [shown] = [
        one.content for one in world.outlet.posts if getattr(one.content, "text", "") == "Too much"
    ]
    assert shown.aside == "not delivered: It is too long."
    assert [button.label for button in shown.buttons] == ["Retry"]
    assert (await world.run("alice", "/deliveries")).text == (
        f"- message {message.id}, to Carol (#1): It is too long.\n"
        "`/deliveries retry` and a message's number sends it again."
    )
    world.outlet.before = lambda _action, _place: None
    await world.press("alice", "message:retry", str(message.id))
    assert world.heard() == ["Too much"]
    [shown] = [
        one.content
        for one in world.outlet.posts
        if getattr(one.content, "aside", "") == ""
        and getattr(one.content, "text", "") == "Too much"
        and one.place.channel == "support"
    ]
    assert "Retry" not in [button.label for button in shown.buttons]
    world.outlet.before = refuses
    await world.run("alice", "/reply 1 Much too much")
    await world.run("alice", "/ticket transfer 1 billing")
    told = [one.content for one in world.outlet.posts if isinstance(one.content, Transcript)][-1]
    assert [one.text for one in told.lines][-2:] == ["Too much", "(not delivered) Much too much"]


async def test_a_rate_limit_is_waited_for_and_holds_the_whole_channel(world: World) -> None:
    await claimed(world)
    refusals = iter([Busy("slow down", timedelta(seconds=60))])

    def limited(_: str, place: Place) -> None:
        if to_contact(place) and (error := next(refusals, None)):
            raise error

    world.outlet.before = limited
    await world.run("alice", "/reply 1 Hello.")
    assert world.heard() == []
    until = await world.store.read(lambda tx: tx.outbox.paused_until("console", "dm:carol"))
    assert until is not None
    world.ahead += timedelta(seconds=61)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()
    assert world.heard() == ["Hello."]


@pytest.mark.parametrize("settle", [None, timedelta(seconds=0.1)])
async def test_what_may_have_happened_is_not_done_twice(
    world: World, settle: timedelta | None
) -> None:
    await claimed(world)
    world.outlet.settle = settle
    failures = iter([Unclear("the line broke"), Unclear("the line broke")])

    def after(_: str, place: Place) -> None:
        if to_contact(place) and (error := next(failures, None)):
            raise error

    world.outlet.after = after
    await world.run("alice", "/reply 1 Only once")
    world.ahead += timedelta(seconds=5)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()
    assert world.heard() == ["Only once"]
    assert (await last(world)).delivery is Delivery.DELIVERED


async def test_what_was_edited_after_an_unclear_try_shows_so(world: World) -> None:
    """The platform knows the key, and answers with the post that has the old words."""
    await claimed(world)
    failures = iter([Unclear("the line broke")])

    def after(_: str, place: Place) -> None:
        if to_contact(place) and (error := next(failures, None)):
            raise error

    world.outlet.after = after
    await types(world, "/reply 1 Old words")
    async with asyncio.timeout(60):
        while world.heard() != ["Old words"]:
            await asyncio.sleep(0.005)
    await types(world, f"/message edit {(await last(world)).id} New words")
    world.ahead += timedelta(seconds=5)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()
    assert world.heard() == ["New words"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("stands", [True, False])
async def test_what_was_taken_back_after_an_unclear_try_stands_nowhere(
    world: World, *, stands: bool
) -> None:
    """Nobody knows whether it arrived: it is looked for, and not posted once more."""
    await claimed(world)
    failures = iter([Unclear("the line broke")])

    def fail(_: str, place: Place) -> None:
        if to_contact(place) and (error := next(failures, None)):
            raise error

    setattr(world.outlet, "after" if stands else "before", fail)
    await types(world, "/reply 1 My password is secret")
    async with asyncio.timeout(60):
        while not await world.store.read(is_unclear):
            await asyncio.sleep(0.005)
    assert world.heard() == (["My password is secret"] if stands else [])
    await types(world, f"/message delete {(await last(world)).id}")
    posts = world.outlet.calls.count("post")
    world.ahead += timedelta(seconds=5)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()
    assert world.heard() == []
    assert world.outlet.calls.count("post") == posts


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_change_that_may_have_happened_is_undone_too(world: World) -> None:
    """As far as is recorded, nothing differs from what stands there."""
    await claimed(world)
    await world.run("alice", "/reply 1 Old words")
    failures = iter([Unclear("the line broke")])

    def fail(_: str, place: Place) -> None:
        if to_contact(place) and (error := next(failures, None)):
            raise error

    world.outlet.after = fail
    reply = (await last(world)).id
    await types(world, f"/message edit {reply} New words")
    async with asyncio.timeout(60):
        while not await world.store.read(is_unclear):
            await asyncio.sleep(0.005)
    assert world.heard() == ["New words"]
    await types(world, f"/message edit {reply} Old words")
    world.ahead += timedelta(seconds=5)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()
    assert world.heard() == ["Old words"]


async def test_what_is_edited_while_it_is_posted_shows_so(world: World) -> None:
    await world.write("human please", source="s0")
    held = Held(world, lambda _, content: getattr(content, "text", "") == "Old words")
    writing = asyncio.create_task(world.write("Old words", source="s1"))
    await held.began.wait()
    editing = asyncio.create_task(world.edit("s1", "New words"))
    async with asyncio.timeout(60):
        while (await last(world)).text != "New words":
            await asyncio.sleep(0.005)
    held.goes_on.set()
    await asyncio.gather(writing, editing)
    await world.settle()
    assert world.seen()[-1] == "New words"


async def test_what_changes_while_a_card_is_posted_is_shown_on_it(world: World) -> None:
    """The lane of its changes has nothing to change as long as it does not stand."""
    held = Held(world, lambda _, content: isinstance(content, Card))
    await world.write("human please", settle=False)
    await held.began.wait()
    await types(world, "/ticket priority 1 high")
    async with asyncio.timeout(60):
        while await world.store.read(card_waits):
            await asyncio.sleep(0.005)
    held.goes_on.set()
    await world.settle()
    [card] = world.outlet.cards("support")
    assert card.priority == "high"
    assert world.outlet.calls.count("edit") == 1


def card_waits(tx: Tx) -> bool:
    """Whether a change of the card is still to be looked at."""
    thread = tx.threads.of_ticket(1)
    assert thread
    lane = tx.outbox.lane(LaneKind.CARD, thread.id, thread.place)
    return tx.outbox.pending(lane.id, "card") is not None


async def test_a_deleted_thread_is_built_anew_from_what_is_stored(world: World) -> None:
    await claimed(world)
    await world.run("alice", "/reply 1 Hello.")
    world.outlet.posts = [one for one in world.outlet.posts if one.place.channel != "support"]
    await world.run("alice", "/ticket priority 1 high")
    world.ahead += timedelta(seconds=5)
    await world.settle()
    [card] = world.outlet.cards("support")
    assert card.priority == "high"
    assert any(not isinstance(one.content, Card) for one in world.outlet.posts)


async def test_a_long_reply_is_sent_in_parts_and_follows_its_edits(world: World) -> None:
    await claimed(world)
    long = " ".join(f"word{number}" for number in range(12_000))[:40_000]
    await world.run("alice", f"/reply 1 {long}")
    parts = world.heard()
    assert len(parts) == 2
    assert " ".join(parts).split() == long.split()
    message = await last(world)
    await world.run("alice", f"/message edit {message.id} Short now.")
    assert world.heard() == ["Short now."]


async def test_a_message_on_its_way_for_long_is_shown_so(world: World) -> None:
    await claimed(world)
    held = Held(world, lambda place, _: to_contact(place))
    await types(world, "/reply 1 Slowly")
    await world.store.transact(mark_slow, world.clock.now() + timedelta(seconds=3))
    async with asyncio.timeout(60):
        while "on its way…" not in [
            getattr(one.content, "aside", "") for one in world.outlet.posts
        ]:
            await asyncio.sleep(0.02)
    held.goes_on.set()
    await world.settle()
    asides = [getattr(one.content, "aside", "") for one in world.outlet.posts]
    assert "on its way…" not in asides
    assert world.heard() == ["Slowly"]


async def test_many_workers_on_one_database_send_everything_once(world: World) -> None:
    others = [
        Courier(
            world.store,
            {"console": world.outlet},
            world.agent,
            world.clock,
            player=ScriptedPlayer(),
            wall=world.wall,
        )
        for _ in range(3)
    ]
    tasks = [asyncio.create_task(one.run()) for one in others]
    await asyncio.gather(*(world.write("human please", who=f"c{n}") for n in range(6)))
    for number in range(1, 7):
        for text in ("one", "two", "three"):
            await world.run("alice", f"/reply {number} {text}")
    for one in others:
        await one.settle_down()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for who in range(6):
        assert world.heard(f"c{who}") == ["one", "two", "three"]


async def test_a_worker_that_lost_its_lease_records_nothing(world: World) -> None:
    """It finds out when it wants to write: another has the lane, and the effect, by then."""
    await claimed(world)
    lane = await world.store.transact(_contact_lane)
    held = Held(world, lambda place, _: to_contact(place))
    await types(world, "/reply 1 Fenced")
    await held.began.wait()
    await world.store.transact(_steal, lane)
    held.goes_on.set()
    async with asyncio.timeout(60):
        while world.courier._draining:
            await asyncio.sleep(0.01)
    effect = await world.store.read(lambda tx: tx.outbox.next(lane))
    assert effect is not None
    assert effect.state is State.SENDING, "only the thief may say how it ended"
    await world.store.transact(lambda tx: tx.outbox.free("thief"))
    world.courier.wake(lane)
    await world.settle()
    assert world.heard() == ["Fenced"]


def _contact_lane(tx: Tx) -> int:
    conversation = tx.conversations.get(1)
    return tx.outbox.lane(LaneKind.CONTACT, 1, conversation.place).id


def _steal(tx: Tx, lane_id: int) -> None:
    owner = tx.outbox.get_lane(lane_id).owner
    assert owner is not None
    tx.outbox.free(owner)
    now = datetime.now(UTC)
    assert tx.outbox.lease(lane_id, "thief", now + timedelta(minutes=5), now)


async def test_leases_of_dead_workers_of_this_machine_are_taken_at_once(store: Store) -> None:
    def lease(tx: Tx, name: str) -> int:
        place = Place(workspace="console", channel="dm:carol")
        lane = tx.outbox.lane(LaneKind.CONTACT, 1, place)
        now = datetime.now(UTC)
        owner = f"{name}:999999999:ab"
        assert tx.outbox.lease(lane.id, owner, now + timedelta(hours=1), now)
        return lane.id

    lane_id = await store.transact(lease, "elsewhere")
    await store.transact(free_the_dead, "me:1:aa")
    untouched = await store.read(lambda tx: tx.outbox.get_lane(lane_id).owner)
    assert untouched is not None, "another host's worker is not judged"
    await store.transact(lambda tx: tx.outbox.free(untouched))
    await store.transact(lease, machine())
    await store.transact(free_the_dead, "me:1:aa")
    assert await store.read(lambda tx: tx.outbox.get_lane(lane_id).owner) is None


async def test_stopping_finishes_what_is_under_way(world: World) -> None:
    await claimed(world)
    held = Held(world, lambda place, _: to_contact(place))
    await types(world, "/reply 1 Last words")
    await types(world, "/reply 1 After the stop")
    await held.began.wait()
    stopping = asyncio.create_task(world.courier.stop())
    await asyncio.sleep(0.05)
    held.goes_on.set()
    await stopping
    assert world.heard() == ["Last words"]
    delivered = [message.text for message in await world.messages() if message.delivered_at]
    assert delivered == ["Last words"]
    busy = await world.store.read(lambda tx: tx.outbox.backlog(datetime.now(UTC)).by_state)
    assert busy.get("sending", 0) == 0, "nothing is left half done"


async def test_a_late_report_on_work_that_another_took_over_is_ignored(world: World) -> None:
    """The lease is free again by then, so only the attempt tells that the report is stale."""
    await claimed(world)
    lane = await world.store.transact(_contact_lane)
    held = Held(world, lambda place, _: to_contact(place))
    await types(world, "/reply 1 Once")
    await held.began.wait()
    await world.store.transact(_take_over_and_go, lane)
    held.goes_on.set()
    await world.settle()
    assert world.heard() == ["Once"]
    attempts = await world.store.read(lambda tx: tx.outbox.effect(_sent_effect(tx)).attempts)
    assert attempts == 3, "the effect was taken up again rather than believed done"


def _take_over_and_go(tx: Tx, lane_id: int) -> None:
    _steal(tx, lane_id)
    effect = tx.outbox.next(lane_id)
    assert effect is not None
    tx.outbox.put_effect(replace(effect, attempts=effect.attempts + 1))
    tx.meta.put("stolen", str(effect.id))
    tx.outbox.free("thief")


def _sent_effect(tx: Tx) -> int:
    return int(tx.meta.get("stolen") or 0)


async def test_an_answer_that_waits_to_be_sent_is_withheld_by_a_handover(world: World) -> None:
    """The check at the moment of sending: the answer was recorded before the handover."""

    def limited(_: str, place: Place) -> None:
        if to_contact(place):
            raise Busy("not now")

    world.outlet.before = limited
    await world.write("How do I cancel?", settle=False)
    async with asyncio.timeout(60):
        while len(await world.messages()) < 2:
            await asyncio.sleep(0.02)
    await world.write("human please", settle=False)
    world.outlet.before = lambda _action, _place: None
    world.ahead += timedelta(minutes=2)
    await world.settle()
    assert world.heard() == []
    [withheld] = [
        one.content for one in world.outlet.posts if "withheld" in getattr(one.content, "aside", "")
    ]
    assert withheld.text == "Have you tried the help pages?"


async def test_the_card_follows_talk_later_and_deeds_at_once(world: World) -> None:
    world.ahead = timedelta()

    def waiting(tx: Tx) -> Effect:
        thread = tx.threads.of_ticket(1)
        assert thread
        found = tx.outbox.pending(tx.outbox.lane(LaneKind.CARD, thread.id, thread.place).id, "card")
        assert found
        return found

    await world.write("human please")
    await world.run("alice", "/reply 1 Hello")
    await world.courier.stop()  # however long it takes from here on, the card waits
    await world.baton.typed(*world.at("alice"), "/reply 1 How are you?")
    card = await world.store.read(waiting)
    assert card.due_at - card.created_at > timedelta(seconds=1)
    done = await world.baton.typed(*world.at("alice"), "/ticket tag 1 billing")
    assert done.ok, done.text
    card = await world.store.read(waiting)
    assert card.due_at - datetime.now(UTC) < timedelta(seconds=0.5)
