"""Promises and silence, as teams and contacts see them while time passes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.card import Post
from bot.domain.desk import Hours, Inactivity, Priority, Targets
from bot.domain.errors import BadDesk
from bot.domain.promise import Clock
from bot.domain.states import Status
from bot.jobs import Jobs
from bot.ports.store import Tx
from bot.services import configure
from bot.services.promises import reconsider
from tests.world import World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PROMISED = {
    Priority.NORMAL: Targets(first_response=30 * MINUTE, next_response=HOUR, resolution=8 * HOUR),
    Priority.URGENT: Targets(first_response=5 * MINUTE),
}
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), ("09:00-17:00",))


async def promising(world: World) -> None:
    await world.change_team("support", sla=PROMISED)


def alerts(world: World) -> list[str]:
    return [one for one in world.seen() if " due in " in one or "overdue" in one]


def called(world: World, text: str) -> tuple[str, ...]:
    posts = [one.content for one in world.outlet.posts if isinstance(one.content, Post)]
    return next(one.mentions for one in posts if text in one.text)


async def test_people_are_warned_before_a_promise_is_broken_and_told_after_it_once(
    world: World,
) -> None:
    await promising(world)
    await world.write("human please")
    await world.passes(23 * MINUTE)
    assert alerts(world) == []
    await world.passes(MINUTE)
    warning = "First response due in 6 min, promised within 30 min. Unclaimed."
    assert alerts(world) == [warning]
    assert called(world, warning) == ("console:alice",), "the supervisor"
    await world.passes(6 * MINUTE)
    late = "First response overdue, promised within 30 min. Unclaimed."
    assert alerts(world) == [warning, late]
    await world.passes(HOUR)
    assert alerts(world) == [warning, late], "each once"


async def test_an_alert_names_and_calls_who_has_it(world: World) -> None:
    await promising(world)
    await world.write("human please")
    await world.run("bob", "/ticket claim 1")
    await world.passes(40 * MINUTE)
    (late,) = alerts(world)
    assert late == "First response overdue, promised within 30 min. Held by Bob."
    assert set(called(world, late)) == {"console:alice", "console:bob"}


async def test_an_answer_in_time_is_all_that_is_promised(world: World) -> None:
    await promising(world)
    await world.write("human please")
    await world.run("alice", "/reply #1 Hello?")
    await world.passes(5 * HOUR)
    assert alerts(world) == []
    await world.write("here I am")
    await world.passes(50 * MINUTE)
    assert alerts(world) == ["Next response due in 10 min, promised within 1 h. Held by Alice."]
    ticket = await world.ticket()
    assert (ticket.first_response_late, ticket.resolution_spent) == (False, timedelta())


async def test_a_late_answer_counts_although_nobody_was_told(world: World) -> None:
    await promising(world)
    await world.write("human please")
    world.clock.move(31 * MINUTE)
    await world.run("alice", "/reply #1 Sorry")
    assert alerts(world) == []
    assert (await world.ticket()).first_response_late
    kinds = await world.store.read(lambda tx: [one.kind for one in tx.events.of_ticket(1)])
    assert kinds.count("sla_breached") == 1


async def test_the_card_says_which_promise_ends_next_and_how_long_it_was(world: World) -> None:
    await promising(world)
    await world.write("human please")
    (card,) = world.outlet.cards("support")
    assert (card.due, card.promised) == ("first response", "30 min")
    entry = (await world.baton.queue("console:alice")).unclaimed[0]
    assert entry.due == "first response"
    assert "first response due in 30 min" in (await world.run("alice", "/queue")).text


async def test_a_more_urgent_ticket_is_due_at_once(world: World) -> None:
    await promising(world)
    await world.write("human please")
    world.clock.move(10 * MINUTE)
    await world.run("alice", "/ticket priority 1 urgent")
    await world.passes(timedelta())
    assert alerts(world) == ["First response overdue, promised within 5 min. Unclaimed."]


async def test_a_changed_promise_holds_for_tickets_that_are_open_already(world: World) -> None:
    await world.write("human please")
    assert (await world.ticket()).due_at is None
    await promising(world)
    now = world.clock.now()
    while await world.store.transact(reconsider, now):
        pass
    ticket = await world.ticket()
    assert (ticket.due_clock, ticket.due_at) == (Clock.FIRST_RESPONSE, now + 30 * MINUTE)
    assert await world.store.transact(reconsider, now) == 0, "once is enough"


async def test_a_change_of_the_desk_is_considered_in_batches(world: World) -> None:
    for who in ("ana", "ben", "cy"):
        await world.write("human please", who=who)
    await promising(world)
    rounds = 0
    while await world.store.transact(reconsider, world.clock.now(), 2):
        rounds += 1
    assert rounds >= 2
    assert all(one.due_at for one in await world.tickets())


async def test_the_closing_line_says_what_it_took_by_the_wall_and_without_the_contact(
    world: World,
) -> None:
    await world.write("human please")
    world.clock.move(HOUR)
    await world.run("alice", "/reply #1 Does it work?")
    world.clock.move(10 * HOUR)
    await world.write("it does, thank you so much")
    world.clock.move(HOUR)
    await world.run("alice", "/ticket close 1")
    assert any(
        "Resolved in 12 h (2 h of business time, without waits for the contact)." in one
        for one in world.seen()
    )
    (card,) = world.outlet.cards("support")
    assert card.resolved == "12 h (2 h of business time, without waits for the contact)"


async def test_nobody_is_told_while_the_contacts_place_catches_up(world: World) -> None:
    await promising(world)
    await world.write("human please")
    await world.baton.begin_catching_up("console")
    await world.passes(HOUR)
    assert alerts(world) == []
    await world.baton.caught_up("console", "dm:carol")
    await world.passes(timedelta())
    assert len(alerts(world)) == 1


async def silent(world: World, **policy: object) -> None:
    """An attendant has answered, and the contact says nothing."""
    spans = {"warn_after": 2 * HOUR, "close_after": 4 * HOUR}
    await world.change_team("support", inactivity=Inactivity(**{**spans, **policy}))  # type: ignore[arg-type]
    await world.write("human please")
    await world.run("alice", "/reply #1 Hello?")


async def test_a_silent_contact_is_written_to_in_their_own_language(world: World) -> None:
    await silent(world, warnings={"en": "Hello, hello?", "pt": "Olá?"}, closings={"pt": "Tchau."})
    await world.passes(3 * HOUR)
    await world.passes(3 * HOUR)
    assert world.heard()[1:] == ["Hello, hello?", Inactivity().closing]


async def test_the_contacts_language_is_kept_over_words_that_tell_none(world: World) -> None:
    await silent(world, warnings={"pt": "Olá?"})
    conversation = await world.store.read(lambda tx: tx.conversations.get(1))
    assert conversation.language == "en"

    def speaks_portuguese(tx: Tx) -> None:
        tx.conversations.put(replace(conversation, language="pt"))

    await world.store.transact(speaks_portuguese)
    await world.passes(3 * HOUR)
    assert world.heard()[-1] == "Olá?"


async def test_nobody_is_written_to_at_night_whatever_came_late(world: World) -> None:
    """Baton was down until the evening: the warning waits for the morning."""
    world.clock.time = datetime(2026, 3, 2, 9, tzinfo=UTC)
    await world.change_team("support", hours=Hours(timezone="UTC", **WEEK))
    await silent(world, warning="Still there?")
    await world.passes(11 * HOUR)  # due at 11:00, looked at at 20:00
    assert world.heard() == ["Hello?"]
    await world.passes(12 * HOUR)
    assert world.heard() == ["Hello?"], "08:00"
    await world.passes(HOUR)
    assert world.heard() == ["Hello?", "Still there?"]


async def test_what_nobody_holds_is_left_alone(world: World) -> None:
    await silent(world)
    await world.run("alice", "/ticket release 1")
    await world.passes(30 * HOUR)
    assert (await world.ticket()).status is Status.AWAITING
    await world.run("bob", "/ticket claim 1")
    await world.passes(2 * HOUR - MINUTE)
    assert world.heard() == ["Hello?"], "nobody is hurried for a time in which nobody listened"
    await world.passes(MINUTE)
    assert len(world.heard()) == 2, "whoever takes it has it looked after again"


async def test_a_ticket_that_was_warned_and_let_go_is_not_closed_when_it_is_taken(
    world: World,
) -> None:
    await silent(world)
    await world.passes(3 * HOUR)
    await world.run("alice", "/ticket release 1")
    await world.passes(30 * HOUR)
    await world.run("bob", "/ticket claim 1")
    await world.passes(4 * HOUR - MINUTE)
    assert (await world.ticket()).status is Status.AWAITING
    await world.run("bob", "/ticket transfer 1 alice")
    await world.passes(MINUTE)
    assert (await world.ticket()).status is Status.CLOSED, "a change of hands is no new beginning"


async def test_one_look_finds_all_that_is_due_and_leaves_nothing(world: World) -> None:
    await promising(world)
    await silent(world)
    await world.write("hello", who="dan")
    await world.run("alice", "/takeover 2")
    await world.write("human please", who="eve")
    jobs = Jobs(world.store, world.clock, media=None)  # type: ignore[arg-type]
    await jobs.tick()
    assert await due(world) == frozenset()
    world.clock.move(3 * HOUR)
    assert await due(world) == {"inactivity", "promises", "takeovers"}
    await jobs.tick()
    assert await due(world) == frozenset()
    await world.settle()
    assert len(alerts(world)) == 1
    assert len(world.heard()) == 2


async def due(world: World) -> frozenset[str]:
    now = world.clock.now()
    return await world.store.read(lambda tx: tx.due.kinds(now, now - HOUR * 9))


async def test_a_closed_team_says_so_in_the_contacts_language(world: World) -> None:
    world.clock.time = datetime(2026, 3, 7, 12, tzinfo=UTC)  # a Saturday
    words = {"out_of_hours": "Back {until}.", "out_of_hours_in": {"en": "We are back {until}."}}
    await world.change_team("support", hours=Hours(timezone="UTC", **WEEK), **words)
    await world.write("human please")
    assert world.heard() == ["We are back 2026-03-09 09:00."]


async def test_holidays_of_no_country_are_refused(world: World) -> None:
    def change(tx: Tx) -> None:
        desk = tx.desk.get()
        hours = Hours(timezone="UTC", holidays="XX", **WEEK)
        team = replace(desk.teams[0], hours=hours)
        configure.save(tx, configure.with_team(desk, team), "alice", "", world.clock.now())

    with pytest.raises(BadDesk, match='"XX" is no country whose holidays are known'):
        await world.store.transact(change)
