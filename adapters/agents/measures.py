"""The figures of an evaluation, by their textbook definitions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

_WORD = re.compile(r"[a-z0-9]+")


def precision_recall_f1(found: Sequence[bool], true: Sequence[bool]) -> tuple[float, float, float]:
    """Of the cases found the share that is true, of the true ones the share found, and their
    harmonic mean; 0 where there is nothing to divide by.
    """
    both = sum(one and other for one, other in zip(found, true, strict=True))
    return _triple(both, sum(found), sum(true))


def auc(scores: Sequence[float], true: Sequence[bool]) -> float:
    """The chance that a true case scores higher than another; a tie is half a win. 0.5 for none."""
    pairs = sorted(zip(scores, true, strict=True))
    positives = sum(true)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        return 0.5
    ranks = _ranks([score for score, _ in pairs])
    total = sum(rank for rank, (_, is_true) in zip(ranks, pairs, strict=True) if is_true)
    return (total - positives * (positives + 1) / 2) / (positives * negatives)


def rouge(text: str, references: Iterable[str]) -> dict[str, float]:
    """ROUGE-1, -2 and -L F1 (Lin 2004), the best over the references for each; words are runs of
    ASCII letters and digits in lower case, as in Google's rouge_score without its stemmer.
    """
    words = _words(text)
    scores = [_rouge(words, _words(reference)) for reference in references]
    return {name: max((one[name] for one in scores), default=0.0) for name in _ROUGE}


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


_ROUGE = ("rouge1", "rouge2", "rougeL")


def _rouge(words: Sequence[str], reference: Sequence[str]) -> dict[str, float]:
    longest = _longest_common(words, reference)
    scores = (
        _overlap(words, reference),
        _overlap(list(pairwise(words)), list(pairwise(reference))),
        _triple(longest, len(words), len(reference))[2],
    )
    return dict(zip(_ROUGE, scores, strict=True))


def _overlap(one: Sequence[object], two: Sequence[object]) -> float:
    shared = (Counter(one) & Counter(two)).total()
    return _triple(shared, len(one), len(two))[2]


def _longest_common(one: Sequence[str], two: Sequence[str]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(two) + 1)
    for word in one:
        before = 0
        for at, other in enumerate(two, start=1):
            kept = row[at]
            row[at] = before + 1 if word == other else max(row[at], row[at - 1])
            before = kept
    return row[-1]


def _triple(both: int, found: int, true: int) -> tuple[float, float, float]:
    precision = both / found if found else 0.0
    recall = both / true if true else 0.0
    total = precision + recall
    return precision, recall, 2 * precision * recall / total if total else 0.0


def _ranks(ordered: Sequence[float]) -> list[float]:
    """The rank of each score, the mean rank for those that tie."""
    ranks: list[float] = []
    while len(ranks) < len(ordered):
        first = len(ranks) + 1
        same = 1
        while first + same <= len(ordered) and ordered[first - 1 + same] == ordered[first - 1]:
            same += 1
        ranks += [first + (same - 1) / 2] * same
    return ranks


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
