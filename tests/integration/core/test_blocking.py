"""A blocked contact is kept out: no agent, no ticket, no notification, and not a word to them."""

from __future__ import annotations

import asyncio
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.states import Status
from tests.world import World


@pytest.fixture
def database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Nothing here is about the database."""
    shutil.copy(sqlite_template, tmp_path / "baton.db")
    return f"sqlite:///{tmp_path / 'baton.db'}"


async def test_a_blocked_contact_is_kept_out_and_told_nothing(world: World) -> None:
    await world.write("How do I pay?", who="eve")
    said = world.heard("eve")
    blocked = await world.run("alice", "/desk block Eve she sells things")
    assert blocked.ok
    assert "Eve (console:eve) is blocked" in blocked.text
    turns = len(world.agent.turns)
    assert await world.write("human please", who="eve") is None
    assert await world.write("BUY", who="eve", channel="lobby") is None
    await world.edit("m1", "Buy here", who="eve")
    assert await world.tickets() == []
    assert len(world.agent.turns) == turns
    assert world.heard("eve") == said
    assert world.seen() == []
    listed = (await world.run("alice", "/desk block list")).text
    assert "**Eve** (console:eve)" in listed
    assert "by Alice: she sells things · 2 messages kept out" in listed
    await world.write("human please")
    assert len(await world.tickets()) == 1, "others are not touched"
    events = await world.store.read(lambda tx: tx.events.recent(50))
    [event] = [one for one in events if one.kind == "blocked"]
    assert event.data["what"] == "Blocked Eve (console:eve). she sells things"


async def test_the_block_is_undone_by_its_button_and_by_command(world: World) -> None:
    await world.write("How do I pay?", who="eve")
    done = await world.run("alice", "/desk block eve")
    [undo] = done.buttons
    assert (await world.press("alice", undo.action, undo.value)).ok
    await world.write("human please", who="eve")
    [ticket] = await world.tickets()
    await world.run("alice", f"/desk block {ticket.number} tickets=leave")
    assert (await world.run("alice", "/desk unblock @Eve")).ok
    assert not (await world.run("alice", "/desk unblock @Eve")).ok


async def test_open_tickets_are_closed_or_left_by_choice(world: World) -> None:
    for who in ("eve", "mallory"):
        await world.write("human please", who=who)
    asked = await world.run("alice", "/desk block eve")
    assert "Eve has open tickets: #1." in asked.text
    assert [one.label for one in asked.buttons] == ["Block and close", "Block, leave open"]
    assert await world.store.read(lambda tx: tx.blocks.all()) == []
    await world.press("alice", asked.buttons[0].action, asked.buttons[0].value)
    assert (await world.ticket(1)).status is Status.CLOSED
    assert (await world.ticket(1)).close_reason == "the contact was blocked"
    assert world.heard("eve") == []
    await world.run("alice", "/desk block mallory tickets=leave")
    assert (await world.ticket(2)).is_open
    assert "Mallory was blocked." in world.seen()
    await world.run("bob", "/reply 2 Goodbye")
    assert world.heard("mallory")[-1] == "Goodbye", "a person's own act still goes out"
    await world.passes(timedelta(hours=21))
    assert world.heard("mallory")[-1] == "Goodbye", "nothing goes out by itself"
    assert await world.write("sorry!", who="mallory") is None


async def test_an_answer_under_way_is_withheld(world: World) -> None:
    world.agent.hold = asyncio.Event()
    await world.write("How do I pay?", who="eve", settle=False)
    while not world.agent.turns:
        await asyncio.sleep(0.01)
    blocking = asyncio.create_task(world.run("alice", "/desk block eve"))
    while await world.store.read(lambda tx: tx.blocks.get("console:eve")) is None:
        await asyncio.sleep(0.01)
    world.agent.hold.set()
    assert (await blocking).ok
    await world.settle()
    assert world.heard("eve") == []


async def test_a_flood_stays_one_ticket_and_ends_with_the_block(world: World) -> None:
    for number in range(20):
        await world.write(f"human please {number}", who="eve", settle=False)
    await world.settle()
    assert len(await world.tickets()) == 1
    await world.run("alice", "/desk block 1 tickets=close")
    for number in range(20):
        await world.write(f"human please {number}", who="eve", settle=False)
    await world.settle()
    assert await world.tickets() == []
    shown = await world.store.read(lambda tx: tx.blocks.get("console:eve"))
    assert shown is not None
    assert shown.kept_out == 20


@pytest.mark.parametrize(
    ("who", "line", "words"),
    [
        ("bob", "/desk block eve", "Only supervisors may do this"),
        ("bob", "/desk unblock eve", "Only supervisors may do this"),
        ("bob", "/desk block list", "Only supervisors may do this"),
        ("alice", "/desk block nobody", "There is no contact nobody."),
        ("alice", "/desk block ev", "Did you mean Eve (eve)?"),
        ("alice", "/desk block console:bob", "Bob is on the desk"),
        ("alice", "/desk unblock eve", "There is no blocked contact"),
        ("alice", "/desk block 99", "There is no ticket 99."),
    ],
)
async def test_who_may_and_who_may_be(world: World, who: str, line: str, words: str) -> None:
    await world.write("How do I pay?", who="eve")
    refused = await world.run(who, line)
    assert not refused.ok
    assert words in refused.text
    assert await world.store.read(lambda tx: tx.blocks.all()) == []
