"""The extract that an attendant reads before claiming."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.agents.actions import as_message, last_action
from adapters.agents.summarizing import summary, topics
from bot.domain.message import Delivery
from tests.unit.agents.conversations import NOW, case, conversation

ANSWER = "Open **Settings**.\n\n_Source: billing.md \u203a Invoices_"


def test_the_reason_cites_the_message_that_asked_for_a_human() -> None:
    made = summary(
        case(conversation("> My card fails", "> a human please", "> hello?")), by="x", now=NOW
    )
    assert (made.reason.text, made.reason.cites) == ("The contact asks for a human.", (2,))


def test_the_matter_is_quoted_from_the_opening_and_courtesies_are_not() -> None:
    messages = conversation("> Hello!", "< Hello!", "> I was charged twice this month.", "> thanks")
    (point,) = topics(messages)
    assert point.text == "“I was charged twice this month.”"
    assert point.cites == (3,)


def test_a_later_matter_is_a_topic_of_its_own() -> None:
    messages = conversation(
        "> My calendar stopped syncing", "< …", "> Also I need last month's invoice"
    )
    assert [point.cites for point in topics(messages)] == [(1,), (3,)]


def test_a_link_in_the_matter_is_told_by_its_name() -> None:
    said = "> See [my invoice of May](https://x.example/a?b=1&c=2) and https://y.example/z now"
    (point,) = topics(conversation(said))
    assert point.text == "“See my invoice of May and now”"


def test_a_question_repeated_is_one_topic() -> None:
    messages = conversation("> Where is my last invoice?", "< …", "> where is my LAST invoice")
    assert len(topics(messages)) == 1


@pytest.mark.parametrize(
    "line",
    [
        "> I want to talk to a human, please.",
        "> Hello! Ich möchte mit einem Menschen sprechen, bitte.",
        "> Quero falar com um atendente, por favor.",
        "> Je veux parler à un humain, s'il vous plaît.",
    ],
)
def test_a_wish_for_a_human_is_no_topic_however_polite(line: str) -> None:
    assert topics(conversation(line), lambda _: "Billing") == ()
    assert len(topics(conversation(line, "> My invoice of May is wrong."))) == 1


def test_a_wish_for_a_human_beside_the_matter_is_no_topic_either() -> None:
    later = "> It still shows the wrong hours. I want to talk to a person."
    messages = conversation("> How do I connect my calendar?", "< …", later)
    assert [point.cites for point in topics(messages)] == [(1,)]


def test_the_last_action_names_the_source_it_answered_from() -> None:
    point = last_action(conversation("> My invoice?", f"< {ANSWER}"))
    assert point.text == "The agent answered from billing.md \u203a Invoices: “Open **Settings**.”"
    assert point.cites == (2,)


def test_a_tool_call_is_the_last_action_whatever_was_said_after_it() -> None:
    call = as_message("cancel_booking", '{"user_id": "u1", "booking_id": "B7"}')
    point = last_action(conversation("> Cancel it", f"< {call}", "< I cancelled it."))
    assert (point.text, point.cites) == ("cancel_booking B7", (2,))


def test_thinking_is_no_action() -> None:
    messages = conversation(
        "> Hi", f"< {as_message('find_booking')}", f"< {as_message('think', '{}')}"
    )
    assert last_action(messages).text == "find_booking"


@pytest.mark.parametrize("lines", [(), ("> My invoice?",)])
def test_without_a_word_of_the_agent_the_last_action_is_none(lines: tuple[str, ...]) -> None:
    assert last_action(conversation(*lines)).text == "none"


def test_an_answer_that_never_reached_the_contact_is_no_action() -> None:
    question, answer = conversation("> My invoice?", f"< {ANSWER}")
    withheld = replace(answer, delivery=Delivery.WITHHELD)
    assert last_action((question, withheld)).text == "none"


def test_an_attendants_words_are_not_the_agents() -> None:
    assert last_action(conversation("> My invoice?", "= I will look.")).text == "none"


@pytest.mark.parametrize(
    ("line", "mood"),
    [
        ("> Este es el peor servicio que he visto en mi vida, estoy furioso", ""),
        ("> This is the worst service ever, I am furious", "negative"),
        ("> Where can I download an invoice?", "neutral"),
    ],
)
def test_a_mood_that_cannot_be_judged_is_left_out(line: str, mood: str) -> None:
    assert summary(case(conversation(line)), by="", now=NOW).sentiment == mood
