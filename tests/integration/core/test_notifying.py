"""Who is called about a ticket, and that one problem does not call them twice."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.card import Post
from bot.domain.desk import Priority
from bot.services import notify
from tests.world import World

TEAM = ("console:bob", "console:alice")


async def post(world: World, line: str, *wanted: str) -> tuple[str, ...]:
    """Say something in the ticket's thread; answers with who was really called by its post."""
    ticket = await world.ticket()
    await world.store.transact(
        notify.post, ticket, "sla_warned", line, wanted or TEAM, world.clock.now()
    )
    await world.settle()
    [shown] = [
        one.content
        for one in world.outlet.posts
        if isinstance(one.content, Post) and one.content.text == line
    ]
    return shown.mentions


async def test_one_minutes_problem_calls_each_of_them_once(world: World) -> None:
    await world.write("human please")
    [card] = world.outlet.cards("support")
    assert card.mentions == ("console:bob",)
    assert await post(world, "first") == ("console:alice",), "Bob was called by the card"
    world.clock.move(timedelta(seconds=59))
    assert await post(world, "second") == ()
    world.clock.move(timedelta(seconds=1))
    assert await post(world, "third") == TEAM


async def test_a_new_ping_is_a_post_of_its_own(world: World) -> None:
    """On every platform an edit pings nobody."""
    await world.write("human please")
    world.clock.move(timedelta(minutes=2))
    before = list(world.outlet.calls)
    await post(world, "still waiting")
    assert world.outlet.calls[len(before) :] == ["post"]


async def test_the_team_names_others_for_a_priority(world: World) -> None:
    await world.change_team("support", notify_for={Priority.HIGH: ("console:alice",)})
    await world.run("alice", "/routing add fire keyword=fire priority=high")
    await world.write("fire")
    await world.write("human please", who="erin")
    assert [card.mentions for card in world.outlet.cards("support")] == [
        ("console:alice",),
        ("console:bob",),
    ]


async def test_who_is_given_a_ticket_is_told_although_they_were_just_called(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket transfer 1 @bob")
    told = [
        one.content.mentions
        for one in world.outlet.posts
        if isinstance(one.content, Post) and "transferred it to Bob" in one.content.text
    ]
    assert told == [("console:bob",)]
    assert await post(world, "late") == ("console:alice",)


async def test_nobody_is_called_by_what_they_did_themselves(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/ticket transfer 1 @bob")
    told = [one.content for one in world.outlet.posts if isinstance(one.content, Post)]
    assert [one.mentions for one in told if "transferred" in one.text] == [()]


async def test_only_who_can_be_called_in_the_threads_workspace_is_named(world: World) -> None:
    await world.write("human please")
    assert await post(world, "elsewhere", "slack:T0001/U0ALICE", "discord-role:900/5") == ()


async def test_a_card_keeps_naming_whom_it_called(world: World) -> None:
    await world.write("human please")
    await world.change_team("support", notify=("console:alice",))
    await world.run("alice", "/ticket claim 1")
    [card] = world.outlet.cards("support")
    assert card.who == "Held by Alice"
    assert card.mentions == ("console:bob",)
