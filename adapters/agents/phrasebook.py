"""The phrases of every language that Baton hears and speaks by itself: one TOML file each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

DEFAULT = "en"
_GAP = r"(?:\w+ ){0,4}"
# English words that stand in every language's sentences: “quiero hablar con un agent”.
_BORROWED = r"(?:an? )?(?:real )?(?:humans?|persons?|agents?|representatives?|operators?)\b"
# Other names that a file may define for use in its patterns.
_NAMES = ("people", "human", "bot")

Kind = Literal[
    "asks",
    "not_asked",
    "dissatisfied",
    "rejects",
    "accepts",
    "ends",
    "alternatives",
    "doubts",
    "negates",
    "apologizes",
    "refuses",
    "narrows",
    "confirms",
    "who",
    "ability",
    "wishes",
    "yes",
    "no",
]
Words = Literal["pleasant", "around", "greets", "greeting", "chatter", "telling"]


@dataclass(frozen=True, kw_only=True)
class Sayings:
    """What the offline agent says. `{name}` is its name, `{topics}` a list of what it knows."""

    greeting: str
    thanks: str
    who: str
    ability: str
    nothing: str
    more: str
    file: str
    source: str


@cache
def books() -> dict[str, dict[str, Any]]:
    """The phrases by language, the default one first."""
    folder = files("adapters.agents") / "phrases"
    found = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".toml")
    }
    return {DEFAULT: found[DEFAULT], **found}


@cache
def patterns(kind: Kind) -> tuple[str, ...]:
    """The regular expressions of all languages that have some."""
    return tuple(_filled(one, book) for book in books().values() for one in book.get(kind, ()))


@cache
def words(kind: Words, language: str = "") -> frozenset[str]:
    """The words of one language (none where it has no file), or of all."""
    chosen = books().values() if not language else [books().get(language, {kind: ""})]
    return frozenset(word for book in chosen for word in book[kind].split())


@cache
def telling() -> Mapping[str, str]:
    """Words that tell a language, with its code; a word of several tells the first of them."""
    return {word: code for code in reversed(books()) for word in words("telling", code)}


@cache
def sayings(language: str = DEFAULT) -> Sayings:
    return Sayings(**books()[language]["sayings"])


@cache
def no_answers() -> frozenset[str]:
    """The agent's own words by which it is known later that it had no answer."""
    every = [sayings(code) for code in books()]
    return frozenset(text for one in every for text in (one.nothing, one.more, one.file))


def _filled(pattern: str, book: Mapping[str, Any]) -> str:
    for name in _NAMES:
        own = book.get(name, "")
        if name == "people" and book is not books()[DEFAULT]:
            own = f"(?:{own}|{_BORROWED})"
        pattern = pattern.replace(f"{{{name}}}", own)
    # A definition may use another one, such as the gap.
    return pattern.replace("{gap}", _GAP)
