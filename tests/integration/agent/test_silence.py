"""What reaches the contact without a human's act: the product's table, line by line."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.desk import Agent, Channel, Hours
from bot.domain.message import Attachment
from bot.ports.agent import Answer, Failure, Handover
from bot.ports.outbox import Effect, LaneKind
from bot.ports.store import Tx
from bot.services.receive import GATHER
from tests.world import World

EVENING = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)  # a Monday
ANSWER = "Have you tried the help pages?"


def intro(world: World) -> list[str]:
    """The small print under what the contact was told."""
    posts = [one.content for one in world.outlet.posts if one.place.channel == "dm:carol"]
    return [getattr(post, "aside", "") for post in posts]


async def test_the_agents_answers_only_while_no_ticket_or_takeover_is_on(world: World) -> None:
    await world.write("How?")
    assert world.heard() == [ANSWER]
    await world.run("alice", "/takeover 1")
    await world.write("And how else?")
    await world.run("alice", "/resume 1")
    await world.write("human please")
    await world.write("Hello?")
    assert world.heard() == [ANSWER]


async def test_escalation_itself_is_silent(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    await world.run("alice", "/note 1 between us")
    await world.run("alice", "/ticket priority 1 high")
    await world.run("alice", "/ticket transfer 1 bob")
    await world.run("bob", "/ticket transfer 1 billing")
    await world.run("dana", "/ticket claim 1")
    await world.run("dana", "/ticket release 1")
    await world.run("dana", "/ticket close 1 nothing to say")
    await world.run("dana", "/ticket reopen 1")
    assert world.heard() == []


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Failure(reason="it timed out."), "The agent could not answer: it timed out."),
        (Handover(reason="It is about a contract."), "It is about a contract."),
    ],
)
async def test_when_the_agent_fails_or_decides_the_contact_hears_from_a_human(
    world: World, outcome: Failure | Handover, reason: str
) -> None:
    world.agent.outcome = outcome
    await world.write("How?")
    assert world.heard() == []
    assert (await world.ticket()).reason == reason


async def test_no_word_about_being_closed_unless_it_is_configured(world: World) -> None:
    world.clock.time = EVENING
    await world.change_team("support", hours=Hours(mon=("09:00-17:00",), tue=("09:00-17:00",)))
    await world.write("human please")
    assert world.heard() == []


async def test_the_configured_words_about_being_closed_say_until_when(world: World) -> None:
    world.clock.time = EVENING
    await world.change_team(
        "support",
        hours=Hours(mon=("09:00-17:00",), tue=("09:00-17:00",)),
        out_of_hours="We are closed until {until}.",
    )
    await world.write("human please")
    assert world.heard() == ["We are closed until Tuesday 09:00."]


async def test_no_word_about_being_closed_while_open(world: World) -> None:
    world.clock.time = EVENING.replace(hour=10)
    await world.change_team(
        "support", hours=Hours(mon=("09:00-17:00",)), out_of_hours="We are closed."
    )
    await world.write("human please")
    assert world.heard() == []


async def test_a_file_that_cannot_be_passed_on_is_named_to_whoever_sent_it(world: World) -> None:
    film = Attachment(
        name="film.mov", media_type="video/mp4", size=31_457_280, problem="it is larger than 25 MB"
    )
    await world.write("human please", files=(film,))
    assert world.heard() == ["This could not be passed on: “film.mov” (it is larger than 25 MB)."]


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ("name", "You are now talking to Alice."),
        ("team", "You are now talking to the support team."),
        ("anonymous", ""),
    ],
)
async def test_who_they_talk_to_is_said_with_the_first_reply_and_not_on_claim(
    world: World, identity: str, words: str
) -> None:
    await world.change_team("support", identity=identity)
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    assert world.heard() == []
    await world.run("alice", "/reply 1 Hello.")
    await world.run("alice", "/reply 1 How are you?")
    assert world.heard() == ["Hello.", "How are you?"]
    assert intro(world) == [words, ""]
    film = Attachment(name="film.mov", media_type="video/mp4", size=9, problem="it is too large")
    await world.write("Look at this", files=(film,))
    await world.run("alice", "/reply 1 Thank you.")
    assert intro(world) == [words, "", "", ""], "what Baton says in between changes nobody"


async def test_a_name_that_is_not_to_be_known_stays_unknown(world: World) -> None:
    await world.change_team("support", identity="anonymous")
    await world.write("human please")
    await world.run("alice", "/reply 1 Hello.")
    [post] = [one.content for one in world.outlet.posts if one.place.channel == "dm:carol"]
    assert "Alice" not in repr(post)


async def test_warning_and_closing_line_only_after_a_human_has_replied(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/ticket claim 1")
    await world.passes(timedelta(days=10))
    assert world.heard() == []


async def test_after_the_close_the_agent_says_that_the_human_part_has_ended(world: World) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 Done.")
    await world.run("alice", "/ticket close 1 done")
    await world.write("One more question")
    assert world.heard() == ["Done.", ANSWER]
    assert intro(world)[-1] == "You are talking to the assistant again."
    await world.write("And another")
    assert intro(world)[-1] == ""


async def test_a_channel_without_an_agent_goes_straight_to_people(world: World) -> None:
    def no_agent(tx: Tx) -> None:
        desk = tx.desk.get()
        channel = Channel(workspace="console", channel="dm", agent=False, team="support")
        tx.desk.put(replace(desk, channels=(channel,), agent=Agent()))

    await world.store.transact(no_agent)
    await world.write("How do I pay?")
    assert (await world.ticket()).signal == "no agent"
    assert world.heard() == []
    assert world.agent.turns == []


async def test_a_warning_that_waits_is_not_sent_once_the_contact_has_written(
    world: World,
) -> None:
    await world.write("human please")
    await world.run("alice", "/reply 1 Are you there?")
    held = asyncio.Event()

    def offline(action: str, place: object) -> None:
        if not held.is_set() and getattr(place, "channel", "") == "dm:carol":
            raise ConnectionError("the line is down")

    world.outlet.before = offline
    await world.passes(timedelta(hours=21))
    await world.write("Yes, I am")
    held.set()
    await asyncio.sleep(0)
    await world.settle()
    assert "Still there?" not in world.heard()


@pytest.mark.both_databases
async def test_messages_in_quick_succession_are_answered_as_one(world: World) -> None:
    """Once a moment has passed after the last of them; here it passes when it is told to."""
    world.agent.outcome = Answer(text="One answer.")
    world.ahead = -timedelta(hours=1)
    await asyncio.gather(
        *(world.write(text, settle=False) for text in ("Hello", "I have", "a question"))
    )
    turn = await world.store.read(_turn)
    assert turn.due_at - turn.created_at == GATHER
    assert world.agent.turns == []
    world.ahead = timedelta(hours=1)
    world.courier.wake(turn.lane_id)
    await world.settle()
    assert world.heard() == ["One answer."]
    assert [one.text for one in world.agent.turns[-1].messages][:3] == [
        "Hello",
        "I have",
        "a question",
    ]


def _turn(tx: Tx) -> Effect:
    """What waits for the agent."""
    conversation = tx.conversations.get(1)
    found = tx.outbox.next(tx.outbox.lane(LaneKind.AGENT, conversation.id, conversation.place).id)
    assert found is not None
    return found
