"""The team writes in a thread whose root stands, while Baton has no record of that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.chaos.notes import kept as kept_notes
from benchmarks.chaos.staging import staged
from benchmarks.chaos.verdict import NOTES, word
from bot.domain.identity import Place
from bot.ports.outlet import Refused, Unclear
from bot.ports.store import Tx
from bot.services import early, record
from tests.world import World

CARD = "1"  # what the fake platform names its first post
HERE = Place(workspace="console", channel="support")


@pytest.fixture
async def unheard(world: World) -> World:
    """A ticket whose card stands, as nobody has heard."""

    def fail(_action: str, place: Place) -> None:
        if place.channel == HERE.channel:
            raise Unclear("the line broke")

    world.outlet.after = fail
    await world.write("human please", settle=False)
    async with asyncio.timeout(60):
        while not world.outlet.cards("support") or await world.store.read(_is_sending):
            await asyncio.sleep(0.005)
    return world


def _is_sending(tx: Tx) -> bool:
    [thread] = tx.threads.unnamed(HERE.workspace, HERE.channel)
    effect = tx.outbox.next(record.thread_lane(tx, thread).id)
    return effect is None or not effect.uncertain


async def is_heard(world: World) -> None:
    world.outlet.after = lambda _action, _place: None
    await works(world)


async def works(world: World) -> None:
    """Whatever waits for its time is tried now."""
    world.ahead += timedelta(seconds=60)
    for number in range(1, 9):
        world.courier.wake(number)
    await world.settle()


async def says(world: World, text: str, source: str, thread: str = CARD) -> None:
    await world.write(
        text, who="alice", channel="support", thread=thread, source=source, settle=False
    )


async def notes(world: World) -> list[str]:
    return [one.text for one in await world.store.read(lambda tx: tx.notes.of(1))]


async def kept(world: World) -> int:
    where = HERE.workspace, early.place(HERE.channel)
    return len(await world.store.read(lambda tx: tx.sources.parked(*where, 9)))


async def test_what_was_written_before_a_thread_was_known_are_notes_in_their_order(
    unheard: World,
) -> None:
    await says(unheard, "first", "10")
    await says(unheard, "second", "11")
    await says(unheard, "second", "11")  # it came again
    assert await notes(unheard) == []
    await is_heard(unheard)
    await says(unheard, "third", "12")
    assert await notes(unheard) == ["first", "second", "third"]
    assert len(unheard.outlet.cards("support")) == 1
    assert await kept(unheard) == 0


async def test_what_was_changed_or_deleted_meanwhile_is_so_afterwards(unheard: World) -> None:
    await says(unheard, "with a mistake", "10")
    await says(unheard, "by mistake", "11")
    await unheard.edit("10", "without", channel="support")
    await unheard.delete("11", channel="support")
    await is_heard(unheard)
    assert await notes(unheard) == ["without"]


async def test_talk_below_something_else_is_nothing_to_baton(unheard: World) -> None:
    await says(unheard, "lunch?", "10", thread="a photo of a pizza")
    assert await kept(unheard) == 1
    await is_heard(unheard)
    assert await notes(unheard) == []
    assert await kept(unheard) == 0
    await says(unheard, "now?", "11", thread="a photo of a pizza")
    assert await kept(unheard) == 0


async def test_a_card_that_is_given_up_is_waited_for_no_more(unheard: World) -> None:
    await says(unheard, "lunch?", "10", thread="a photo of a pizza")

    def refuse(_action: str, place: Place) -> None:
        if place.channel == HERE.channel:
            raise Refused("You may not.")

    unheard.outlet.before = refuse
    await works(unheard)
    assert await kept(unheard) == 0
    await says(unheard, "now?", "11", thread="a photo of a pizza")
    assert await kept(unheard) == 0


async def test_a_note_below_a_card_whose_post_was_cut_by_a_kill(sqlite_template: Path) -> None:
    """Slack's events go on below a root that only Slack knows; Discord's threads are fetched once
    they are known.
    """
    said = word("n", 0, 0)
    async with staged("slack", 1, template=sqlite_template) as (scene, program):
        await program.start("lane.called:1")
        await scene.ready()
        await scene.join(0, in_peace=True)
        await scene.write(0, word("c", 0, 0))
        await program.kill_after(lambda: asyncio.sleep(60), 0)
        ledger = await scene.ledger()
        await scene.note(ledger.threads[0], said)
        await program.start()
        async with asyncio.timeout(60):
            while (0, NOTES) not in (await kept_notes(program.settings.database_url)).shown:
                await asyncio.sleep(0.1)
        assert dict((await scene.ledger()).cards) == {0: 1}
