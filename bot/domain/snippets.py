"""Canned answers: texts with placeholders that are filled in when one is used.

`{contact}` and its like are known to Baton; `{?order number}` is asked from whoever uses it; braces
that mean themselves are doubled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.domain.desk import Snippet

# What Baton can fill in. None of it tells a contact what only the team knows.
KNOWN: Mapping[str, str] = {
    "contact": "the contact's name",
    "attendant": "your own name",
    "team": "the ticket's team",
    "ticket": "its number, like #42",
    "agent": "what the AI agent is called",
    "topic": "the first topic of the summary",
    "today": "today's date",
    "opened": "the day on which the ticket was opened",
}
LONGEST_NAME = 40
# Discord: a form has five fields, and one is kept for the text.
MOST_ASKED = 4
_HOLE = re.compile(r"\{\{|\}\}|\{(\??)([^{}]*)\}|[{}]")
_NAME = re.compile(r"[a-z0-9][\w-]*")
_FIELD = re.compile(r"[^\w]+")
_TAKEN = {"ticket", "snippet", "text", "collision", "files"}


def problems(snippet: Snippet) -> Iterator[str]:
    """What is wrong with a snippet, in words for an admin."""
    if not _NAME.fullmatch(snippet.name) or len(snippet.name) > LONGEST_NAME:
        yield f"a name is one word of at most {LONGEST_NAME} small letters, like refund-policy"
    if not snippet.text.strip():
        yield "it says nothing"
    for match in _HOLE.finditer(snippet.text):
        if match[0] in {"{", "}"}:
            yield f"a {match[0]} stands alone; write {match[0] * 2} for one that means itself"
        elif match[2] is not None and not match[1] and match[2].strip() not in KNOWN:
            known = ", ".join(f"{{{name}}}" for name in KNOWN)
            yield f"{match[0]} is no placeholder; there are {known}, and {{?anything}} to be asked"
        elif match[1] and field(match[2]) in {"", *_TAKEN}:
            yield f"{match[0]} cannot be asked; use another word"
    if len(_asked(snippet.text)) > MOST_ASKED:
        yield f"it asks for more than {MOST_ASKED} things"


def field(words: str) -> str:
    """The name under which a value is asked: `order number` → `order_number`."""
    return _FIELD.sub("_", words.strip().lower()).strip("_")[:LONGEST_NAME]


def missing(snippet: Snippet, facts: Mapping[str, str]) -> dict[str, str]:
    """What is still to be asked: how it is called in the text, by its field."""
    holes = [match for match in _HOLE.finditer(snippet.text) if match[2] is not None]
    wanted = {field(match[2]): match[2].strip() for match in holes}
    return {name: words for name, words in wanted.items() if not facts.get(name, "").strip()}


def filled(snippet: Snippet, facts: Mapping[str, str]) -> str:
    """The text with its placeholders filled in. Every value has to be there."""

    def value(match: re.Match[str]) -> str:
        if match[2] is None:
            return match[0][0]
        return facts[field(match[2])].strip()

    return _HOLE.sub(value, snippet.text).strip()


def find(snippets: Sequence[Snippet], typed: str) -> tuple[Snippet, ...]:
    """The one of that name; else all that have every word in their name or text."""
    wanted = typed.strip().casefold()
    exact = tuple(one for one in snippets if one.name == wanted)
    words = wanted.split()
    return exact or tuple(
        one
        for one in snippets
        if all(word in f"{one.name} {one.text}".casefold() for word in words)
    )


def _asked(text: str) -> set[str]:
    return {field(match[2]) for match in _HOLE.finditer(text) if match[1]}
