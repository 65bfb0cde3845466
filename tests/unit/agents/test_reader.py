"""What the reader hears in a contact's words."""

from __future__ import annotations

import pytest

from adapters.agents.reader import Reader

READER = Reader()


@pytest.mark.parametrize(
    "text",
    [
        "Can I talk to a person please?",
        "I'd like to speak with one of your agents",
        "connect me to a human",
        "get me your supervisor",
        "human please!!",
        "I don't want to talk to a bot.",
        "This is useless. Put me through to somebody who can help",
        "is there a real person I can chat with",
        "Quiero hablar con una persona",
        "pásame con un agente por favor",
        "No quiero hablar con un robot",
        "Quero falar com um atendente",
        "me transfere para uma pessoa",
        "atendimento humano",
        "Ich möchte mit einem Menschen sprechen",
        "Kann ich bitte mit jemandem vom Support reden?",
        "Verbinden Sie mich mit einem Mitarbeiter",
        "Je voudrais parler à quelqu'un",
        "Passez-moi un conseiller s'il vous plaît",
        "Vorrei parlare con un operatore",
        "mi passi una persona reale",
        "Ik wil een medewerker spreken",
        "kan ik met een mens praten?",
        "Hola, quiero hablar con a human please",
        "Kann ich mit einem Agent sprechen?",
        "quero falar com um human",
    ],
)
def test_asking_for_a_human_is_heard_in_several_languages(text: str) -> None:
    assert READER.read(text).asks_for_human


@pytest.mark.parametrize(
    "text",
    [
        "How do I contact human resources?",
        "is this a bot-free plan",
        "Are you a human?",
        "am I talking to a bot?",
        "I spoke to an agent yesterday and she was great",
        "Can my clients talk to the studio in the app?",
        "How do I add an agent to my team?",
        "I want to speak Spanish with you",
        "I don't need a human, just the link",
        "Let's talk about my invoice",
        "How do I transfer money to another person?",
        "two persons, one room",
        "¿Eres una persona real?",
        "¿Dónde está el departamento de recursos humanos?",
        "Você é um robô?",
        "Bist du ein Mensch?",
        "Êtes-vous un humain ?",
        "Sei una persona?",
        "Ben je een robot?",
        "",
    ],
)
def test_what_only_sounds_like_it_is_not_asking_for_a_human(text: str) -> None:
    assert not READER.read(text).asks_for_human


@pytest.mark.parametrize(
    "text",
    [
        "That didn't help.",
        "it's still not working",
        "You already said that!",
        "This is not what I asked",
        "same problem as before",
        "No me ayuda",
        "sigue sin funcionar",
        "Isso não ajudou",
        "ainda não funciona",
        "Das hilft mir nicht",
        "Es geht immer noch nicht",
        "Ça ne marche toujours pas",
        "vous l'avez déjà dit",
        "Non funziona",
        "l'hai già detto",
        "Dat helpt niet",
        "het werkt nog steeds niet",
    ],
)
def test_an_answer_that_did_not_help_is_heard(text: str) -> None:
    assert READER.read(text).dissatisfied


@pytest.mark.parametrize(
    "text",
    [
        "How do I cancel?",
        "Thanks, that helped",
        "It works now",
        "What does Solo cost?",
        "hello",
        "",
    ],
)
def test_an_ordinary_message_is_not_a_complaint_about_the_answer(text: str) -> None:
    assert not READER.read(text).dissatisfied


@pytest.mark.parametrize(
    "text",
    [
        "thanks!",
        "Thank you so much for your help :)",
        "👍",
        "👍🏽",
        "❤️🙏",
        "ok great",
        "perfect, thanks a lot",
        "obrigado",
        "Muchas gracias!",
        "Vielen Dank für die schnelle Antwort",
        "merci beaucoup 😊",
        "grazie mille",
        "dank je wel",
    ],
)
def test_thanks_and_a_nod_are_a_pleasantry(text: str) -> None:
    assert READER.read(text).pleasantry


@pytest.mark.parametrize(
    "text",
    [
        "thanks, but it still fails",
        "ok, and what about the invoice",
        "ok?",
        "😡",
        "👎",
        "thanks 😡",
        "great, now my card is gone",
        "no",
        "not great",
        "42",
        "",
        "   ",
        "thanks " * 100,
    ],
)
def test_a_pleasantry_is_all_there_is(text: str) -> None:
    assert not READER.read(text).pleasantry


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How do I change my password?", "en"),
        ("Wie ändere ich mein Passwort?", "de"),
        ("Como altero a minha senha de acesso?", "pt"),
        ("ok", None),
        ("12345", None),
        ("👍", None),
        ("", None),
    ],
)
def test_a_language_is_named_only_where_it_can_be_told(text: str, language: str | None) -> None:
    assert READER.read(text).language == language


@pytest.mark.parametrize(
    "text",
    [
        "Das ist der schlechteste Service, den ich je erlebt habe, ich bin wütend.",
        "Este es el peor servicio que he visto en mi vida, estoy furioso.",
        "C'est le pire service que j'ai jamais vu, je suis vraiment furieux.",
        "これは今までで最悪のサービスです。",
    ],
)
def test_a_mood_in_a_language_that_cannot_be_judged_is_unknown(text: str) -> None:
    """Not neutral, and no reason to hand over."""
    found = READER.read(text)
    assert found.sentiment is None
    assert not found.negative


def test_anger_is_negative_and_praise_is_not() -> None:
    angry = READER.read("This is the worst service ever, I am furious.")
    happy = READER.read("You are wonderful, I love this!")
    assert angry.negative
    assert not happy.negative
    assert angry.sentiment is not None
    assert happy.sentiment is not None
    assert angry.sentiment < 0 < happy.sentiment


@pytest.mark.parametrize(
    ("text", "is_bad"),
    [
        ("I am not happy with this service", True),
        ("It isn't good", True),
        ("I cannot log in and nothing works", True),
        ("You never answered my messages", True),
        ("That is not bad at all", False),
        ("I am not angry with you", False),
        ("There is no problem at all", False),
    ],
)
def test_a_negation_turns_a_word_of_mood_around(text: str, *, is_bad: bool) -> None:
    sentiment = READER.read(text).sentiment
    assert sentiment is not None
    assert (sentiment < 0) is is_bad


def test_a_wish_at_the_end_of_a_huge_message_is_heard() -> None:
    assert READER.read("log line 17 ok\n" * 5_000 + "I want to talk to a human").asks_for_human
