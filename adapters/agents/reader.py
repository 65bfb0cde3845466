"""Reads a contact's words without a model: language, mood, and what they say about the help."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.agents.clauses import clauses, says
from adapters.agents.language import language
from adapters.agents.mood import NEGATIVE, sentiment
from adapters.agents.phrasebook import words
from bot.domain.reading import Reading

# A courtesy is short; a longer text that begins and ends with one says something in between.
_LONGEST_PLEASANTRY = 120
QUESTION = ("?", "\N{FULLWIDTH QUESTION MARK}")
_PLEASANT_SIGNS = frozenset(
    "👍👌🙏❤🧡💛💚💙💜♥😀😃😄😁😊🙂☺😉😍🥰😘🤗🤝👏🎉🥳💯✅✔💪🙌🌟⭐😎🤩😇🫶🫡"
)
_FIRST_SIGN = 0x2190  # the arrows, where Unicode's symbols begin
_VARIANTS = frozenset("\ufe0f\ufe0e🏻🏼🏽🏾🏿♀♂")


class Reader:
    """Deterministic, offline, the same for every contact."""

    def read(self, text: str) -> Reading:
        mood = sentiment(text)
        found = clauses(text)
        return Reading(
            language=language(text),
            sentiment=mood,
            negative=mood is not None and mood <= NEGATIVE,
            asks_for_human=asks_for_human(found),
            dissatisfied=says(found, "dissatisfied"),
            pleasantry=is_pleasantry(text, found),
        )


def asks_for_human(found: Sequence[str]) -> bool:
    """Whether one of the clauses asks for a person, and does not only look like it."""
    return any(says((one,), "asks") and not says((one,), "not_asked") for one in found)


def is_pleasantry(text: str, found: Sequence[str]) -> bool:
    """Whether thanks, praise or a nod is all that the text has."""
    if len(text) > _LONGEST_PLEASANTRY or any(mark in text for mark in QUESTION):
        return False
    signs = {letter for letter in text if _is_sign(letter)}
    if not signs <= _PLEASANT_SIGNS:
        return False
    said = {word for clause in found for word in clause.split()}
    if not said:
        return bool(signs)
    return bool(said & words("pleasant")) and said <= words("pleasant") | words("around")


def _is_sign(letter: str) -> bool:
    """An emoji or a symbol, as opposed to letters, digits, blanks, punctuation and skin tones."""
    return ord(letter) >= _FIRST_SIGN and not letter.isalnum() and letter not in _VARIANTS
