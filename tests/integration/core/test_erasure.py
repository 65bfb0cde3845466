"""A contact is forgotten: nothing of their words or name is left, and nothing brings it back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import SQLModel

from bot.commands.registry import Response
from bot.domain.blocking import Block
from bot.domain.desk import Priority, Targets
from bot.domain.erasure import Progress
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.domain.promise import Clock
from bot.domain.states import Status
from bot.domain.thread import Event
from bot.jobs import Jobs
from bot.ports.outlet import Refused, Unreachable
from bot.ports.store import Tx
from bot.services.recount import recount
from storage import engines
from storage.media import Media
from tests.world import World

NAME = "Quetzalina"
WORDS = [f"canary{number}word" for number in range(12)]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"a picture of hers"


def dump(url: str) -> str:
    """Everything in every table, as text; JSON decoded."""
    engine = engines.onlooker(engines.address(url))
    said = []
    with engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            rows = connection.execute(select(table))
            said += [f"{table.name}: {[str(one) for one in row]}" for row in rows]
        if engine.dialect.name == "postgresql":
            said += map(str, connection.execute(text("SELECT words FROM search_words")))
    engine.dispose()
    return "\n".join(said)


def traces(url: str, folder: Path, *canaries: str) -> list[str]:
    """What of these can be found: in the tables, in the database's files, among the media."""
    kept = dump(url)
    found = [one for one in canaries if one.casefold() in kept.casefold()]
    for path in folder.rglob("*"):
        data = path.read_bytes().lower() if path.is_file() else b""
        found += [f"{one} in {path.name}" for one in canaries if one.lower().encode() in data]
    return found


ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(str(tmp_path / "media"))


async def story(world: World, media: Media) -> Attachment:
    """Everything that a contact can leave behind, with a canary in each."""
    picture = await media.keep(f"{WORDS[0]}.png", PICTURE)
    who = NAME.casefold()
    await world.write(f"How do I pay, {WORDS[1]}?", who=who, source="q1")
    await world.write(f"human please {WORDS[2]}", who=who, source="q2", files=(picture,))
    await world.edit("q2", f"human please {WORDS[3]}", who=who)
    await world.run("alice", "/ticket claim 1")
    await world.run("alice", f"/reply 1 Hello {NAME}, about {WORDS[4]}")
    await world.run("alice", f"/note 1 She said {WORDS[5]}")
    await world.run("alice", "/ticket transfer 1 billing")
    await world.run("dana", f"/reply 1 {WORDS[6]}")
    await world.run("dana", f"/ticket close 1 {WORDS[7]}")
    await world.write(f"still here {WORDS[8]}", who=who, source="q3")
    await world.write(f"my own words {WORDS[9]}", who=who, channel="lobby", source="q4")
    await world.store.transact(_tag_and_block, world.clock.now())
    return picture


async def confirmed(world: World, who: str = f"console:{NAME.casefold()}") -> Response:
    return await world.run("alice", f"/privacy erase {who} {NAME}")


async def worked_off(world: World, media: Media) -> None:
    """What the scheduler does until everything is gone."""
    jobs = Jobs(world.store, world.clock, media)
    for _ in range(5):
        await jobs.erasures()
        await world.settle()


async def test_nothing_is_left_anywhere(
    world: World, media: Media, database_url: str, tmp_path: Path
) -> None:
    """Not in a table, not in a byte of the file or its log, not in a file, not on a platform.

    The figures stay as they were.
    """
    picture = await story(world, media)
    ticket, events = await world.ticket(1), await world.store.read(_events)
    canaries = (NAME, *WORDS)
    before = traces(database_url, tmp_path, *canaries)
    assert {one for one in before if " in " not in one} >= {NAME, *WORDS[:10]}
    answer = await confirmed(world)
    assert answer.ok, answer.text
    await worked_off(world, media)
    assert traces(database_url, tmp_path, *canaries, "a picture of hers") == []
    assert [one for one in world.outlet.posts if NAME in repr(one.content)] == []
    assert world.outlet.posts == [], "every copy was hers"
    [erasure] = await world.store.read(lambda tx: tx.privacy.recent(5))
    assert (erasure.progress, erasure.remnants) == (Progress.DONE, ())
    assert (erasure.extent.conversations, erasure.extent.files) == (2, 1)
    assert picture.digest
    assert picture.digest not in str(list(tmp_path.rglob("*")))
    assert await world.ticket(1) == replace(ticket, reason="", close_reason="")
    after = await world.store.read(_events)
    assert [(one.kind, one.at) for one in after] == [(one.kind, one.at) for one in events]
    assert next(one for one in after if one.kind == "escalated").data["team"] == "support"


@ON_SQLITE
async def test_the_figures_are_counted_as_before(world: World, media: Media) -> None:
    """From the log alone: what was promised, what was late, how long it took."""
    minutes = [timedelta(minutes=number) for number in (5, 10, 30)]
    promise = Targets(first_response=minutes[0], next_response=minutes[1], resolution=minutes[2])
    await world.change_team("support", sla={Priority.NORMAL: promise}, claim_within=minutes[1])
    who = NAME.casefold()
    await world.write(f"human please {WORDS[1]}", who=who)
    await world.passes(minutes[0])
    await world.run("alice", f"/reply 1 Hello {NAME}")
    await world.write(WORDS[2], who=who)
    await world.passes(minutes[2])
    await world.run("alice", f"/ticket close 1 {WORDS[3]}")
    later = world.clock.now()
    before = await world.store.read(recount, 1, later)
    assert before is not None
    assert before.breaches == (Clock.FIRST_RESPONSE, Clock.NEXT_RESPONSE, Clock.RESOLUTION)
    assert (len(before.responses), len(before.unanswered)) == (1, 1)
    assert before.resolution is not None
    assert (await confirmed(world)).ok
    await worked_off(world, media)
    assert WORDS[3] not in str(await world.store.read(_events))
    assert await world.store.read(recount, 1, later) == before


@ON_SQLITE
async def test_a_back_fill_brings_nothing_back(world: World, media: Media) -> None:
    """The memory of what was taken in survives, hashed; new words begin a new conversation."""
    await story(world, media)
    await confirmed(world)
    await worked_off(world, media)
    who = NAME.casefold()
    for source in ("q1", "q2", "q3"):
        assert await world.write(f"again {WORDS[1]}", who=who, source=source) is None
    await world.edit("q2", WORDS[3], who=who)
    assert WORDS[3] not in str(await world.store.read(_everything_said))
    fresh = await world.write("hello, it is me", who=who, source="new")
    assert fresh is not None
    assert fresh.conversation_id == 3


@ON_SQLITE
async def test_twice_is_once_and_nothing_is_taken_up_again(world: World, media: Media) -> None:
    await story(world, media)
    await confirmed(world)
    again = await confirmed(world)
    assert (again.ok, "already" in again.text) == (True, True)
    await worked_off(world, media)
    assert "everything was removed" in (await confirmed(world)).text
    unknown = await world.run("alice", "/privacy erase console:nobody nobody")
    assert (unknown.ok, "no contact" in unknown.text) == (False, True)
    for line in ("/ticket reopen 1", "/escalate 1", "/takeover 1"):
        answer = await world.run("alice", line)
        assert (answer.ok, "erased" in answer.text) == (False, True), answer.text
    assert (await world.baton.queue("console:alice")).with_agent == ()
    assert (await world.run("alice", "/ticket history 1")).ok


async def test_what_waits_to_be_taken_in_is_dropped_for_good(world: World, media: Media) -> None:
    await story(world, media)
    channel = f"dm:{NAME.casefold()}"
    await world.baton.begin_catching_up("console")
    await world.write(f"parked {WORDS[10]}", who=NAME.casefold(), source="p1")
    assert WORDS[10] in str(
        await world.store.read(lambda tx: tx.sources.parked("console", channel, 9))
    )
    await confirmed(world)
    await world.baton.caught_up("console", channel)
    assert await world.write("p1 again", who=NAME.casefold(), source="p1") is None


@ON_SQLITE
async def test_it_asks_for_the_name_and_shows_what_goes(world: World, media: Media) -> None:
    await story(world, media)
    asked = await world.run("alice", f"/privacy erase {NAME}")
    assert "2 conversations" in asked.text
    assert "1 file" in asked.text
    assert [one.action for one in asked.buttons] == ["privacy:erase"]
    form = await world.press("alice", "privacy:erase", f"console:{NAME.casefold()}")
    assert form.form is not None
    assert "confirm" in [one.name for one in form.form.arguments]
    wrong = await world.run("alice", f"/privacy erase {NAME} confirm=Carol")
    assert not wrong.ok
    assert NAME in wrong.text
    assert not (await world.run("bob", f"/privacy erase {NAME} {NAME}")).ok, "only admins"
    await world.run("dana", "/ticket reopen 1")
    refused = await confirmed(world)
    assert (refused.ok, "#1" in refused.text) == (False, True), "people close it first"
    assert (await world.messages())[0].text.startswith("How do I pay")


@ON_SQLITE
async def test_others_keep_what_is_theirs(world: World, media: Media) -> None:
    """A file that somebody else sent too, their conversation, and their thread."""
    await story(world, media)
    same = await media.keep("mine.png", PICTURE)
    await world.write("human please, my picture", who="carol", files=(same,))
    await confirmed(world)
    await worked_off(world, media)
    assert await media.load(same.digest or "") == PICTURE
    assert "human please" in repr(world.outlet.posts)
    assert (await world.tickets())[0].status is Status.OPEN


async def test_what_they_wrote_in_the_threads_of_others_goes_too(
    world: World, media: Media, database_url: str, tmp_path: Path
) -> None:
    await world.write("human please", who="carol", channel="lobby", thread="t1")
    await world.write(f"me too {WORDS[11]}", who=NAME.casefold(), channel="lobby", thread="t1")
    assert WORDS[11] in repr(world.outlet.posts)
    assert (await confirmed(world)).ok
    await worked_off(world, media)
    assert WORDS[11] not in repr(world.outlet.posts)
    assert traces(database_url, tmp_path, NAME, WORDS[11]) == []
    assert (await world.tickets())[0].status is Status.OPEN


@ON_SQLITE
async def test_what_a_platform_will_not_remove_is_listed(world: World, media: Media) -> None:
    await story(world, media)
    kept = world.outlet.delete

    async def refuse(sent: Any) -> None:
        if sent.place.channel == "billing":
            raise Refused("It is too old.")
        await kept(sent)

    world.outlet.delete = refuse  # type: ignore[method-assign]
    await confirmed(world)
    await worked_off(world, media)
    told = (await world.run("alice", "/privacy erasures")).text
    assert "not everything could be removed" in told
    assert "left: console billing" in told
    assert "It is too old." in told


@ON_SQLITE
async def test_an_outage_only_delays_it(
    world: World, media: Media, database_url: str, tmp_path: Path
) -> None:
    """Everything here goes at once; the copies go when the platform is back."""
    await story(world, media)
    kept = world.outlet.delete
    down = True

    async def maybe(sent: Any) -> None:
        if down:
            raise Unreachable("The platform is down.")
        await kept(sent)

    world.outlet.delete = maybe  # type: ignore[method-assign]
    await confirmed(world)
    await worked_off(world, media)
    assert traces(database_url, tmp_path, *WORDS) == []
    assert (
        "waits for console: The platform is down."
        in (await world.run("alice", "/privacy erasures")).text
    )
    down = False
    world.ahead *= 20
    await worked_off(world, media)
    await worked_off(world, media)
    assert world.outlet.posts == []
    assert traces(database_url, tmp_path, NAME) == []


@ON_SQLITE
async def test_what_the_agent_says_too_late_is_let_go(world: World, media: Media) -> None:
    """The model still thinks about their question when they are erased."""
    world.agent.hold = asyncio.Event()
    await world.write(f"How do I pay, {WORDS[1]}?", who=NAME.casefold(), settle=False)
    while not world.agent.turns:
        await asyncio.sleep(0.01)
    await world.store.transact(_introduced)
    person = Person(id="console:alice", name="Alice")
    answer = await world.baton.typed(
        person, Place(workspace="console", channel="support"), f"/privacy erase {NAME} {NAME}"
    )
    assert answer.ok, answer.text
    world.agent.hold.set()
    await worked_off(world, media)
    assert await world.messages() == []
    assert world.outlet.posts == []


def _tag_and_block(tx: Tx, now: datetime) -> None:
    """Nobody else is kept out by it: the block is of the place's own list."""
    tx.tags.put(1, ("billing", f"friend-of-{NAME.casefold()}"))
    who = f"console:{NAME.casefold()}"
    tx.blocks.put(Block(contact=who, name=NAME, by="console:alice", at=now, reason=WORDS[10]))


def _events(tx: Tx) -> list[Event]:
    return tx.events.of_ticket(1)


def _everything_said(tx: Tx) -> list[str]:
    said = [tx.messages.of(one.id) for one in tx.conversations.recent(50)]
    return [message.text for several in said for message in several]


def _introduced(tx: Tx) -> None:
    tx.people.put(Person(id=f"console:{NAME.casefold()}", name=NAME))
