"""What was missed is fetched first; live events of a place that catches up wait their turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.card import Card, Post, Transcript
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, Author
from bot.ports.inbound import Deleted, Edited, Inbound, Written
from bot.ports.outbox import Effect, LaneKind
from bot.ports.repositories.platforms import ANY_DIRECT
from bot.ports.store import Tx
from bot.services.catch_up import dumps, is_ahead, loads
from bot.services.receive import SETTLE
from tests.world import World

AT = datetime(2026, 3, 1, tzinfo=UTC)
CAROL = Person(id="console:carol", name="Carol", avatar="https://pictures.example/carol.png")


ALICE = Person(id="console:alice", name="Alice")


def written(world: World, number: int) -> Written:
    return Written(
        workspace="console",
        channel="dm:carol",
        direct=True,
        source_id=f"s{number}",
        author=CAROL,
        text=f"word {number}",
        at=world.clock.now(),
    )


async def test_live_events_wait_until_what_was_missed_is_there(world: World) -> None:
    await world.write("human please", source="s0")
    [source] = await world.baton.begin_catching_up("console")
    assert (source.channel, source.mark) == ("dm:carol", "s0")
    await world.baton.receive(written(world, 3))
    await world.baton.receive(written(world, 1), fetched=True)
    await world.baton.receive(written(world, 2), fetched=True)
    await world.baton.receive(written(world, 3), fetched=True)
    await world.baton.reached("console", "dm:carol", "", "s3")
    await world.baton.caught_up("console", "dm:carol")
    await world.baton.receive(written(world, 4))
    await world.settle()
    said = [message.text for message in await world.messages()]
    assert said == ["human please", "word 1", "word 2", "word 3", "word 4"]
    [source] = await world.store.read(lambda tx: tx.sources.of("console"))
    assert (source.mark, source.catching_up) == ("s3", False)


async def test_whoever_writes_for_the_first_time_waits_for_what_they_wrote_before(
    world: World,
) -> None:
    """Their place is not known before it was listed: without that, the first words come last."""
    await world.baton.reached("console", ANY_DIRECT, "", "1")
    await world.baton.begin_catching_up("console")
    await world.baton.receive(written(world, 2))
    changed = Edited(
        workspace="console",
        channel="dm:carol",
        source_id="s2",
        text="word two",
        stamp="1",
        at=world.clock.now(),
    )
    await world.baton.receive(changed)
    assert await world.messages() == []
    await world.baton.receive(written(world, 1), fetched=True)
    await world.baton.caught_up("console", ANY_DIRECT)
    said = [one.text for one in await world.messages() if one.author is Author.CONTACT]
    assert said == ["word 1", "word two"]


async def test_what_somebody_new_writes_next_does_not_pass_what_waits(world: World) -> None:
    """Their place is known from the first message on; the second one waits with the new still."""
    await world.baton.reached("console", ANY_DIRECT, "", "1")
    await world.baton.begin_catching_up("console")
    for number in (1, 2):
        await world.baton.receive(written(world, number))
    stops = iter((False, True))
    await world.baton.caught_up("console", ANY_DIRECT, unless=lambda: next(stops))
    await world.baton.receive(written(world, 3))
    await world.baton.caught_up("console", ANY_DIRECT)
    said = [one.text for one in await world.messages() if one.author is Author.CONTACT]
    assert said == ["word 1", "word 2", "word 3"]


def edit(number: int, text: str, second: int) -> Edited:
    return Edited(
        workspace="console",
        channel="dm:carol",
        source_id=f"s{number}",
        text=text,
        stamp=str(second),
        at=AT + timedelta(seconds=second),
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_known", [True, False])
async def test_an_edit_that_waited_does_not_undo_a_later_one(
    world: World, *, is_known: bool
) -> None:
    """Both came live while the last one was fetched: with the message, or after it was known."""
    await world.write("human please", source="s0")
    if is_known:
        await world.baton.receive(written(world, 1))
    await world.baton.begin_catching_up("console")
    await world.baton.receive(edit(1, "first edit", 1))
    await world.baton.receive(edit(1, "second edit", 2))
    now = replace(written(world, 1), text="second edit", edited_at=AT + timedelta(seconds=2))
    await world.baton.receive(now, fetched=True)
    if is_known:
        await world.baton.receive(edit(1, "second edit", 2), fetched=True)
    await world.baton.caught_up("console", "dm:carol")
    await world.settle()
    assert [message.text for message in await world.messages()][1:] == ["second edit"]
    thread = [one.content for one in world.outlet.posts if one.place.channel == "support"]
    assert isinstance(thread[-1], Post)
    assert thread[-1].text == "second edit"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_edit_back_to_the_first_words_is_the_last_one_too(world: World) -> None:
    await world.write("human please", source="s0")
    await world.baton.receive(edit(0, "human please", 2))
    await world.baton.receive(edit(0, "something else", 1))
    assert [message.text for message in await world.messages()] == ["human please"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_newer_than_what_was_fetched_and_not_known_is_on_its_way(
    world: World,
) -> None:
    await world.write("human please", source="20")
    place = Place(workspace="console", channel="dm:carol")
    elsewhere = Place(workspace="console", channel="dm:dave")
    asked = [(place, "9"), (place, "20"), (place, "100"), (elsewhere, "100")]
    found = [await world.store.read(is_ahead, *one) for one in asked]
    assert found == [False, False, True, False]
    await world.write("known", source="100")
    assert not await world.store.read(is_ahead, place, "100")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_note_keeps_its_last_edit(world: World) -> None:
    await world.write("human please", source="s0")
    await world.settle()
    thread = await world.store.read(lambda tx: tx.threads.of_ticket(1))
    assert thread is not None
    anchor = thread.anchor
    said = replace(
        written(world, 1), channel="support", thread=anchor, direct=False, author=ALICE, text="hm"
    )
    await world.baton.receive(said)
    for second in (2, 1):
        at_thread = replace(edit(1, f"edit {second}", second), channel="support")
        await world.baton.receive(at_thread)
    [note] = await world.store.read(lambda tx: tx.notes.of(1))
    assert note.text == "edit 2"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_deletions_where_nothing_is_taken_in_leave_no_trace(world: World) -> None:
    gone = Deleted(workspace="console", channel="elsewhere", source_id="1", at=world.clock.now())
    await world.baton.receive(gone)
    assert await world.store.transact(lambda tx: tx.first_sight(gone.message_key))


async def test_what_was_deleted_before_it_was_taken_in_is_never_shown(world: World) -> None:
    """Slack sends an event again that found nobody, and the deletion of its message perhaps first.
    Taken in after what was fetched meanwhile, it would stand behind what was said later.
    """
    await world.write("human please", source="s0")
    gone = [
        Deleted(
            workspace="console", channel="dm:carol", source_id=f"s{number}", at=world.clock.now()
        )
        for number in (1, 3)
    ]
    await world.baton.begin_catching_up("console")
    await world.baton.receive(written(world, 1))
    await world.baton.receive(gone[0])
    await world.baton.receive(written(world, 2), fetched=True)
    await world.baton.caught_up("console", "dm:carol")
    await world.baton.receive(gone[1])
    await world.baton.receive(written(world, 3))
    said = [message.text for message in await world.messages()]
    assert said == ["human please", "word 2"]


async def test_nothing_stands_before_the_root_of_a_thread(world: World) -> None:
    """All of it was written while Baton was away, and the team's channel takes nothing yet."""
    until = world.wall() + timedelta(seconds=0.7)
    await world.store.transact(lambda tx: tx.outbox.pause("console", "support", until))
    world.clock.move(timedelta(minutes=10))
    for number, text in enumerate(("human please", "word 1", "word 2")):
        said = world.clock.now() - timedelta(minutes=9 - number)
        await world.baton.receive(replace(written(world, number), text=text, at=said))
    await asyncio.sleep(0.7)
    await world.settle()
    posts = [one.content for one in world.outlet.posts if one.place.channel == "support"]
    assert isinstance(posts[0], Card)
    assert isinstance(posts[1], Transcript)
    words = [one.text for one in posts[2:] if isinstance(one, Post) and one.voice == "contact"]
    assert words == ["word 1", "word 2"]


async def test_nobody_is_closed_for_silence_while_their_answer_may_be_on_its_way(
    world: World,
) -> None:
    await world.write("human please", source="s0")
    await world.run("alice", "/reply 1 Still there?")
    await world.baton.begin_catching_up("console")
    await world.passes(timedelta(days=3))
    assert (await world.ticket()).warned_at is None
    await world.baton.receive(written(world, 1), fetched=True)
    await world.baton.caught_up("console", "dm:carol")
    await world.passes(timedelta(days=3))
    assert (await world.ticket()).is_open


@pytest.mark.parametrize(
    "inbound",
    [
        Written(
            workspace="slack:T1",
            channel="C1",
            thread="12.1",
            source_id="12.2",
            author=CAROL,
            text="héllo",
            attachments=(
                Attachment(name="a.png", media_type="image/png", size=3, digest="d" * 64),
            ),
            at=AT,
            edited_at=AT,
        ),
        Edited(workspace="slack:T1", channel="C1", source_id="1", text="x", stamp="s", at=AT),
        Deleted(workspace="slack:T1", channel="C1", source_id="1", at=AT),
    ],
)
def test_what_waits_is_kept_exactly(inbound: Inbound) -> None:
    assert loads(dumps(inbound)) == inbound


async def test_what_keeps_no_order_is_passed_on_in_the_order_of_its_writing(world: World) -> None:
    """Slack's HTTP requests reach whichever process; an earlier one may be taken in last."""
    await world.write("human please", source="s0")
    world.ahead = -timedelta(hours=1)  # nothing is due
    world.clock.move(timedelta(seconds=1))
    early, late = written(world, 1), written(world, 2)
    early = replace(early, at=late.at - timedelta(milliseconds=5))
    for one in (late, early):
        await world.baton.receive(one, ordered=False)
    waiting = await world.store.read(_waiting)
    first, second = [int(one.subject.split(":")[1]) for one in waiting]
    assert first > second, "what was taken in last goes first"
    assert {one.due_at - one.created_at for one in waiting} == {SETTLE}


def _waiting(tx: Tx) -> list[Effect]:
    """What is to be shown in the ticket's thread, in its order there."""
    thread = tx.threads.of_ticket(1)
    assert thread is not None
    lane = tx.outbox.lane(LaneKind.THREAD, thread.id, thread.place)
    found = [tx.outbox.pending(lane.id, f"message:{number}:0") for number in range(1, 9)]
    return sorted((one for one in found if one), key=lambda one: one.order_at)
