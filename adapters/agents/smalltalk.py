"""The part of a conversation that isn't a question: greetings, thanks, who is there."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.agents.clauses import clauses, says
from adapters.agents.language import language
from adapters.agents.phrasebook import DEFAULT, Sayings, books, sayings, telling, words
from adapters.agents.reader import is_pleasantry
from bot.domain.desk import Agent

_MOST_TOPICS = 8


def speech(text: str, languages: Sequence[str]) -> Sayings:
    """The words to use: in the contact's language where it is known, else in the desk's first."""
    told = (telling().get(word) for clause in clauses(text) for word in clause.split())
    found = (language(text), *told, *languages, DEFAULT)
    return next(sayings(code) for code in found if code in books())


def only_courtesy(text: str) -> bool:
    """Whether there is nothing in a text that the knowledge could answer."""
    found = clauses(text)
    return is_pleasantry(text, found) or all(
        _greets(one) or says((one,), "who") or says((one,), "ability") for one in found
    )


def courtesy(text: str, spoken: Sayings, persona: Agent, topics: Sequence[str]) -> str:
    """What to say to a text that only keeps up the conversation; empty where it does more."""
    found = clauses(text)
    if says(found, "who"):
        return spoken.who.format(name=persona.name)
    if topics and says(found, "ability"):
        return spoken.ability.format(topics=", ".join(topics[:_MOST_TOPICS]).lower())
    if is_pleasantry(text, found):
        return spoken.thanks
    return spoken.greeting.format(name=persona.name) if found and all(map(_greets, found)) else ""


def agrees(text: str) -> bool:
    """Whether the contact takes up what was offered."""
    return says(clauses(text)[:1], "yes")


def declines(text: str) -> bool:
    """Whether the contact does not take up what was offered."""
    return says(clauses(text)[:1], "no")


def _greets(clause: str) -> bool:
    first, *others = clause.split()
    return first in words("greets") and set(others) <= words("greeting")
