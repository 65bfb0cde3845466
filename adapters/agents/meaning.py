"""Passages found by their meaning and their words, or by words alone while meaning is lacking."""

from __future__ import annotations

import heapq
import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Protocol

from adapters.agents.embedding import Vectors
from adapters.agents.lexical import Hit, LexicalIndex
from adapters.agents.model import ModelFault
from adapters.agents.passages import Passage
from bot.domain.errors import CannotRun

log = logging.getLogger(__name__)

# How long a server that failed is left alone, in seconds.
_REST = 30.0
# What a source's best passages count for: one that is near says most of it.
_WEIGHTS = (1.0, 0.3, 0.2)
# Nobody's help pages answer these: how near they come to a page is near by chance.
_FOREIGN = (
    "What will the weather be like tomorrow?",
    "Tell me a joke about penguins.",
    "Who won the world cup in 1998?",
    "How do I bake sourdough bread?",
    "What is the capital of Mongolia?",
    "My cat does not eat any more.",
    "Can you write a poem about autumn?",
    "Which guitar strings are best for beginners?",
    "How far away is the moon?",
    "Wie hoch ist der Mount Everest?",
    "¿Qué película me recomiendas?",
    "Quelle heure est-il à Tokyo ?",
)
# Of the way from there to where the pages' own headings stand, so much is the border.
_BORDER = 0.5
_STEEPNESS = 8.0
# What words add that fit by themselves. Those that do not take nothing away: a page in another
# language than the question has none.
_BY_WORDS = 0.6
_WORDS_FIT = 0.5
_MOST_SAMPLES = 200


class Embedding(Protocol):
    """Rows of unit length. Raise `ModelFault`."""

    name: str

    def query(self, text: str) -> Vectors: ...
    def passages(self, texts: Sequence[str]) -> Vectors: ...


class MeaningIndex:
    """Answers by words until the passages are embedded, and whenever the server fails.

    `patient` waits for the passages, which a bot that has to answer does not.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        words: LexicalIndex,
        embedding: Embedding,
        *,
        patient: bool = False,
    ) -> None:
        self._passages = passages
        self._words = words
        self._embedding = embedding
        self._space: _Space | None = None
        self._lock = threading.Lock()
        self._try_at = float("-inf")
        if passages:
            preparing = self._prepare()
            if patient and preparing:
                preparing.join()

    def search(self, query: str, limit: int = 3) -> tuple[Hit, ...]:
        """The passages that fit best, one of each source, best first."""
        if not query.strip() or not self._passages or time.monotonic() < self._try_at:
            return self._words.search(query, limit)
        if self._space is None:
            self._prepare()
            return self._words.search(query, limit)
        try:
            asked = self._embedding.query(query)
            return self._space.search(asked, _by_words(self._words, query), limit)
        except ModelFault as fault:
            self._failed(fault)
        return self._words.search(query, limit)

    def _prepare(self) -> threading.Thread | None:
        """In a thread of its own: thousands of passages take a while."""
        if not self._lock.acquire(blocking=False):
            return None
        thread = threading.Thread(target=self._embed, name="embeddings", daemon=True)
        thread.start()
        return thread

    def _embed(self) -> None:
        try:
            self._space = _Space(self._passages, self._embedding)
            log.info("knowledge: %d passages embedded", len(self._passages))
        except ModelFault as fault:
            self._failed(fault)
        except Exception:
            log.exception("the passages could not be embedded")
            self._try_at = time.monotonic() + _REST
        finally:
            self._lock.release()

    def _failed(self, fault: ModelFault) -> None:
        self._try_at = time.monotonic() + _REST
        name = self._embedding.name
        log.warning("knowledge is searched by words: the model %s %s", name, fault.reason)


class MeasuredIndex:
    """The same search for an evaluation: figures of a mixture would be those of neither way.

    Raises `CannotRun` where `MeaningIndex` goes by words alone.
    """

    def __init__(
        self, passages: Sequence[Passage], words: LexicalIndex, embedding: Embedding
    ) -> None:
        self._words = words
        self._embedding = embedding
        with self._or_not_at_all():
            self._space = _Space(passages, embedding)

    def search(self, query: str, limit: int = 3) -> tuple[Hit, ...]:
        if not query.strip():
            return ()
        with self._or_not_at_all():
            asked = self._embedding.query(query)
            return self._space.search(asked, _by_words(self._words, query), limit)

    @contextmanager
    def _or_not_at_all(self) -> Iterator[None]:
        try:
            yield
        except ModelFault as fault:
            raise CannotRun(problem=f"The model {self._embedding.name} {fault.reason}") from fault


class _Space:
    """Where the passages lie, and how near is near in it: models differ in that."""

    def __init__(self, passages: Sequence[Passage], embedding: Embedding) -> None:
        self._passages = passages
        self._rows = embedding.passages([_told(one) for one in passages])
        self._sources: dict[str, list[int]] = defaultdict(list)
        for number, passage in enumerate(passages):
            self._sources[passage.source].append(number)
        by_chance = embedding.passages(_FOREIGN) @ self._rows.T
        self._far = float(by_chance.max(axis=1).mean())
        self._near = max(self._own(embedding), self._far + 0.05)

    def search(self, query: Vectors, by_words: Mapping[str, float], limit: int) -> tuple[Hit, ...]:
        """`by_words`: how well sources fit by their words."""
        if query.shape[1] != self._rows.shape[1]:
            raise ModelFault("changed the size of its embeddings.", outage=True)
        near: list[float] = (self._rows @ query[0]).tolist()
        hits = [
            self._hit(numbers, near, max(by_words.get(source, 0.0) - _WORDS_FIT, 0.0))
            for source, numbers in self._sources.items()
        ]
        return tuple(heapq.nlargest(limit, hits, key=attrgetter("fit")))

    def _own(self, embedding: Embedding) -> float:
        """How near what passages are about comes to them, on average."""
        step = max(len(self._passages) // _MOST_SAMPLES, 1)
        chosen = range(0, len(self._passages), step)
        asked = embedding.passages([_about(self._passages[one]) for one in chosen])
        pairs = zip(asked, chosen, strict=True)
        return sum(float(row @ self._rows[one]) for row, one in pairs) / len(chosen)

    def _hit(self, numbers: Sequence[int], near: Sequence[float], words: float) -> Hit:
        best = sorted(numbers, key=lambda number: near[number], reverse=True)[: len(_WEIGHTS)]
        weights = _WEIGHTS[: len(best)]
        score = sum(w * near[one] for w, one in zip(weights, best, strict=True)) / sum(weights)
        share = (score - self._far) / (self._near - self._far) - _BORDER + _BY_WORDS * words
        return Hit(passage=self._passages[best[0]], fit=1 / (1 + math.exp(-_STEEPNESS * share)))


def _by_words(words: LexicalIndex, query: str) -> dict[str, float]:
    """How well sources fit by their words."""
    hits = words.search(query, words.size)
    return {hit.passage.source: hit.fit for hit in hits}


def _told(passage: Passage) -> str:
    return "\n".join((" > ".join(passage.headings), passage.text)).strip()


def _about(passage: Passage) -> str:
    """What stands over it, or else how it begins."""
    return passage.headings[-1] if passage.headings else passage.text.split("\n", 1)[0]
