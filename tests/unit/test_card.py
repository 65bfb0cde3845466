"""What the card of a ticket tells of its summary."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.domain.card import Card, card
from bot.domain.identity import Person
from bot.domain.summary import NOTHING, Point, Summary
from bot.domain.ticket import Ticket

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CAROL = Person(id="console:carol", name="Carol")


def shown(sentiment: str = "", language: str = "", done: str = "") -> Card:
    summary = Summary(
        reason=Point(text="asked"),
        last_action=Point(text=done) if done else None,
        sentiment=sentiment,
        language=language,
        by="offline agent",
        at=NOW,
    )
    ticket = Ticket(
        number=1,
        conversation_id=1,
        team="support",
        reason="asked",
        signal="a person",
        opened_at=NOW,
        restarted_at=NOW,
    )
    return card(ticket, contact=CAROL, origin="Console", who="Unclaimed", summary=summary)


@pytest.mark.parametrize(
    ("sentiment", "mood"),
    [("negative", "unhappy"), ("positive", "happy"), ("neutral", ""), ("", "")],
)
def test_a_mood_is_said_as_people_say_it_and_only_when_it_says_something(
    sentiment: str, mood: str
) -> None:
    assert shown(sentiment=sentiment).mood == mood


@pytest.mark.parametrize(
    ("code", "name"), [("pt", "Portuguese"), ("en", ""), ("", ""), ("sw", "sw")]
)
def test_a_language_is_named_unless_it_is_the_cards_own(code: str, name: str) -> None:
    assert shown(language=code).language == name


def test_an_agent_that_did_nothing_is_said_in_words() -> None:
    assert shown(done=NOTHING).last_action == "The agent had not answered yet."
    assert shown(done="lookup 42").last_action == "lookup 42"
    assert shown().last_action == ""
