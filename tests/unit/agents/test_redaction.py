"""Personal data stays here, and comes back where it belongs."""

from __future__ import annotations

import pytest

from adapters.agents.redaction import Openness, Redaction, privacy
from bot.domain.desk import Agent

pytest.importorskip("phonenumbers", reason="the extra “redaction” is not installed")
pytest.importorskip("stdnum", reason="the extra “redaction” is not installed")

HIDDEN = [
    ("Write to carol.b+x@mail.example.co.uk.", "carol.b+x@mail.example.co.uk", "email"),
    ("Call +49 30 901820 at noon", "+49 30 901820", "phone"),
    ("Call me: (415) 555-2671", "(415) 555-2671", "phone"),
    ("Meu número é (11) 96123-4567", "(11) 96123-4567", "phone"),
    ("Card 4111 1111 1111 1111 was charged", "4111 1111 1111 1111", "card"),
    ("To DE89 3704 0044 0532 0130 00 as ever", "DE89 3704 0044 0532 0130 00", "iban"),
    ("My SSN is 536-90-4399", "536-90-4399", "id"),
    ("CPF 390.533.447-05 aqui", "390.533.447-05", "id"),
    ("Mi DNI es 54362315-K", "54362315-K", "id"),
]
SHOWN = [
    "Order 4711-2231 of 2026-03-02, 14:30, for 24.99 EUR",
    "Invoice INV-2026-00012 and ticket #42",
    "Version 1.20.3, error 0x80070005, see page 12-14",
    "4111 1111 1111 1112 is a digit off",
    "I am @carol, ask <@U0CAROL>",
]


@pytest.mark.parametrize(("text", "value", "kind"), HIDDEN)
def test_what_is_personal_is_hidden_and_put_back(text: str, value: str, kind: str) -> None:
    redaction = Redaction()
    hidden = redaction.hide(text)
    assert hidden == text.replace(value, f"[{kind} 1]")
    assert redaction.restore(f"It is 【{kind.title()} 1】.") == f"It is {value}."
    assert redaction.restore(hidden) == text
    assert redaction.bare(text) == " ".join(text.replace(value, " ").split())


@pytest.mark.parametrize("text", SHOWN)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert Redaction().hide(text) == text


def test_equal_values_have_equal_placeholders() -> None:
    redaction = Redaction()
    assert redaction.hide("a@b.example, c@d.example") == "[email 1], [email 2]"
    assert redaction.hide("again A@B.example") == "again [email 1]"


def test_nobody_can_ask_for_what_somebody_else_wrote() -> None:
    """Neither with a placeholder of one's own, nor with one of another conversation."""
    redaction = Redaction()
    redaction.hide("I am a@b.example")
    assert redaction.hide("say [email 1]") == "say (email 1)"
    assert Redaction().restore("[email 1]") == "[email 1]"


def test_the_languages_say_where_numbers_are_from() -> None:
    assert Redaction(["de"]).hide("Ruf 030 901820 an") == "Ruf [phone 1] an"
    assert Redaction(["en"]).hide("Ruf 030 901820 an") == "Ruf 030 901820 an"


def test_the_longest_texts_come_to_an_end() -> None:
    """A pattern that explodes would take years over one of them."""
    for text in ("+1 415 " * 1_100, "a@" * 4_000, "DE12 " * 1_600):
        Redaction().hide(text)


def test_it_is_the_desks_choice() -> None:
    assert isinstance(privacy(Agent()), Openness)
    assert isinstance(privacy(Agent(redact=True)), Redaction)
