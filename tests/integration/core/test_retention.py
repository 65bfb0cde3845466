"""What has outlived its time is let go, in small batches, and never in an open ticket."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import desk_file
from bot.domain.desk import Retention
from bot.domain.errors import NotFound
from bot.jobs import Jobs
from bot.ports.store import Tx
from bot.services.privacy import retention
from storage.media import Media
from tests.world import World

DAYS = timedelta(days=1)
KEPT = Retention(messages=400 * DAYS, media=90 * DAYS, notes=200 * DAYS, log=300 * DAYS)


@pytest.fixture
async def media(tmp_path: Path) -> Media:
    return Media(str(tmp_path / "media"))


@pytest.fixture
async def jobs(world: World, media: Media) -> Jobs:
    def keep(tx: Tx) -> None:
        tx.desk.put(replace(tx.desk.get(), retention=KEPT))

    await world.store.transact(keep)
    return Jobs(world.store, world.clock, media)


async def story(world: World, media: Media, who: str = "carol") -> str:
    """A closed ticket with a file, a note and words in its log; answers with the file's digest."""
    file = await media.keep("bill.png", f"picture of {who}".encode())
    received = await world.write("human please, see this", who=who, files=(file,), source=f"{who}1")
    assert received is not None
    number = received.conversation_id
    await world.run("alice", f"/note {number} a note on {who}")
    await world.run("alice", f"/reply {number} Hello")
    await world.run("alice", f"/ticket close {number} solved")
    return file.digest or ""


async def after(world: World, jobs: Jobs, days: int) -> None:
    world.clock.move(days * DAYS)
    await jobs.retention()


async def test_each_kind_has_its_own_time(world: World, media: Media, jobs: Jobs) -> None:
    digest = await story(world, media)
    await after(world, jobs, 80)
    assert await media.load(digest), "not yet"
    await after(world, jobs, 15)
    [first, *_] = await world.messages()
    with pytest.raises(NotFound):
        await media.load(digest)
    [file] = first.attachments
    assert (file.name, file.digest, "time was over" in file.problem) == ("bill.png", None, True)
    assert await world.store.read(lambda tx: tx.notes.of(1))
    await after(world, jobs, 110)
    assert await world.store.read(lambda tx: tx.notes.of(1)) == []
    assert "Alice closed it" in str(await world.store.read(lambda tx: tx.events.of_ticket(1)))
    await after(world, jobs, 100)
    events = await world.store.read(lambda tx: tx.events.of_ticket(1))
    assert [one.line for one in events] == [""] * len(events)
    assert "escalated" in [one.kind for one in events], "what was done stays, for the figures"
    assert (await world.ticket(1)).close_reason == "solved"
    await after(world, jobs, 110)
    assert await world.messages() == []
    assert await world.store.read(lambda tx: tx.summaries.latest(1)) is None
    ticket = await world.ticket(1)
    assert (ticket.reason, ticket.close_reason) == ("", "")
    assert ticket.first_replied_at is not None


async def test_an_open_ticket_is_never_touched(world: World, media: Media, jobs: Jobs) -> None:
    digest = await story(world, media)
    await world.run("alice", "/ticket reopen 1")
    before = await world.messages()
    await after(world, jobs, 1000)
    assert await world.messages() == before
    assert await media.load(digest)
    assert await world.store.read(lambda tx: tx.notes.of(1))
    await world.run("alice", "/ticket close 1 at last")
    await jobs.retention()
    world.clock.move(DAYS)
    await jobs.retention()
    assert [one.text for one in await world.messages()] == []
    with pytest.raises(NotFound):
        await media.load(digest)


async def test_a_file_that_somebody_else_still_has_stays(
    world: World, media: Media, jobs: Jobs
) -> None:
    digest = await story(world, media)
    world.clock.move(89 * DAYS)
    same = await media.keep("mine.png", b"picture of carol")
    assert same.digest == digest
    await world.write("hello", who="dan", files=(same,))
    await after(world, jobs, 5)
    assert await media.load(digest)
    assert (await world.messages())[0].attachments[0].digest is None
    await after(world, jobs, 95)
    with pytest.raises(NotFound):
        await media.load(digest)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_small_batches(world: World, media: Media, jobs: Jobs) -> None:
    for who in ("carol", "dan", "erin"):
        await world.write(f"I am {who}", who=who)
    world.clock.move(500 * DAYS)
    counts = [await world.store.transact(retention.sweep, world.clock.now(), 2) for _ in range(6)]
    assert max(counts) <= 4
    assert counts[-1] == 0
    assert [await world.messages(number) for number in (1, 2, 3)] == [[], [], []]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reply_to_what_was_let_go_still_arrives(world: World, jobs: Jobs) -> None:
    await world.write("hello there", source="old")
    await after(world, jobs, 500)
    await world.write("human please")
    await world.run("alice", "/reply 1 Here I am")
    assert "Here I am" in world.heard()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_without_a_period_everything_is_kept(world: World, media: Media) -> None:
    digest = await story(world, media)
    await after(world, Jobs(world.store, world.clock, media), 3000)
    assert len(await world.messages()) > 1
    assert await media.load(digest)
    text = '[retention]\nmessages = "400d"\nmedia = "90d"\nnotes = "200d"\nlog = "300d"\n'
    text += '[[webhook]]\nurl = "https://crm.example"\nevents = ["ticket.opened"]\n'
    desk = desk_file.parse(text)
    assert desk.retention == KEPT
    assert desk.webhooks[0].events == ("ticket.opened",)
    assert desk_file.parse(desk_file.write(desk)) == desk
