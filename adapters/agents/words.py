"""Text as the word stems that a search compares, for every language a stemmer exists for."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import Any

from adapters.agents.phrasebook import words

# ISO 639-1 → the Snowball algorithm; the same English words name the lists of stop words.
SNOWBALL = {
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
_APOSTROPHE = "\u2019"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
# Scripts written without spaces are searched by pairs of characters, the usual makeshift.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+")
# What is asked is in here; what follows in a huge message only costs time.
_ENOUGH = 4_000


def stems(text: str, language: str) -> list[str]:
    """The content words of a text, stemmed and without accents. Order and repetition are kept."""
    text = unicodedata.normalize("NFKC", text[:_ENOUGH]).casefold().replace(_APOSTROPHE, "'")
    stop = stop_words(language)
    spaced = [word for word in _WORD.findall(_UNSPACED.sub(" ", text)) if word not in stop]
    stemmer = _stemmer(language)
    found = stemmer.stemWords(spaced) if stemmer else spaced
    return [_plain(word) for word in found] + _pairs(text)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Words that tell nothing about what a text is about."""
    from bm25s import stopwords  # noqa: PLC0415 - numpy comes with it: loaded on first use

    name = "en_plus" if language == "en" else SNOWBALL.get(language, "")
    return frozenset(getattr(stopwords, f"STOPWORDS_{name.upper()}", ()))


@cache
def chatter(language: str) -> frozenset[str]:
    """The stems of courtesies and of words like “want” and “know” that go with any question."""
    return frozenset(stems(" ".join(words("chatter", language)), language))


@cache
def _stemmer(language: str) -> Any:
    import Stemmer  # noqa: PLC0415 - see above

    return Stemmer.Stemmer(SNOWBALL[language]) if language in SNOWBALL else None


def _plain(word: str) -> str:
    """Without accents, which people leave out when they type fast."""
    split = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def _pairs(text: str) -> list[str]:
    runs = _UNSPACED.findall(text)
    return [one + two for run in runs for one, two in pairwise(run)] + [
        run for run in runs if len(run) == 1
    ]
