"""Who takes what: assignment, shifts, absence, and one person on two platforms."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.card import Post
from bot.domain.desk import Hours, Priority, Shift
from bot.domain.identity import Person, Place
from bot.domain.states import Status
from bot.jobs import Jobs
from bot.ports.store import Tx
from tests.world import World

SUPPORT = Place(workspace="console", channel="support")


async def taking_turns(world: World, **changes: Any) -> None:
    await world.change_team("support", assignment="round_robin", **changes)


async def open_for(world: World, count: int, *, start: int = 0) -> list[str | None]:
    """Tickets of as many contacts; answers with whom they were assigned to."""
    for number in range(start, start + count):
        await world.write("human please", who=f"c{number}")
    return [one.assigned for one in await world.tickets()]


def lines(world: World, text: str, channel: str = "support") -> list[tuple[str, tuple[str, ...]]]:
    return [
        (one.content.text, one.content.mentions)
        for one in world.outlet.posts
        if one.place.channel == channel
        and isinstance(one.content, Post)
        and text in one.content.text
    ]


async def test_in_turn_everybody_gets_as_many(world: World) -> None:
    await taking_turns(world)
    given = Counter(await open_for(world, 6))
    assert given == {"console:alice": 3, "console:bob": 3}


async def test_who_is_assigned_is_told_by_the_card_and_directly(world: World) -> None:
    await taking_turns(world)
    await open_for(world, 1)
    [card] = world.outlet.cards("support")
    assert (card.who, card.mentions) == ("Assigned to Alice", ("console:alice",))
    [(told, _)] = lines(world, "It is assigned to you", "@alice")
    assert told.startswith("#1 · C0 · normal: It is assigned to you: ")
    assert "link to support/1" in told
    queue = await world.baton.queue("console:alice")
    assert [(one.number, one.who) for one in queue.mine] == [(1, "Assigned to Alice")]
    other = await world.baton.queue("console:bob")
    assert [one.number for one in other.unclaimed] == [1]


async def test_a_full_or_absent_member_is_skipped_and_nobody_is_better_than_that(
    world: World,
) -> None:
    await taking_turns(world, capacity=2)
    await world.run("bob", "/away")
    assert await open_for(world, 3) == ["console:alice", "console:alice", None]
    assert world.outlet.cards("support")[2].mentions == ("console:bob",), "the team is called"
    await world.run("bob", "/back")
    assert [one.assigned for one in await world.tickets()][2] == "console:bob"
    assert lines(world, "Assigned to Bob.") == [("Assigned to Bob.", ("console:bob",))]


async def test_a_closed_ticket_makes_room_for_one_that_waits(world: World) -> None:
    await taking_turns(world, capacity=1)
    assert await open_for(world, 3) == ["console:alice", "console:bob", None]
    await world.run("bob", "/ticket close 2")
    assert (await world.ticket(3)).assigned == "console:bob"


async def test_the_least_loaded_gets_the_next(world: World) -> None:
    await world.change_team("support", assignment="least_loaded")
    await open_for(world, 2)
    await world.run("alice", "/ticket close 1")
    assert (await open_for(world, 1, start=2))[-1] == "console:alice"


async def test_supervisors_who_are_no_members_and_who_is_elsewhere_get_nothing(
    world: World,
) -> None:
    members = ("slack:T0001/U0ALICE", "console:bob")
    await taking_turns(world, members=members, supervisors=("console:alice",))
    assert set(await open_for(world, 3)) == {"console:bob"}


async def test_members_of_a_group_are_those_who_were_seen(world: World) -> None:
    await taking_turns(world, members=("console-group:crew",))
    assert await open_for(world, 1) == [None]
    eve = Person(id="console:eve", name="Eve", groups=("console-group:crew",))
    await world.store.transact(lambda tx: tx.people.put(eve))
    await world.passes(timedelta(seconds=2))
    assert (await open_for(world, 1, start=1))[-1] == "console:eve"


async def test_a_shift_says_who_gets_what_and_what_waited_is_given_out_when_it_begins(
    world: World,
) -> None:
    """Wednesday at eight: Bob's shift has begun, Alice's begins at ten."""
    early = Shift(members=("console:bob",), wed=("07:00-10:00",))
    late = Shift(members=("console:alice",), wed=("10:00-15:00",))
    await taking_turns(world, shift=(early, late), hours=Hours(wed=("06:00-20:00",)))
    world.clock.time = datetime(2026, 3, 4, 6, 30, tzinfo=UTC)
    assert await open_for(world, 1) == [None]
    await world.passes(timedelta(minutes=29))
    assert (await world.ticket()).assigned is None
    await world.passes(timedelta(minutes=1))
    assert (await world.ticket()).assigned == "console:bob"
    assert (await open_for(world, 1, start=1))[-1] == "console:bob"
    world.clock.time = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
    assert (await open_for(world, 1, start=2))[-1] == "console:alice"


async def test_on_transfer_to_a_team_and_on_reopening_whose_turn_it_is_gets_it(
    world: World,
) -> None:
    await world.change_team("billing", assignment="round_robin", reopen="auto")
    await world.write("human please")
    await world.run("alice", "/ticket transfer 1 billing")
    assert (await world.ticket()).assigned == "console:dana"
    assert world.outlet.cards("billing")[0].mentions == ("console:dana",)
    await world.run("dana", "/ticket close 1")
    assert (await world.ticket()).last_holder is None
    await world.write("It broke again")
    again = await world.ticket()
    assert (again.status, again.assigned) == (Status.OPEN, "console:dana")


async def test_the_last_holder_who_is_away_does_not_get_it_again(world: World) -> None:
    await taking_turns(world, reopen="auto")
    await open_for(world, 1)
    await world.run("alice", "/ticket claim 1")
    await world.run("alice", "/ticket close 1")
    await world.run("alice", "/away")
    await world.write("It broke again", who="c0")
    assert (await world.ticket()).assigned == "console:bob"


async def test_a_released_ticket_goes_to_the_next_and_not_back(world: World) -> None:
    await taking_turns(world)
    await open_for(world, 1)
    await world.run("bob", "/ticket claim 1")
    await world.run("bob", "/ticket release 1")
    assert (await world.ticket()).assigned == "console:alice"


async def test_who_goes_away_is_shown_what_they_hold_and_decides(world: World) -> None:
    await taking_turns(world)
    await open_for(world, 4)
    await world.run("alice", "/ticket claim 1")
    left = await world.run("alice", "/away")
    assert "Handed back to the team: #3." in left.text, "what she has not begun"
    assert "You still hold #1:" in left.text
    assert [(one.action, one.label) for one in left.buttons] == [
        ("away:hand_back", "Hand back"),
        ("away:keep", "Keep them"),
    ]
    assert (await world.ticket(3)).assigned == "console:bob"
    kept = await world.press("alice", "away:keep", "keep")
    assert "You still hold #1:" in kept.text
    assert kept.buttons == ()
    assert (await world.ticket()).holder == "console:alice"
    given = await world.press("alice", "away:hand_back", "hand_back")
    assert "Handed back to the team: #1." in given.text
    ticket = await world.ticket()
    assert (ticket.holder, ticket.assigned, ticket.status) == (None, "console:bob", Status.OPEN)
    assert lines(world, "Alice is away. Assigned to Bob.")[0][1] == ("console:bob",)


async def test_where_nobody_can_take_it_the_team_is_called(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    world.clock.move(timedelta(minutes=2))
    await world.run("alice", "/away hand_back")
    assert lines(world, "Alice is away. It is back with the team.") == [
        ("Alice is away. It is back with the team.", ("console:bob",))
    ]


async def test_a_team_may_have_tickets_handed_back_by_themselves(world: World) -> None:
    await world.change_team("support", hand_back="auto")
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    left = await world.run("alice", "/away")
    assert "Handed back to the team: #1." in left.text
    assert left.buttons == ()


async def test_the_next_words_to_somebody_whose_shift_is_over_reach_the_team(world: World) -> None:
    shift = Shift(members=("console:alice",), wed=("09:00-12:00",))
    await world.change_team("support", hand_back="auto", shift=(shift,))
    world.clock.time = datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    await world.write("human please")
    await world.run("alice", "/reply 1 Which one?")
    await world.write("The blue one")
    assert (await world.ticket()).holder == "console:alice", "she is there"
    world.clock.time = datetime(2026, 3, 4, 13, 0, tzinfo=UTC)
    await world.write("Are you there?")
    ticket = await world.ticket()
    assert (ticket.holder, ticket.status) == (None, Status.OPEN)


async def test_linked_ids_are_one_attendant(world: World) -> None:
    """Bob's second account claims, replies and is asked nothing; he gets one share of tickets."""
    linked = await world.run("alice", "/desk member link console:bob slack:T0001/U0BOB")
    assert linked.ok, linked.text
    slack_bob = Person(id="slack:T0001/U0BOB", name="bobby")
    assert (await world.store.read(lambda tx: tx.desk.get().role(slack_bob.id))) == "attendant"
    await world.change_team("support", members=("console:alice", "console:bob", slack_bob.id))
    await taking_turns(world)
    assert Counter(await open_for(world, 4)) == {"console:alice": 2, "console:bob": 2}
    place = (await world.thread(2)).place
    claimed = await world.baton.typed(slack_bob, place, "/ticket claim 2")
    assert claimed.ok, claimed.text
    assert (await world.ticket(2)).holder == "console:bob"
    assert (await world.run("bob", "/reply 2 Hello")).ok, "nobody asks whether to take it over"
    queue = await world.baton.queue(slack_bob.id)
    assert {one.number for one in queue.mine} == {2, 4}
    assert (await world.run("alice", "/ticket transfer 1 slack:T0001/U0BOB")).ok
    assert (await world.ticket(1)).assigned == "console:bob"
    await world.baton.typed(slack_bob, place, "/away")
    assert set(await open_for(world, 2, start=4)) - {None} >= {"console:alice"}
    assert [one.assigned for one in await world.tickets()][-2:] == ["console:alice"] * 2


async def test_tickets_held_before_follow_the_link(world: World) -> None:
    await world.run("alice", "/desk member add slack:T0001/U0BOB support")
    await world.write("human please")
    slack_bob = Person(id="slack:T0001/U0BOB", name="bobby")
    place = (await world.thread()).place
    await world.baton.typed(slack_bob, place, "/ticket claim 1")
    await world.run("alice", "/desk member link console:bob slack:T0001/U0BOB")
    assert (await world.ticket()).holder == "console:bob"
    assert (await world.run("alice", "/desk member unlink slack:T0001/U0BOB")).ok
    assert await world.store.read(lambda tx: tx.desk.get().people) == ()


async def test_who_leaves_leaves_by_every_id(world: World) -> None:
    """Else a removed member, or admin, would still be one by their other account."""
    await world.run("alice", "/desk member add slack:T0001/U0BOB support")
    await world.run("alice", "/desk admin add slack:T0001/U0BOB")
    shift = Shift(members=("console:bob",), mon=("09:00-12:00",))
    await world.change_team("support", shift=(shift,))
    await world.run("alice", "/desk member link console:bob slack:T0001/U0BOB")
    assert (await world.run("bob", "/desk team list")).ok, "an admin by his other account"
    assert (await world.run("alice", "/desk admin remove @bob")).ok
    assert not (await world.run("bob", "/desk team list")).ok
    assert (await world.run("alice", "/desk member add @bob support supervisor")).ok
    team = await world.store.read(lambda tx: tx.desk.get().team("support"))
    assert team is not None
    assert team.members == ("console:alice", "console:bob")
    assert team.shift == (shift,)
    assert (await world.run("alice", "/desk member remove slack:T0001/U0BOB support")).ok
    assert not (await world.run("bob", "/queue")).ok
    assert (await world.store.read(lambda tx: tx.desk.get().team("support"))).shift == ()


async def test_a_higher_priority_calls_whom_the_team_names_for_it(world: World) -> None:
    await world.change_team("support", notify_for={Priority.URGENT: ("console:alice",)})
    await world.write("human please")
    await world.run("bob", "/ticket priority 1 urgent")
    assert lines(world, "set the priority to urgent")[0][1] == ("console:alice",)
    world.clock.move(timedelta(minutes=2))
    await world.run("bob", "/ticket priority 1 high")
    assert lines(world, "set the priority to high")[0][1] == ()


async def test_who_gives_a_ticket_to_somebody_away_hears_of_it(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/away")
    given = await world.run("alice", "/ticket transfer 1 @bob")
    assert given.text == "#1 is with Bob now. They are away, so it may wait."


async def test_two_accounts_are_linked_by_a_code(world: World) -> None:
    given = await world.run("bob", "/link")
    code = re.findall(r"/link ([A-Z2-9]{8})", given.text)[0]
    stranger = Person(id="slack:T0001/U0BOB", name="bobby")
    refused = await world.baton.typed(stranger, SUPPORT, "/link")
    assert not refused.ok, "an outsider has no role to give"
    done = await world.baton.typed(stranger, SUPPORT, f"/link {code.lower()}")
    assert done.ok, done.text
    assert "the same attendant as Bob" in done.text
    assert (await world.baton.typed(stranger, SUPPORT, "/queue")).ok
    used = await world.baton.typed(Person(id="discord:9/1", name="x"), SUPPORT, f"/link {code}")
    assert not used.ok, "once"


async def test_a_code_is_good_for_ten_minutes(world: World) -> None:
    given = await world.run("bob", "/link")
    code = re.findall(r"/link ([A-Z2-9]{8})", given.text)[0]
    world.clock.move(timedelta(minutes=11))
    late = await world.baton.typed(Person(id="slack:T1/U1", name="x"), SUPPORT, f"/link {code}")
    assert not late.ok
    assert "not valid any more" in late.text


async def test_codes_that_nobody_enters_do_not_stay(world: World) -> None:
    def kept(tx: Tx) -> set[str]:
        return set(tx.meta.beginning("link"))

    for who in ("bob", "bob", "alice"):
        await world.run(who, "/link")
    assert len(await world.store.read(kept)) == 2, "the newest of each"
    jobs = Jobs(world.store, world.clock, media=None)  # type: ignore[arg-type]
    await jobs.retention()
    assert len(await world.store.read(kept)) == 2
    world.clock.move(timedelta(minutes=11))
    await jobs.retention()
    assert await world.store.read(kept) == set()


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("/desk member link console:bob console:alice", "two accounts of one workspace"),
        ("/desk member link console:bob slack-group:T1/S1", "A group is many people"),
        ("/desk member link console:bob console:bob", "the same attendant already"),
        ("/desk member unlink console:bob", "no link of"),
        ("/link WRONGONE", "not valid any more"),
        ("/desk team set support hand_back maybe", "hand_back is one of"),
        ("/desk team set support backup nobody:", "backup"),
    ],
)
async def test_what_cannot_be_is_said_and_changes_nothing(
    world: World, line: str, why: str
) -> None:
    before = await world.store.read(lambda tx: tx.desk.get())
    refused = await world.run("alice", line)
    assert not refused.ok
    assert why in refused.text
    assert await world.store.read(lambda tx: tx.desk.get()) == before


async def test_what_members_were_told_of_a_contact_goes_with_them(world: World) -> None:
    await taking_turns(world)
    await open_for(world, 1)
    await world.run("alice", "/ticket close 1")
    assert len(lines(world, "C0", "@alice")) == 1
    erased = await world.run("alice", "/privacy erase console:c0 C0")
    assert erased.ok, erased.text
    await world.settle()
    assert lines(world, "C0", "@alice") == []
    events = await world.store.read(lambda tx: tx.events.of_ticket(1))
    assert [one.data for one in events if "The contact asks" in str(one.data)] == []
