"""What does not happen every day, and must not cost a word or a ticket when it does."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.identity import Place
from bot.domain.message import Author
from bot.domain.states import Status
from bot.ports.outlet import Busy
from bot.ports.store import Tx
from bot.services import configure, record
from tests.world import World


async def test_a_number_that_begins_a_reply_in_a_thread_is_part_of_it(world: World) -> None:
    await world.write("human please", who="carol")
    await world.write("human please", who="dan")
    thread = await world.thread(1)
    told = await world.run("alice", "/reply 3 weeks is what it takes", thread=thread.anchor)
    assert told.ok
    assert world.heard("carol") == ["3 weeks is what it takes"]
    await world.run("alice", "/reply #2 Hello Dan", thread=thread.anchor)
    assert world.heard("dan") == ["Hello Dan"]


async def test_a_number_that_may_name_a_ticket_is_asked_about(world: World) -> None:
    await world.write("human please", who="carol")
    await world.write("human please", who="dan")
    anchor = (await world.thread(1)).anchor
    asked = await world.run("alice", "/reply 2 weeks is what it takes", thread=anchor)
    question = "Is 2 the ticket, or do your words to the contact of #1 begin with it?"
    assert (asked.ok, asked.text) == (False, question)
    assert world.heard("carol") == world.heard("dan") == []
    _, words = asked.buttons
    assert (await world.press("alice", words.action, words.value)).ok
    assert world.heard("carol") == ["2 weeks is what it takes"]
    asked = await world.run("alice", "/reply 1 Hello Carol", thread=anchor)
    number, _ = asked.buttons
    assert (await world.press("alice", number.action, number.value)).ok
    assert world.heard("carol")[-1] == "Hello Carol"
    assert world.heard("dan") == []


async def test_a_number_before_a_name_is_the_tickets(world: World) -> None:
    await world.write("human please")
    thread = await world.thread(1)
    nobody = await world.run("alice", "/ticket transfer 1 Ana Maria", thread=thread.anchor)
    assert "There is no team or attendant Ana Maria" in nobody.text, "a name may have spaces"
    moved = await world.run("alice", "/ticket transfer 1 billing", thread=thread.anchor)
    assert moved.ok, moved.text


async def test_nothing_is_said_from_a_thread_that_its_ticket_has_left(world: World) -> None:
    await world.write("human please")
    old = await world.thread(1)
    await world.run("alice", "/ticket transfer billing", thread=old.anchor)
    for line in ("/reply Hello", "/note Mind", "/ticket close done"):
        told = await world.run("alice", line, thread=old.anchor)
        assert not told.ok
        assert told.text.startswith("Ticket #1 went on in another thread: ")
    assert world.heard() == []
    assert (await world.run("alice", "/reply #1 Hello", thread=old.anchor)).ok
    assert world.heard() == ["Hello"]


async def test_people_still_hear_a_contact_whose_channel_was_disconnected(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/desk channel remove dm")
    await world.write("Are you there?")
    assert "Are you there?" in world.seen()
    await world.run("alice", "/ticket close 1 done")
    await world.write("And now?")
    assert world.heard() == [], "the agent does not answer in a disconnected place"


async def test_a_decision_that_comes_too_late_keeps_the_words(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket close 1 done")
    asked = await world.run("bob", "/reply 1 A long careful answer")
    await world.run("alice", "/ticket reopen 1")
    button = asked.buttons[0]
    told = await world.press("bob", button.action, button.value)
    assert not told.ok, "Alice holds it by now"
    assert [one.label for one in told.buttons] == ["Take over and send", "Send once"]
    await world.press("bob", told.buttons[1].action, told.buttons[1].value)
    assert world.heard() == ["A long careful answer"]


@pytest.mark.parametrize(
    "line",
    ["/ticket claim 99999999999999999999999", "/ticket claim ²", "/takeover 99999999999999999999"],
)
async def test_a_number_that_is_none_gets_an_answer(world: World, line: str) -> None:
    told = await world.run("alice", line)
    assert not told.ok
    assert "is no number" in told.text


async def test_a_ticket_of_a_team_that_is_gone_reopens_where_somebody_sees_it(
    world: World,
) -> None:
    await world.write("I want a refund")
    await world.run("dana", "/ticket close 1 done")
    await world.run("alice", "/routing remove refunds")
    assert (await world.run("alice", "/desk team remove billing")).ok
    assert (await world.run("alice", "/ticket reopen 1")).ok
    ticket = await world.ticket()
    assert ticket.team == "support"
    assert len(world.outlet.cards("support")) == 1


async def test_what_escalates_after_a_close_opens_the_same_ticket_again(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/reply 1 Done.")
    await world.run("bob", "/ticket close 1 done")
    await world.write("No! I want a human")
    [ticket] = await world.tickets()
    assert (ticket.number, ticket.status, ticket.assigned) == (1, Status.OPEN, "console:bob")


async def test_what_belongs_to_another_team_is_a_new_ticket(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/ticket close 1 done")
    await world.write("Then I want a refund")
    [ticket] = await world.tickets()
    assert (ticket.number, ticket.team, ticket.previous) == (2, "billing", 1)


async def test_after_two_weeks_it_is_a_new_ticket(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/ticket close 1 done")
    world.clock.move(timedelta(days=15))
    await world.write("human please")
    [ticket] = await world.tickets()
    assert (ticket.number, ticket.previous) == (2, 1)


async def test_a_takeover_reply_is_edited_where_it_was_said(world: World) -> None:
    await world.write("How do I pay?")
    await world.run("alice", "/takeover 1")
    await world.run("alice", "/resume 1")
    await world.write("I want a refund")
    await world.run("dana", "/ticket close 1 done")
    await world.run("alice", "/takeover 1")
    await world.run("alice", "/say 1 second words")
    said = (await world.messages())[-1]
    await world.run("alice", f"/message edit {said.id} second words, edited")
    assert "second words, edited" in world.seen("support")
    assert "second words, edited" not in world.seen("billing")


async def test_a_takeover_that_becomes_another_teams_ticket_says_so(world: World) -> None:
    await world.write("How do I pay?")
    await world.run("alice", "/takeover 1")

    def everything_to_billing(tx: Tx) -> None:
        desk = tx.desk.get()
        channels = tuple(replace(one, team="billing") for one in desk.channels)
        tx.desk.put(replace(desk, channels=channels))

    await world.store.transact(everything_to_billing)
    await world.run("alice", "/escalate 1 too hard")
    [card] = world.outlet.cards("support")
    assert card.who == "It went on as a ticket"
    assert not card.buttons
    assert (await world.ticket()).assigned is None


async def test_a_team_with_open_tickets_stays_in_its_channel(world: World) -> None:
    await world.write("human please")
    told = await world.run("alice", "/desk team set support channel elsewhere")
    assert not told.ok
    assert "#1" in told.text


async def test_whoever_leaves_the_team_leaves_no_ticket_behind(world: World) -> None:
    await world.write("human please")
    await world.run("bob", "/ticket claim 1")
    await world.run("alice", "/desk member remove @bob support")
    ticket = await world.ticket()
    assert (ticket.status, ticket.holder) == (Status.OPEN, None)
    assert any("Bob has left the team" in text for text in world.seen())


async def test_auto_reopening_assigns_nobody_who_has_left(world: World) -> None:
    await world.change_team("support", reopen="auto")
    await world.write("human please")
    await world.run("bob", "/reply 1 Done.")
    await world.run("bob", "/ticket close 1 done")
    await world.run("alice", "/desk member remove @bob support")
    await world.write("It is not")
    ticket = await world.ticket()
    assert (ticket.status, ticket.assigned) == (Status.OPEN, None)


async def test_no_note_in_a_closed_tickets_thread(world: World) -> None:
    await world.write("human please")
    thread = await world.thread()
    await world.run("alice", "/ticket close 1 done")
    with pytest.raises(Exception, match="Reopen it to add a note"):
        await world.write("late", who="alice", channel="support", thread=thread.anchor)


@pytest.mark.parametrize("last", ["Just say the word.", ""])
async def test_a_short_answer_to_any_open_question_is_an_answer(world: World, last: str) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 Shall I cancel it?")
    if last:
        await world.run("alice", f"/reply 1 {last}")
    await world.write("ok")
    assert (await world.ticket()).status is Status.IN_PROGRESS


async def test_thanks_after_the_warning_says_that_they_are_there(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 It is done.")
    await world.passes(timedelta(hours=21))
    await world.write("thanks!")
    await world.passes(timedelta(hours=30))
    assert (await world.ticket()).status is Status.IN_PROGRESS


async def test_transfers_that_change_nothing_are_refused(world: World) -> None:
    await world.write("human please")
    assert (await world.run("alice", "/ticket transfer 1 @bob")).ok
    assert not (await world.run("alice", "/ticket transfer 1 @bob")).ok
    assert not (await world.run("alice", "/ticket transfer 1 support")).ok
    await world.run("bob", "/reply 1 Hello")
    await world.run("bob", "/ticket transfer 1 @dana")
    ticket = await world.ticket()
    assert (ticket.status, ticket.holder, ticket.assigned) == (
        Status.AWAITING,
        "console:dana",
        None,
    )


async def test_a_text_can_be_switched_off_again(world: World) -> None:
    await world.run("alice", "/desk team set support out_of_hours We are closed.")
    assert (await world.run("alice", '/desk team set support out_of_hours ""')).ok
    desk = await world.store.read(lambda tx: tx.desk.get())
    team = desk.team("support")
    assert team is not None
    assert team.out_of_hours == ""


async def test_a_pattern_that_explodes_does_not_stop_the_desk(world: World) -> None:
    assert (await world.run("alice", "/routing add slow regex=^(a+)+$")).ok
    await world.write("a" * 60 + "!")  # which it would look at for years
    assert world.heard(), "the agent answered"


async def test_a_name_that_anybody_can_choose_makes_nobody_an_admin(world: World) -> None:
    await world.write("Hello", who="dave")
    told = await world.run("alice", "/desk admin add @Dave")
    assert told.ok or "Give the id itself" in told.text
    await world.write("Hello", who="mallory")
    await world.store.transact(_call_mallory_dave)
    refused = await world.run("alice", '/desk admin add "The Boss"')
    assert not refused.ok
    assert "console:mallory" in refused.text


async def test_a_contact_joins_no_team_by_what_they_are_called(world: World) -> None:
    """Until somebody has seen the id that stands behind the name, and says that it is right."""
    await world.write("Hello", who="mallory")
    await world.store.transact(_call_mallory_dave)
    asked = await world.run("alice", '/desk member add "The Boss" support')
    assert asked.proposes is not None
    assert "is what a contact is called. Is console:mallory right?" in asked.text
    desk = await world.store.read(lambda tx: tx.desk.get())
    assert "console:mallory" not in desk.attendants


def _call_mallory_dave(tx: Tx) -> None:
    tx.people.put(replace(tx.people.get("console:mallory"), name="The Boss"))


@pytest.mark.both_databases
async def test_a_double_click_on_claim_is_one_claim(world: World) -> None:
    await world.write("human please")
    told = await asyncio.gather(
        world.run("alice", "/ticket claim 1"), world.run("alice", "/ticket claim 1")
    )
    assert all(one.ok for one in told)
    assert world.seen().count("Alice claimed.") == 1


async def test_a_desk_that_would_strand_tickets_changes_nothing(world: World) -> None:
    await world.write("I want a refund")
    before = await world.store.read(lambda tx: tx.desk.get())
    with pytest.raises(Exception, match="billing has open tickets"):
        await world.store.transact(
            configure.save,
            configure.without_team(replace(before, rules=()), "billing"),
            "console:alice",
            "a desk",
            world.clock.now(),
        )
    assert await world.store.read(lambda tx: tx.desk.get()) == before


async def test_a_clock_that_was_moved_back_gives_no_negative_time(world: World) -> None:
    world.clock.move(timedelta(days=2))
    await world.write("human please")
    world.clock.move(timedelta(days=-2))
    await world.run("alice", "/ticket close 1 done")
    assert (await world.ticket()).resolution == timedelta()


@pytest.mark.parametrize("text", ["\u200b\u200e", "\u2063", " \u00a0 "])
async def test_what_nobody_can_see_is_no_message(world: World, text: str) -> None:
    await world.write("human please")
    told = await world.run("alice", f"/reply 1 {text}")
    assert world.heard() == []
    assert not told.ok or told.form is not None


@pytest.mark.parametrize("channel", ["lobby", None])
async def test_who_writes_into_a_thread_before_anything_stands_there_is_heard_once(
    world: World, channel: str | None
) -> None:
    """It was opened for them, and then came a kill: from a channel, or in place of direct words."""

    def opened(tx: Tx) -> None:
        lane = record.contact_lane(tx, tx.conversations.get(1))
        [effect] = [one for one in (tx.outbox.next(lane.id),) if one]
        tx.outbox.put_effect(replace(effect, progress={"thread": "t9"}))

    def limited(_: str, place: Place) -> None:
        if place.channel in {"lobby", "dm:carol"} and place.thread is None:
            raise Busy("not now", timedelta(hours=1))

    world.outlet.before = limited
    await world.write("human please", channel=channel)
    await world.run("alice", "/reply 1 Hello")
    await world.store.transact(opened)
    await world.write("I see a thread", channel="lobby", thread="t9")
    await world.write("and another one", who="dan", channel="lobby", thread="t9")
    await world.write("of my own", channel="lobby", thread="t10")
    said = await world.store.read(lambda tx: tx.messages.of(1))
    assert [one.text for one in said if one.author is Author.CONTACT] == [
        "human please",
        "I see a thread",
    ]
    moved = await world.store.read(lambda tx: tx.conversations.get(1))
    assert moved.thread == ("t9" if channel else None), "who wrote directly is moved with the reply"
