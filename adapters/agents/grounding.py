"""Whether a statement about a conversation can rest on it, and on which messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.agents.language import likely_language
from adapters.agents.words import stems
from bot.domain.message import Message

# Shorter numbers are counted or ordered with; longer ones name something, and can be looked for.
_NUMBER = re.compile(r"\d(?:[\d.,'\u2019]*\d)?")
_LONGEST_COUNT = 2
# Words that a statement shares with a message it does not cite, for it to be taken for the source.
_SHARED = 2


def citations(text: str, cited: Sequence[int], messages: Sequence[Message]) -> tuple[int, ...]:
    """The ids a statement rests on; empty when it rests on nothing.

    Cited messages that do not exist are left out. Where the cited ones share no word with the
    statement and another does, that one is meant. A number that nobody said makes it void.
    """
    said = _said(messages)
    if not all(any(number in one for one in said) for number in _numbers(text)):
        return ()
    known = {one.id for one in messages}
    cites = tuple(one for one in dict.fromkeys(cited) if one in known)
    shared = _shared(text, messages)
    if any(shared.get(one) for one in cites):
        return cites
    best = max(shared, key=lambda one: shared[one], default=0)
    if shared.get(best, 0) >= (1 if cites else _SHARED):
        return (best,)
    return cites


def _shared(text: str, messages: Sequence[Message]) -> dict[int, int]:
    """How many words each message shares; the last of equals is the newest."""
    words = set(stems(text, "en"))
    english = {one.id: one for one in messages if likely_language(one.text) in {"en", None}}
    return {number: len(words & set(stems(one.text, "en"))) for number, one in english.items()}


def _numbers(text: str) -> set[str]:
    found = {re.sub(r"\D", "", one) for one in _NUMBER.findall(text)}
    return {one for one in found if len(one) > _LONGEST_COUNT}


def _said(messages: Sequence[Message]) -> tuple[str, ...]:
    """The digits of every message, and the years they are from."""
    texts = [one.text for one in messages]
    names = [file.name for one in messages for file in one.attachments]
    years = {str(one.at.year) for one in messages}
    return (*(re.sub(r"\D", "", one) for one in (*texts, *names)), *years)
