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
    return text


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    analyzer = SentimentIntensityAnalyzer()
    lexicon = _lexicon()
    for word in lexicon["neutral"].split():
        analyzer.lexicon.pop(word, None)
    for valence, words in lexicon["words"].items():
        analyzer.lexicon.update(dict.fromkeys(words.split(), float(valence)))
    return analyzer


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = _lexicon()["phrases"].items()
    return tuple((word, re.compile(phrase, re.IGNORECASE)) for word, phrase in found)


@cache
def _lexicon() -> dict[str, Any]:
    file = files("adapters.agents") / "lexicon.toml"
    return tomllib.loads(file.read_text("utf-8"))
