"""What a contact's text says about its writer, as far as it can be told without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A rephrased question shares most of its content words with the first.
_SAME_QUESTION = 0.6
_SHORTEST_WORD = 3
# So many words, however short, are a question; "yes please" may be said twice.
_SHORTEST_QUESTION = 3
# Thai, Japanese and Chinese are written without blanks: pairs of letters stand for their words.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`language` is an ISO 639-1 code or None when unsure. `sentiment` runs from -1 to 1;
    None means that the language cannot be judged, which is not the same as neutral. `negative` is
    the judgement at the reader's own threshold.
    """

    language: str | None = None
    sentiment: float | None = None
    negative: bool = False
    asks_for_human: bool = False
    dissatisfied: bool = False
    pleasantry: bool = False


def repeats(text: str, earlier: tuple[str, ...]) -> bool:
    """Whether a question was asked before, in these or nearly these words."""
    every, words = _words(text), _content(text)
    if len(every) >= _SHORTEST_QUESTION and any(_words(one) == every for one in earlier):
        return True
    return len(words) > 1 and any(_overlap(words, _content(one)) for one in earlier)


def falls(sentiments: tuple[float | None, ...]) -> bool:
    """Whether the mood sinks: three known messages in a row, each worse, the last below zero."""
    known = [score for score in sentiments if score is not None][-3:]
    return len(known) == 3 and known[0] > known[1] > known[2] < 0  # noqa: PLR2004 - three messages


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _content(text: str) -> frozenset[str]:
    pairs = (run[at : at + 2] for run in _UNSPACED.findall(text) for at in range(len(run) - 1))
    spaced = _words(_UNSPACED.sub(" ", text))
    return frozenset((*pairs, *(word for word in spaced if len(word) > _SHORTEST_WORD)))


def _overlap(one: frozenset[str], two: frozenset[str]) -> bool:
    return bool(two) and len(one & two) / len(one | two) >= _SAME_QUESTION
