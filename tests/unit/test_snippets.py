"""Canned answers: what may stand in them, and what comes out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.desk import Desk, Snippet
from bot.domain.desk_check import problems as desk_problems
from bot.domain.snippets import KNOWN, filled, find, missing, problems


def snippet(text: str, name: str = "hello") -> Snippet:
    return Snippet(name=name, text=text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear {contct}", "{contct} is no placeholder; there are {contact}"),
        ("{}", "{} is no placeholder"),
        ("{a {contact}}", "a { stands alone"),
        ("Half {contact", "a { stands alone; write {{"),
        ("Half contact}", "a } stands alone; write }}"),
        ("{?}", "{?} cannot be asked"),
        ("{?ticket}", "{?ticket} cannot be asked"),
        ("{?a}{?b}{?c}{?d}{?e}", "asks for more than 4"),
        ("  ", "it says nothing"),
    ],
)
def test_a_desk_with_a_bad_snippet_is_refused(text: str, said: str) -> None:
    found = desk_problems(Desk(snippets=(snippet(text),)))
    assert any(said in one for one in found), found


@pytest.mark.parametrize("name", ["", "Two Words", "UPPER", "x" * 41, "a|b"])
def test_a_name_is_one_short_word(name: str) -> None:
    assert any("name" in one for one in problems(snippet("Hi", name)))


def test_what_baton_knows_is_filled_in_and_the_rest_is_asked() -> None:
    one = snippet("Dear {contact}, order {?Order Number} of {{you}}: {topic}")
    assert list(problems(one)) == []
    facts = {"contact": "Carol", "topic": ""}
    assert missing(one, facts) == {"order_number": "Order Number", "topic": "topic"}
    whole = {**facts, "order_number": " 12 ", "topic": "late {contact}"}
    assert missing(one, whole) == {}
    assert filled(one, whole) == "Dear Carol, order 12 of {you}: late {contact}"


@given(st.text(alphabet=st.sampled_from("ab{}?| ")))
def test_any_text_that_is_saved_can_be_filled(text: str) -> None:
    one = snippet(text)
    if not list(problems(one)):
        facts = dict.fromkeys(missing(one, {}), "x")
        assert filled(one, facts | dict.fromkeys(KNOWN, "y")) is not None


def test_a_snippet_is_found_by_its_name_and_by_words_of_its_text() -> None:
    known = (snippet("We refund within a week", "refund"), snippet("No refund", "refund-late"))
    assert find(known, "REFUND") == known[:1], "the exact name wins"
    assert find(known, "refund no") == known[1:]
    assert find(known, "week") == known[:1]
    assert find(known, "unicorn") == ()
    assert find(known, "") == known
