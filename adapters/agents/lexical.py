"""Passages found by the words they share with a question (BM25), with a score that can say no."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from adapters.agents.language import likely_language
from adapters.agents.passages import Passage
from adapters.agents.words import SNOWBALL, stems

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
        from bm25s import BM25  # noqa: PLC0415 - numpy comes with it: loaded on first use

        self._language = language
        self._passages = passages
        texts = [_indexed(passage, language) for passage in passages]
        self._counts = Counter(word for text in texts for word in set(text))
        self._model: Any = BM25()
        self._model.index(texts, show_progress=False)
        self._sources: dict[str, list[int]] = defaultdict(list)
        for number, passage in enumerate(passages):
            self._sources[passage.source].append(number)

    def search(self, query: str, limit: int) -> list[Hit]:
        words = stems(query, self._language)
        known = [word for word in words if word in self._counts]
        if not known:
            return []
        scores = self._model.get_scores(known).tolist()
        ranked = sorted(
            ((self._evidence(scores, numbers), numbers) for numbers in self._sources.values()),
            key=lambda one: one[0],
            reverse=True,
        )[:limit]
        share = self._weight(known) / self._weight(words)
        return [
            self._hit(evidence, numbers, scores, share)
            for evidence, numbers in ranked
            if evidence > 0
        ]

    def _evidence(self, scores: Sequence[float], numbers: Sequence[int]) -> float:
        best = sorted((scores[number] for number in numbers), reverse=True)[: len(_WEIGHTS)]
        weights = _WEIGHTS[: len(best)]
        return sum(map(float.__mul__, best, weights)) / sum(weights)

    def _hit(
        self, evidence: float, numbers: Sequence[int], scores: Sequence[float], share: float
    ) -> Hit:
        """A question fits as far as it is made of known words and a source answers to them."""
        raw = share * evidence / (evidence + _HALF_CONVINCING * self._rarity(0))
        best = max(numbers, key=lambda number: scores[number])
        return Hit(passage=self._passages[best], fit=raw / (raw + _BORDERLINE))

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._rarity(self._counts[word]) for word in words)

    def _rarity(self, count: int) -> float:
        """BM25's inverse document frequency, also for words that no passage has."""
        return math.log(1 + (len(self._passages) - count + 0.5) / (count + 0.5))


def _indexed(passage: Passage, language: str) -> list[str]:
    return stems(" ".join(passage.headings), language) * _HEADING_WEIGHT + stems(
        passage.text, language
    )
