"""Passages found by the words they share with a question (BM25), with a score that can say no."""

from __future__ import annotations

import heapq
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from adapters.agents.language import likely_language
from adapters.agents.passages import Passage
from adapters.agents.words import SNOWBALL, chatter, stems

# What a source's best passages count for: several that fit say more than one alone.
_WEIGHTS = (1.0, 0.7, 0.5, 0.35, 0.25)
# A heading says what its passage is about, so its words count more than once.
_HEADING_WEIGHT = 3
# The evidence at which a question whose words are all known is half convincing, in units of the
# rarest word's weight; and the raw score that separates what fits from what does not.
_HALF_CONVINCING = 0.5
_BORDERLINE = 0.2


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage and how well it fits: from 0 to 1, half of it being the border."""

    passage: Passage
    fit: float

    @property
    def fits(self) -> bool:
        return self.fit >= 0.5  # noqa: PLR2004 - by definition


class LexicalIndex:
    """Searches the passages of every language with that language's stemmer."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        groups: dict[str, list[Passage]] = defaultdict(list)
        for language, group in _by_language(passages):
            groups[language] += group
        self.size = len(passages)
        self._shelves = [_Shelf(language, group) for language, group in sorted(groups.items())]

    def search(self, query: str, limit: int = 3) -> tuple[Hit, ...]:
        """The passages that fit best, one of each source, best first; never one without a fit."""
        hits = [hit for shelf in self._shelves for hit in shelf.search(query, limit)]
        return tuple(sorted(hits, key=attrgetter("fit"), reverse=True)[:limit])


def _by_language(passages: Sequence[Passage]) -> Iterable[tuple[str, list[Passage]]]:
    """The passages page by page, since one alone is often too short to tell its language."""
    pages: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        pages[passage.page].append(passage)
    for page in pages.values():
        found = likely_language(" ".join(passage.text for passage in page))
        yield (found if found in SNOWBALL else "en"), page


class _Shelf:
    """The passages of one language."""

    def __init__(self, language: str, passages: Sequence[Passage]) -> None:
        self._language = language
        self._passages = passages
        texts = [_indexed(passage, language) for passage in passages]
        self._counts = Counter(word for text in texts for word in set(text))
        self._model = _bm25()
        self._model.index(texts, show_progress=False)
        self._sources: dict[str, list[int]] = defaultdict(list)
        for number, passage in enumerate(passages):
            self._sources[passage.source].append(number)

    def search(self, query: str, limit: int) -> list[Hit]:
        words = stems(query, self._language)
        known = [word for word in words if word in self._counts]
        if not known:
            return []
        share = self._weight(known) / self._weight(self._telling(words))
        scores: list[float] = self._model.get_scores(known).tolist()
        hits = (self._hit(numbers, scores, share) for numbers in self._sources.values())
        return heapq.nlargest(limit, (hit for hit in hits if hit.fit), key=attrgetter("fit"))

    def _telling(self, words: Iterable[str]) -> list[str]:
        """Without the idle words that no passage has: that those are unknown says nothing."""
        idle = chatter(self._language)
        return [word for word in words if word in self._counts or word not in idle]

    def _hit(self, numbers: Sequence[int], scores: Sequence[float], share: float) -> Hit:
        """A question fits as far as it is made of known words and a source answers to them."""
        best = sorted(numbers, key=lambda number: scores[number], reverse=True)[: len(_WEIGHTS)]
        evidence = _weighted([scores[number] for number in best])
        raw = share * evidence / (evidence + _HALF_CONVINCING * self._rarity(0))
        return Hit(passage=self._passages[best[0]], fit=raw / (raw + _BORDERLINE))

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity(self._counts[word]) for word in words)

    def _rarity(self, count: int) -> float:
        """BM25's inverse document frequency, also for words that no passage has."""
        return math.log(1 + (len(self._passages) - count + 0.5) / (count + 0.5))


def _weighted(scores: Sequence[float]) -> float:
    weights = _WEIGHTS[: len(scores)]
    return sum(weight * score for weight, score in zip(weights, scores, strict=True)) / sum(weights)


def _bm25() -> Any:
    # On first use, since numpy comes with it. It sets itself to log every step.
    from bm25s import BM25  # noqa: PLC0415

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return BM25()


def _indexed(passage: Passage, language: str) -> list[str]:
    return stems(" ".join(passage.headings), language) * _HEADING_WEIGHT + stems(
        passage.text, language
    )
