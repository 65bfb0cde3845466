"""How a message sounds, from -1 to 1, by VADER's rules for English with a lexicon for support."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html import unescape
from importlib.resources import files
from typing import Any

from adapters.agents.clauses import excerpt
from adapters.agents.language import likely_language

# At or below this a message counts as negative; docs/quality.md shows what other values would do.
NEGATIVE = -0.4
# A plain question is asked in a calmer mood than its words alone suggest.
_CALM = 0.2
# From this valence on a word is one of mood; VADER looks so many words back for a negation.
_MOODY, _REACH = 1.7, 3
_ALONE, _STOPS = "alone_", ".,!?;:()'\""
_NOT_CALM = re.compile(r"!|\bwhy\b", re.IGNORECASE)
_NOISE = re.compile(r"https?://\S+|<?@\w+>?")
_TAG = re.compile(r"#(\w+)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def sentiment(text: str) -> float | None:
    """None where the language cannot be judged, which is not the same as neutral."""
    spoken = likely_language(text)
    if spoken not in {"en", None}:
        return None
    found = english_sentiment(text)
    return found if found or spoken else None


def english_sentiment(text: str) -> float:
    text = _prepared(text)
    found = float(_vader().polarity_scores(text)["compound"])
    calm = _CALM if "?" in text and not _NOT_CALM.search(text) else 0.0
    return max(-1.0, min(1.0, found + calm))


def _prepared(text: str) -> str:
    """Without addresses and links, hashtags as words, and set phrases as the words they mean."""
    text = _NOISE.sub("", unescape(excerpt(text))).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = _TAG.sub(lambda tag: _HUMP.sub(" ", tag[1]), text)
    for word, phrase in _phrases():
        text = phrase.sub(f" {word} ", text)
    return _negated(text)


def _negated(text: str) -> str:
    """Negations that turn no word of mood around are marked: those speak for themselves.

    VADER sees no negation in a word that its lexicon has, so the lexicon has them marked only.
    """
    words = text.split()
    bare = [word.strip(_STOPS).lower() for word in words]
    lexicon, negations = _vader().lexicon, _negations()
    for at, word in enumerate(bare):
        after = bare[at + 1 : at + 1 + _REACH]
        if word in negations and not any(abs(lexicon.get(one, 0)) >= _MOODY for one in after):
            words[at] = f"{_ALONE}{words[at]}"
    return " ".join(words)


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    analyzer = SentimentIntensityAnalyzer()
    lexicon = _lexicon()
    for word in lexicon["neutral"].split():
        analyzer.lexicon.pop(word, None)
    for valence, words in lexicon["words"].items():
        analyzer.lexicon.update(dict.fromkeys(words.split(), float(valence)))
    for word, valence in _negations().items():
        analyzer.lexicon[f"{_ALONE}{word}"] = valence
    return analyzer


@cache
def _negations() -> dict[str, float]:
    found = _lexicon()["negations"].items()
    return {word: float(valence) for valence, words in found for word in words.split()}


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = _lexicon()["phrases"].items()
    return tuple((word, re.compile(phrase, re.IGNORECASE)) for word, phrase in found)


@cache
def _lexicon() -> dict[str, Any]:
    file = files("adapters.agents") / "lexicon.toml"
    return tomllib.loads(file.read_text("utf-8"))
