"""How a message sounds, from -1 to 1, by the VADER lexicon and rules for English."""

from __future__ import annotations

from functools import cache
from typing import Any

from adapters.agents.clauses import excerpt
from adapters.agents.language import likely_language

# Below this a message counts as negative; see docs/quality.md for how it was chosen.
NEGATIVE = -0.35


def sentiment(text: str) -> float | None:
    """None where the language cannot be judged, which isn't the same as neutral."""
    if likely_language(text) not in {"en", None}:
        return None
    scores = _vader().polarity_scores(excerpt(text))
    found = float(scores["compound"])
    return found if found or likely_language(text) == "en" else None


@cache
def _vader() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    return SentimentIntensityAnalyzer()
