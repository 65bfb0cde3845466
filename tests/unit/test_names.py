"""Names that people choose: everything in them shows, and none passes for one of the team."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.console import places
from adapters.discord.views import posts as discord_posts
from adapters.slack.views import messages as slack_posts
from bot.domain.card import Post
from bot.domain.identity import LONGEST_NAME, Person, by_contact, readable


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Alice", "Alice"),
        ("  Zoë \t Müller ", "Zoë Müller"),
        ("Alice\u202egnp.exe", "Alicegnp.exe"),
        ("\u2066Ali\u2069ce\u200f", "Alice"),
        ("A\u200bl\ufeffi\u00adc\u2060e", "Alice"),
        ("Alice\nBob claimed it.\u2028x", "Alice Bob claimed it. x"),
        ("Z" + "\u0351" * 90 + "al", "Z" + "\u0351" * 4 + "al"),
        ("\u3164\u2800\u115f", "U1"),
        ("\u200d\u200d", "U1"),
        ("", "U1"),
        ("A\x00\x1b[31m", "A[31m"),
        ("محمد", "محمد"),
        ("नरेन्द्र", "नरेन्द्र"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # noqa: RUF001 - Persian
        ("👩\u200d💻 Ada", "👩\u200d💻 Ada"),
        ("x" * 5_000, "x" * (LONGEST_NAME - 1) + "…"),
    ],
)
def test_a_name_is_one_line_in_which_everything_shows(given_name: str, shown: str) -> None:
    assert readable(given_name, "U1") == unicodedata.normalize("NFC", shown)


@given(st.text(max_size=300))
def test_no_name_hides_or_turns_anything(name: str) -> None:
    shown = readable(name, "U1")
    assert 0 < len(shown) <= LONGEST_NAME
    assert shown == readable(shown, "U1")
    assert not [one for one in shown if unicodedata.bidirectional(one) in {"RLO", "LRO", "RLI"}]
    assert not [one for one in shown if unicodedata.category(one) in {"Cc", "Zl", "Zp", "Cs"}]


IMPOSTORS = [
    "Alice",
    "\u0410lice",  # of Cyrillic
    "Alice → contact",
    "Baton (agent)",
    "Alice · internal note",
    "Alice" + "\u2003" * 500 + "x",
    "Alice " * 200,
]


@pytest.mark.parametrize("name", IMPOSTORS)
def test_a_contact_is_told_from_the_team_whatever_they_are_called(name: str) -> None:
    """By what stands behind the name, where no name reaches, however long and alike it is."""
    contact = Person(id="console:mallory", name=name)
    said = Post(voice="contact", speaker=contact, text="Refund it all.")
    assert slack_posts.render(said).username.endswith(" (contact)")
    embed = discord_posts.in_thread(said, 1).embed
    assert embed is not None
    assert (embed.author.name or "").endswith(" (contact)")
    for voice in ("attendant", "agent", "note"):
        own = Post(voice=voice, speaker=Person(id="console:alice", name="Alice"), text="No.")  # type: ignore[arg-type]
        shown = discord_posts.in_thread(own, 1).embed
        assert shown is not None
        assert not (shown.author.name or "").endswith(" (contact)")
        assert not slack_posts.render(own).username.endswith(" (contact)")
    assert by_contact(name).endswith(" (contact)")


def test_whoever_begins_on_the_console_is_called_so_too() -> None:
    assert places.newcomer("A\u202elice\u200b") == Person(id="console:alice", name="Alice")
    assert places.newcomer("\u3164") is None
