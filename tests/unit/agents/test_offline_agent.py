"""The offline agent: answers from its pages, knows when it cannot, and says what it is."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import as_file, files

import pytest

from adapters.agents.knowledge import Knowledge
from adapters.agents.offline_agent import OfflineAgent
from bot.domain.desk import Agent
from bot.domain.message import Attachment, Delivery, Message
from bot.domain.thread import Note
from bot.ports.agent import Answer, Failure, Handover, Outcome
from tests.unit.agents.conversations import NOW, case, conversation, message, turn

SHOES = "> Do you sell shoes?"


@pytest.fixture(scope="module")
def agent() -> OfflineAgent:
    with as_file(files("bot.sample") / "knowledge") as folder:
        return OfflineAgent(Knowledge(folder))


async def played(agent: OfflineAgent, *questions: str) -> list[Outcome]:
    """The outcomes of a conversation in which the contact writes these lines one by one."""
    messages: list[Message] = []
    outcomes = []
    for line in questions:
        messages.append(message(len(messages) + 1, f"> {line}"))
        outcomes.append(await agent.answer(turn(messages)))
        if isinstance(outcomes[-1], Answer):
            messages.append(message(len(messages) + 1, f"< {outcomes[-1].text}"))
    return outcomes


def text(outcome: Outcome) -> str:
    assert isinstance(outcome, Answer)
    return outcome.text


async def test_an_answer_is_in_the_words_of_its_source_and_names_it(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "How do I get a refund for my yearly plan?")
    assert "30 days" in text(outcome)
    assert "_Source: refunds.md \u203a Refund of your subscription_" in text(outcome)
    assert isinstance(outcome, Answer)
    assert outcome.sources == ("refunds.md \u203a Refund of your subscription",)


async def test_a_table_is_answered_as_a_list(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "How much does the Studio plan cost?")
    assert "- **Studio**: Monthly: $29" in text(outcome)
    assert "|" not in text(outcome)


async def test_several_messages_in_a_row_are_answered_as_one(agent: OfflineAgent) -> None:
    outcome = await agent.answer(
        turn(conversation("> hi", "> my reminder", "> the client did not get it"))
    )
    assert "reminders.md" in text(outcome)


async def test_a_participant_is_not_asked_for(agent: OfflineAgent) -> None:
    outcome = await agent.answer(turn(conversation("> I forgot my password", "+ what about GDPR?")))
    assert "login.md" in text(outcome)


async def test_a_greeting_is_greeted_by_name(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "Hello there!")
    assert text(outcome).startswith("Hello! I am Lark, an automated assistant.")


async def test_a_greeting_with_a_question_gets_the_answer(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "Hi! Where is my invoice?")
    assert "billing.md" in text(outcome)


async def test_when_nothing_fits_it_says_so_and_offers_a_person(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "Do you sell shoes?")
    assert "could not find" in text(outcome)
    assert "person" in text(outcome)


async def test_the_second_time_in_a_row_it_hands_over(agent: OfflineAgent) -> None:
    _, second = await played(agent, "Do you sell shoes?", "What about boots?")
    assert second == Handover(reason="Twice in a row the agent knew no answer.")


async def test_an_answer_in_between_begins_the_count_anew(agent: OfflineAgent) -> None:
    outcomes = await played(agent, "Do you sell shoes?", "I forgot my password", "And boots?")
    assert all(isinstance(one, Answer) for one in outcomes)


async def test_a_yes_to_the_offer_hands_over(agent: OfflineAgent) -> None:
    _, second = await played(agent, "Do you sell shoes?", "yes please")
    assert isinstance(second, Handover)


async def test_a_no_to_the_offer_does_not(agent: OfflineAgent) -> None:
    _, second = await played(agent, "Do you sell shoes?", "no, not now")
    assert isinstance(second, Answer)


async def test_a_yes_without_an_offer_is_not_taken_for_one(agent: OfflineAgent) -> None:
    _, second = await played(agent, "I forgot my password", "ok thanks")
    assert text(second).startswith("You are welcome")


async def test_the_same_question_again_is_not_answered_with_the_same_words(
    agent: OfflineAgent,
) -> None:
    first, second, third = await played(
        agent, "Why was I charged twice?", "I was charged twice!", "charged twice I was"
    )
    assert text(first) != text(second)
    assert isinstance(third, Handover)


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Quanto custa um barco a remo em Lisboa?", "Não encontrei"),
        ("¿Cuánto cuesta una barca de remos en Lisboa?", "No he encontrado"),
        ("Was kostet ein Ruderboot auf dem See?", "nichts gefunden"),
        ("Combien coûte une barque sur le lac ?", "rien trouvé"),
        ("Quanto costa una barca a remi sul lago?", "Non ho trovato"),
        ("Hoeveel kost een roeiboot op het meer?", "niets over gevonden"),
        ("Obrigado!", "De nada"),
        ("hola", "¡Hola!"),
    ],
)
async def test_it_speaks_the_contacts_language(
    agent: OfflineAgent, line: str, language: str
) -> None:
    (outcome,) = await played(agent, line)
    assert language in text(outcome)


async def test_an_unknown_language_is_answered_in_the_desks_first(agent: OfflineAgent) -> None:
    persona = Agent(name="Lark", languages=("pt", "en"))
    outcome = await agent.answer(turn(conversation("> 12345"), persona))
    assert "Não encontrei" in text(outcome)


async def test_it_says_what_it_is(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "are you a real person?")
    assert "automated assistant" in text(outcome)


async def test_it_says_what_it_can_do(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "What can you do?")
    assert "billing and invoices" in text(outcome)


async def test_a_file_without_words_is_not_guessed_at(agent: OfflineAgent) -> None:
    photo = Attachment(name="a.png", media_type="image/png", size=10)
    (only,) = conversation("> ")
    outcome = await agent.answer(turn([replace(only, attachments=(photo,))]))
    assert "files" in text(outcome)


async def test_an_explicit_wish_for_a_human_is_handed_over(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "let me talk to a human")
    assert outcome == Handover(reason="The contact asks for a human.")


async def test_what_goes_wrong_is_a_failure_with_a_sentence_for_the_team(
    agent: OfflineAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(agent._knowledge, "search", broken)
    assert isinstance((await played(agent, "my invoice"))[0], Failure)
    assert await agent.suggest(case(conversation("> my invoice"))) == ""


async def test_a_draft_answers_the_last_question_without_naming_a_source(
    agent: OfflineAgent,
) -> None:
    said = conversation("> my invoice?", "= Sent.", "> And how do I reset my password?", "> thanks")
    draft = await agent.suggest(case(said))
    assert "Forgot password?" in draft
    assert "Source" not in draft


async def test_a_draft_follows_a_note_where_the_question_alone_finds_nothing(
    agent: OfflineAgent,
) -> None:
    note = Note(
        conversation_id=1, author_id="a", author_name="A", text="They mean the waiting list", at=NOW
    )
    said = replace(case(conversation(SHOES)), notes=(note,))
    assert "waiting list" in await agent.suggest(said)


async def test_there_is_no_draft_where_nothing_fits(agent: OfflineAgent) -> None:
    assert await agent.suggest(case(conversation(SHOES))) == ""


async def test_an_answer_that_was_withheld_does_not_count(agent: OfflineAgent) -> None:
    (outcome,) = await played(agent, "Do you sell shoes?")
    withheld = replace(message(2, f"< {text(outcome)}"), delivery=Delivery.WITHHELD)
    again = await agent.answer(turn([message(1, SHOES), withheld, message(3, "> and boots?")]))
    assert isinstance(again, Answer)
