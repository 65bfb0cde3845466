"""The main job: the agent gives up, people take over, and everybody sees what they should."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.card import Transcript
from bot.domain.conversation import Mode
from bot.domain.errors import BadInput
from bot.domain.states import Status
from bot.ports.agent import Handover
from tests.world import World


async def test_the_agent_answers_until_it_should_not(world: World) -> None:
    await world.write("How do I cancel?")
    assert world.heard() == ["Have you tried the help pages?"]
    assert not await world.tickets()


async def test_the_agent_is_asked_what_was_written_a_moment_before_it_came(world: World) -> None:
    """The platform's time of a message lies before the time at which Baton begins with it."""
    world.lag = timedelta(seconds=2)
    await world.write("How do I cancel?")
    assert [message.text for message in world.agent.turns[-1].messages] == ["How do I cancel?"]


async def test_what_is_said_late_is_neither_told_twice_nor_left_out(world: World) -> None:
    world.lag = timedelta(minutes=5)
    await world.write("human please")
    await world.write("Written before the ticket, come after it")
    assert world.seen().count("Written before the ticket, come after it") == 1
    [transcript] = [
        one.content for one in world.outlet.posts if isinstance(one.content, Transcript)
    ]
    assert [line.text for line in transcript.lines] == ["human please"]


async def test_a_keyword_opens_a_ticket_by_its_rule_and_tells_the_contact_nothing(
    world: World,
) -> None:
    await world.write("I want a refund")
    ticket = await world.ticket()
    assert (ticket.status, ticket.team, ticket.priority) == (Status.OPEN, "billing", "high")
    assert (ticket.signal, ticket.rule) == ("keyword", "refunds")
    assert world.heard() == []
    [card] = world.outlet.cards("billing")
    assert card.reason == "The contact wrote “refund”."
    assert card.topics == ("a topic",), "a topic that cites nothing is dropped"
    assert [button.label for button in card.buttons][:2] == ["Claim", "Reply"]


async def test_the_whole_story(world: World) -> None:
    await world.write("I want a human")
    assert (await world.run("alice", "/ticket claim 1")).text == "#1 is yours."
    assert (await world.ticket()).status is Status.IN_PROGRESS
    await world.run("alice", "/reply #1 Hello Carol, how can I help?")
    assert world.heard() == ["Hello Carol, how can I help?"]
    assert (await world.ticket()).status is Status.AWAITING
    await world.run("alice", "/note 1 She sounds nice.")
    assert "She sounds nice." in world.seen()
    assert "She sounds nice." not in world.heard()
    await world.write("My calendar does not sync")
    assert (await world.ticket()).status is Status.IN_PROGRESS
    assert "My calendar does not sync" in world.seen()
    await world.run("alice", "/ticket transfer 1 billing")
    assert (await world.ticket()).status is Status.OPEN
    assert len(world.outlet.cards("billing")) == 1
    [old] = world.outlet.cards("support")
    assert not old.buttons
    assert "billing" in old.who
    await world.run("dana", "/reply 1 Dana here.")
    await world.run("dana", "/ticket close 1 solved")
    ticket = await world.ticket()
    assert ticket.status is Status.CLOSED
    assert ticket.resolution is not None
    await world.write("It broke again")
    assert any("wrote again: It broke again" in text for text in world.seen("billing"))
    await world.run("dana", "/ticket reopen 1")
    ticket = await world.ticket()
    assert (ticket.status, ticket.reopened, ticket.number) == (Status.IN_PROGRESS, 1, 1)


@pytest.mark.both_databases
async def test_two_attendants_claim_at_once_and_one_wins(world: World) -> None:
    await world.write("human please")
    answers = await asyncio.gather(
        world.run("alice", "/ticket claim 1"), world.run("bob", "/ticket claim 1")
    )
    assert sorted(answer.ok for answer in answers) == [False, True]
    [loser] = [answer.text for answer in answers if not answer.ok]
    assert loser in {"Alice already has ticket #1.", "Bob already has ticket #1."}


async def test_a_reply_by_somebody_else_than_the_holder_asks_first(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    asked = await world.run("bob", "/reply 1 Bob here.")
    assert not asked.ok
    assert [button.label for button in asked.buttons] == ["Take over and send", "Send once"]
    assert world.heard() == []
    once = asked.buttons[1]
    await world.press("bob", once.action, once.value)
    assert world.heard() == ["Bob here."]
    assert (await world.ticket()).holder == "console:alice"
    again = await world.press("bob", once.action, once.value)
    assert not again.ok, "a decision is taken once"
    assert world.heard() == ["Bob here."]


async def test_a_reply_without_a_number_shows_who_it_goes_to_first(world: World) -> None:
    await world.write("human please", who="dan")
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    await world.run("alice", "/ticket claim 2")
    await world.write("I am still here")
    asked = await world.run("alice", "/reply We are on it")
    assert asked.text == "To Carol, #2: We are on it"
    assert [button.label for button in asked.buttons] == ["Send", "Change"]
    assert world.heard() == []
    send, _ = asked.buttons
    assert (await world.press("alice", send.action, send.value)).ok
    assert world.heard() == ["We are on it"]
    asked = await world.run("alice", "/reply And you?")
    form = (await world.press("alice", asked.buttons[1].action, asked.buttons[1].value)).form
    assert form is not None
    assert [argument.name for argument in form.arguments] == ["ticket", "text"]
    assert form.values["text"] == "And you?"
    assert not (await world.run("bob", "/reply Hello")).buttons, "none of these is Bob's"


async def test_a_reply_to_a_closed_ticket_asks_to_reopen_it(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket close 1 mistake")
    asked = await world.run("alice", "/reply 1 One more thing.")
    assert [button.label for button in asked.buttons] == ["Reopen and send"]
    await world.press("alice", asked.buttons[0].action, asked.buttons[0].value)
    assert world.heard() == ["One more thing."]
    assert (await world.ticket()).status is Status.AWAITING


async def test_an_edited_reply_is_edited_where_the_contact_reads_it(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 The price is 10.")
    reply = (await world.messages())[-1]
    assert (await world.run("bob", f"/message edit {reply.id} Free!")).ok is False
    await world.run("alice", f"/message edit {reply.id} The price is 12.")
    assert world.heard() == ["The price is 12."]
    await world.run("alice", f"/message delete {reply.id}")
    assert world.heard() == []


async def test_the_contacts_own_edits_and_deletes_show_in_the_thread(world: World) -> None:
    await world.write("human please")
    await world.write("My number is 12", source="x1")
    await world.run("alice", "/reply 1 Thanks.")
    await world.edit("x1", "My number is 13")
    [post] = [
        one.content for one in world.outlet.posts if "number" in getattr(one.content, "text", "")
    ]
    assert (post.text, post.aside) == ("My number is 13", "edited after you replied")
    await world.delete("x1")
    [post] = [
        one.content for one in world.outlet.posts if "number" in getattr(one.content, "text", "")
    ]
    assert post.aside == "deleted by the contact"
    await world.run("alice", "/ticket transfer 1 billing")
    told = [one.content for one in world.outlet.posts if isinstance(one.content, Transcript)][-1]
    assert "(deleted) My number is 13" in [line.text for line in told.lines]


async def test_a_plain_message_in_the_thread_is_a_note(world: World) -> None:
    await world.write("human please")
    thread = await world.thread()
    received = await world.write(
        "I know this one", who="alice", channel="support", thread=thread.anchor
    )
    assert received is not None
    assert received.note_id is not None
    assert world.heard() == []


async def test_a_note_typed_in_the_thread_follows_its_writer(world: World) -> None:
    """Changed there it reads so from then on; taken away there, no later thread tells it."""
    await world.write("human please")
    thread = await world.thread()
    for source in ("n1", "n2"):
        await world.write(
            f"I know {source}", who="alice", channel="support", thread=thread.anchor, source=source
        )
    await world.edit("n1", "I knew this one", channel="support")
    await world.delete("n2", channel="support")
    await world.delete("n2", channel="support")
    assert [one.text for one in await world.store.read(lambda tx: tx.notes.of(1))] == [
        "I knew this one"
    ]
    log = await world.store.read(lambda tx: tx.events.of_ticket(1))
    changed = [one for one in log if one.kind in {"note_edited", "note_deleted"}]
    assert [(one.kind, one.data["before"]) for one in changed] == [
        ("note_edited", "I know n1"),
        ("note_deleted", ""),
    ]
    await world.run("alice", "/ticket transfer 1 billing")
    told = [one.content for one in world.outlet.posts if isinstance(one.content, Transcript)][-1]
    assert [line.text for line in told.lines if line.voice == "note"] == ["I knew this one"]


async def test_takeover_mutes_the_agent_for_a_while(world: World) -> None:
    await world.write("How do I cancel?")
    turns = len(world.agent.turns)
    await world.run("bob", "/takeover 1 30m")
    await world.write("And how do I pay?")
    assert len(world.agent.turns) == turns
    await world.run("bob", "/say 1 Bob speaking.")
    assert world.heard()[-1] == "Bob speaking."
    await world.passes(timedelta(minutes=31))
    conversation = await world.store.read(lambda tx: tx.conversations.get(1))
    assert conversation.mode is Mode.AGENT
    await world.write("Hello again")
    assert len(world.agent.turns) == turns + 1


async def test_the_agents_own_decision_hands_over(world: World) -> None:
    world.agent.outcome = Handover(reason="The question is about a contract.")
    await world.write("Can you change my contract?")
    assert (await world.ticket()).reason == "The question is about a contract."
    assert world.heard() == []


async def test_three_answers_without_resolution_hand_over(world: World) -> None:
    for text in ("How?", "Please explain", "What else"):
        await world.write(text)
    assert len(world.heard()) == 3
    await world.write("That did not help")
    assert (await world.ticket()).signal == "attempts without resolution"
    assert len(world.heard()) == 3


@pytest.mark.parametrize("again", ["how do i cancel my booking??", "That did not help"])
async def test_attempts_are_counted_anew_after_people_had_the_conversation(
    world: World, again: str
) -> None:
    """What was asked, answered and felt before is no reason to hand over a second time."""
    for text in ("How do I cancel my booking?", "Please explain", "What else"):
        await world.write(text)
    await world.write(again)
    await world.run("alice", "/reply 1 Like this.")
    await world.run("alice", "/ticket close 1 done")
    answered = len(world.heard())
    await world.write("How do I cancel my booking?")
    await world.write(again)
    assert await world.tickets() == []
    assert len(world.heard()) == answered + 2
    await world.run("alice", "/ticket reopen 1")
    await world.run("alice", "/ticket close 1 done")
    await world.write("How do I cancel my booking?")
    assert await world.tickets() == []
    for _ in range(3):
        await world.write(again)
    [ticket] = await world.tickets()
    assert ticket.signal == "attempts without resolution"
    assert ticket.reason.startswith("After 3 answers")


async def test_silence_warns_and_closes_counted_from_delivery(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 Are you there?")
    await world.passes(timedelta(hours=19))
    assert len(world.heard()) == 1
    await world.passes(timedelta(hours=2))
    assert world.heard()[-1] == "Still there?"
    await world.passes(timedelta(hours=3))
    assert (await world.ticket()).status is Status.AWAITING
    await world.passes(timedelta(hours=2))
    assert (await world.ticket()).status is Status.CLOSED
    assert world.heard()[-1] == "Closed for now."


async def test_the_contacts_word_cancels_the_closing(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 Are you there?")
    await world.passes(timedelta(hours=21))
    await world.write("Yes, I was out")
    await world.passes(timedelta(hours=48))
    assert (await world.ticket()).status is Status.IN_PROGRESS


async def test_unclaimed_tickets_never_close_by_themselves(world: World) -> None:
    await world.write("human please")
    await world.passes(timedelta(days=30))
    assert (await world.ticket()).status is Status.OPEN


async def test_thanks_changes_no_status_and_never_reopens(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 It is done.")
    await world.write("thanks!")
    assert (await world.ticket()).status is Status.AWAITING
    await world.run("alice", "/ticket close 1 done")
    await world.write("thanks!")
    ticket = await world.ticket()
    assert (ticket.status, ticket.reopen_offered_at) == (Status.CLOSED, None)


async def test_an_answer_that_comes_after_the_handover_is_withheld_and_shown(world: World) -> None:
    world.agent.hold = asyncio.Event()
    await world.write("How do I cancel?", settle=False)
    while not world.agent.turns:
        await asyncio.sleep(0.02)
    await world.write("I want a human", settle=False)
    while not await world.tickets():
        await asyncio.sleep(0.02)
    world.agent.hold.set()
    await world.settle()
    assert world.heard() == []
    withheld = [
        one.content for one in world.outlet.posts if "withheld" in getattr(one.content, "aside", "")
    ]
    assert [post.text for post in withheld] == ["Have you tried the help pages?"]


async def test_the_same_event_twice_is_one_message(world: World) -> None:
    await world.write("human please", source="dup")
    await world.write("human please", source="dup")
    assert len([one for one in await world.messages() if one.source_id == "dup"]) == 1
    assert len(await world.tickets()) == 1


async def test_auto_reopens_for_the_last_holder(world: World) -> None:
    await world.change_team("support", reopen="auto")
    await world.write("human please")
    await world.run("bob", "/reply 1 Done.")
    await world.run("bob", "/ticket close 1 done")
    await world.write("No, it is not")
    ticket = await world.ticket()
    assert (ticket.status, ticket.assigned, ticket.reopened) == (Status.OPEN, "console:bob", 1)
    assert "No, it is not" in world.seen()


async def test_outsiders_can_do_nothing(world: World) -> None:
    await world.write("human please")
    refused = await world.run("mallory", "/ticket claim 1")
    assert not refused.ok
    assert "may do this" in refused.text


@pytest.mark.both_databases
async def test_a_message_that_meets_the_close_is_never_lost(world: World) -> None:
    """Whichever comes first: it is relayed into the open ticket, or it offers to reopen it."""
    for number in range(1, 7):
        who = f"contact{number}"
        await world.write("human please", who=who)
        await world.run("alice", f"/reply {number} Anything else?")
        await asyncio.gather(
            world.write(f"Yes, number {number}", who=who, settle=False),
            world.run("alice", f"/ticket close {number} done"),
        )
        await world.settle()
        ticket = await world.ticket(number)
        assert ticket.status is Status.CLOSED
        relayed = f"Yes, number {number}" in world.seen()
        offered = any(f"wrote again: Yes, number {number}" in text for text in world.seen())
        assert relayed or offered


async def test_what_is_no_message_is_refused_and_changes_nothing(world: World) -> None:
    for text in ("", "   ", "\x00", "x" * 100_000):
        with pytest.raises(BadInput):
            await world.write(text)
    assert await world.messages() == []
    await world.write("human please")
    for text in ("", "x" * 100_000):
        refused = await world.run("alice", f"/reply 1 {text}")
        assert not refused.ok or refused.form is not None
    assert world.heard() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_asked_before_people_came_is_no_repeat(world: World) -> None:
    await world.write("How do I cancel my booking?")
    await world.write("human please")
    await world.run("alice", "/reply 1 Like this.")
    await world.run("alice", "/ticket close 1 done")
    for text in ("How?", "Please explain", "What else"):
        await world.write(text)
    await world.write("How do I cancel my booking?")
    assert await world.tickets() == []
