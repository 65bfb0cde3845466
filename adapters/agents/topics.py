"""Which of some named topics a conversation is about, by the words of the names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from adapters.agents.language import likely_language
from adapters.agents.transcript import by
from adapters.agents.words import SNOWBALL, stems
from bot.domain.message import Author, Message

# The agent repeats what it has understood, so its words count too, though less.
_VOICES = {Author.CONTACT: 1.0, Author.AGENT: 0.5}
# What a conversation is about is said early.
_FADING = 0.9


def rank(messages: Sequence[Message], names: Iterable[str]) -> list[tuple[str, float]]:
    """The names with a score from 0 to 1, best first: how much of a name was said, how often."""
    spoken = by(messages, *_VOICES)
    language = _language(spoken)
    presence = _presence(spoken, language)
    words = {name: set(stems(name.replace("_", " "), language)) for name in names}
    counts = Counter(word for found in words.values() for word in found)
    rarity = {word: math.log(1 + len(words) / count) for word, count in counts.items()}
    scores = ((name, _score(found, presence, rarity)) for name, found in words.items())
    return sorted(scores, key=lambda one: (-one[1], one[0]))


def _score(words: set[str], presence: Counter[str], rarity: dict[str, float]) -> float:
    """The share of a name's words that was said, rare words counting more, each one saturating."""
    total = sum(rarity[word] for word in words)
    said = sum(rarity[word] * presence[word] / (presence[word] + 1) for word in words)
    return said / total if total else 0.0


def _presence(spoken: Sequence[Message], language: str) -> Counter[str]:
    """How often each word was said, in how weighty a place."""
    presence: Counter[str] = Counter()
    for place, message in enumerate(spoken):
        weight = _VOICES[message.author] * _FADING**place
        for word in set(stems(message.text, language)):
            presence[word] += weight  # type: ignore[assignment]  # a Counter may hold any number
    return presence


def _language(spoken: Sequence[Message]) -> str:
    found = likely_language(" ".join(message.text for message in spoken))
    return found if found in SNOWBALL else "en"
