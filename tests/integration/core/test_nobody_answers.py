"""The claim ladder: reminded, asked elsewhere, and told, until somebody claims."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import desk_file
from bot.domain.card import Post
from bot.domain.desk import Hours
from bot.services.catch_up import begin, release
from bot.services.ladder import sweep_unclaimed
from tests.world import World

STEP = timedelta(minutes=5)


async def laddered(world: World, **changes: Any) -> None:
    await world.change_team("support", claim_within=STEP, backup="billing", **changes)
    await world.change_team("billing", notify=("console:dana",))


def said(world: World, channel: str = "support") -> list[tuple[str, tuple[str, ...]]]:
    """The ladder's lines in a channel, with whom they call."""
    return [
        (one.content.text, one.content.mentions)
        for one in world.outlet.posts
        if one.place.channel == channel
        and isinstance(one.content, Post)
        and " claimed this for " in one.content.text
    ]


async def test_the_whole_ladder(world: World) -> None:
    await laddered(world)
    await world.write("human please")
    await world.passes(STEP - timedelta(seconds=1))
    assert said(world) == []
    await world.passes(timedelta(seconds=1))
    assert said(world) == [("Nobody has claimed this for 5 minutes.", ("console:bob",))]
    await world.passes(STEP)
    assert said(world)[1:] == [
        ("Nobody has claimed this for 10 minutes: billing is asked to help.", ())
    ]
    [(asked, called)] = said(world, "billing")
    assert "#1 · Carol · normal: Nobody has claimed this for 10 minutes in support" in asked
    assert "link to support/1" in asked
    assert called == ("console:dana",)
    await world.passes(STEP)
    assert said(world)[2:] == [
        ("Nobody has claimed this for 15 minutes: supervisors, please look.", ("console:alice",))
    ]
    await world.passes(STEP)
    assert said(world)[3:] == [("Nobody has claimed this for 20 minutes: Alice is told.", ())]
    assert "20 minutes: Alice is told." in said(world, "@alice")[0][0]
    await world.passes(timedelta(days=9))
    assert len(said(world)) == 4, "everybody has been called"
    kinds = [one.kind for one in await world.store.read(lambda tx: tx.events.of_ticket(1))]
    assert kinds.count("reminded") == 4


async def test_a_claim_ends_it_and_a_release_begins_it_anew(world: World) -> None:
    await laddered(world)
    await world.write("human please")
    await world.passes(STEP)
    await world.run("bob", "/ticket claim 1")
    await world.passes(STEP * 3)
    assert len(said(world)) == 1
    await world.run("bob", "/ticket release 1")
    await world.passes(STEP)
    assert said(world)[1:] == [("Nobody has claimed this for 5 minutes.", ("console:bob",))]
    await world.run("bob", "/ticket close 1")
    await world.passes(STEP * 3)
    assert len(said(world)) == 2


async def test_a_transfer_begins_the_ladder_of_the_other_team(world: World) -> None:
    await laddered(world)
    await world.write("human please")
    await world.passes(STEP)
    await world.run("alice", "/ticket transfer 1 billing")
    await world.passes(STEP * 3)
    assert len(said(world)) == 1
    assert said(world, "billing") == [], "billing has no ladder"


async def test_what_is_awaited_again_unheld_climbs_only_once_the_contact_writes(
    world: World,
) -> None:
    await laddered(world)
    await world.write("human please")
    await world.run("bob", "/reply 1 Which one?")
    await world.run("bob", "/ticket release 1")
    await world.passes(STEP)
    assert said(world) == []
    await world.write("The blue one")
    await world.passes(STEP)
    assert len(said(world)) == 1


async def test_the_assigned_person_is_named(world: World) -> None:
    await laddered(world)
    await world.write("human please")
    await world.run("bob", "/ticket transfer 1 @alice")
    await world.passes(STEP)
    assert said(world) == [
        ("Alice has not claimed this for 5 minutes.", ("console:alice", "console:bob"))
    ]


async def test_nobody_is_called_at_night(world: World) -> None:
    """Wednesday 17:58: two minutes are left of the day, the other three are the morning's."""
    world.clock.time = datetime(2026, 3, 4, 17, 58, tzinfo=UTC)
    await laddered(world, hours=Hours(wed=("09:00-18:00",), thu=("09:00-18:00",)))
    await world.write("human please")
    await world.passes(timedelta(hours=3))
    assert said(world) == []
    world.clock.time = datetime(2026, 3, 5, 9, 3, tzinfo=UTC)
    await world.passes(timedelta())
    assert [line for line, _ in said(world)] == ["Nobody has claimed this for 5 minutes."]


async def test_what_came_due_while_nothing_ran_waits_for_the_morning(world: World) -> None:
    world.clock.time = datetime(2026, 3, 4, 17, 50, tzinfo=UTC)
    await laddered(world, hours=Hours(wed=("09:00-18:00",), thu=("09:00-18:00",)))
    await world.write("human please")
    world.clock.time = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
    await world.passes(timedelta())
    assert said(world) == []
    assert (await world.ticket()).ladder_at == datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    world.clock.time = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    await world.passes(timedelta())
    await world.passes(timedelta())
    assert len(said(world)) == 1, "one step, however long nothing ran"


async def test_the_policy_is_asked_again_when_it_fires(world: World) -> None:
    await laddered(world)
    await world.write("human please")
    await world.change_team("support", claim_within=timedelta(hours=1))
    await world.passes(STEP)
    assert said(world) == []
    await world.passes(timedelta(minutes=55))
    assert len(said(world)) == 1
    await world.change_team("support", claim_within=None)
    await world.passes(timedelta(days=1))
    assert len(said(world)) == 1
    assert (await world.ticket()).ladder_at is None


async def test_a_ladder_that_is_switched_on_holds_for_what_waits_already(world: World) -> None:
    await world.write("human please")
    assert (await world.run("alice", "/desk team set support claim_within 5m")).ok
    await world.passes(STEP)
    assert len(said(world)) == 1


async def test_while_a_place_catches_up_nobody_is_called(world: World) -> None:
    await laddered(world)
    await world.write("human please")
    await world.store.transact(begin, "console")
    await world.passes(STEP)
    assert said(world) == []
    await world.store.transact(release, "console", "dm:carol")
    await world.passes(timedelta(seconds=10))
    assert len(said(world)) == 1


@pytest.mark.both_databases
async def test_each_step_is_taken_once_by_however_many_sweep(world: World) -> None:
    await laddered(world)
    for number in range(3):
        await world.write("human please", who=f"c{number}")
    world.clock.move(STEP)
    taken = [await world.store.transact(sweep_unclaimed, world.clock.now(), 2) for _ in range(3)]
    await world.settle()
    assert taken == [2, 1, 0]
    assert len(said(world)) == 3


async def test_a_group_can_be_the_backup(world: World) -> None:
    await world.change_team("support", claim_within=STEP, backup="console-group:oncall", notify=())
    text = desk_file.write(await world.store.read(lambda tx: tx.desk.get()))
    assert desk_file.parse(text).team("support") is not None
    await world.write("human please")
    await world.passes(STEP)
    await world.passes(STEP)
    assert said(world) == [
        ("Nobody has claimed this for 5 minutes.", ()),
        (
            "Nobody has claimed this for 10 minutes: the backup, please look.",
            ("console-group:oncall",),
        ),
    ]


async def test_who_is_away_is_not_called_while_others_are_there(world: World) -> None:
    await laddered(world, notify=("console:bob", "console:alice"))
    await world.run("bob", "/away")
    await world.write("human please")
    await world.passes(STEP)
    assert said(world)[0][1] == ("console:alice",)
