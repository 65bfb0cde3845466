"""How likely the contact isn't helped, from what was said and how the answers took it.

Many who are let down complain to nobody: they say no, ask for something else, or ask again after
an answer that refused. Such hints are added up; the weights are round numbers, not fitted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from adapters.agents.clauses import clauses, says
from adapters.agents.mood import english_sentiment
from adapters.agents.phrasebook import Kind
from bot.domain.reading import repeats

# From here on a turn counts as dissatisfied.
LIKELY = 0.5
_BORDER = 1.0
_TAKEN: tuple[tuple[Kind, float], ...] = (
    ("dissatisfied", 1.0),
    ("alternatives", 1.0),
    ("doubts", 1.0),
    ("negates", 0.5),
)
_REJECTED, _ACCEPTED = 2.0, -1.5
_REPEATED = 1.0
_APOLOGY, _REFUSAL = 1.5, 1.0
_EARLIER_APOLOGY, _MOST_APOLOGIES = 0.3, 3
_MOOD = -0.5
# Nobody is let down before the first answer.
_OPENING = -2.0


def dissatisfaction(
    text: str, *, earlier: Sequence[str] = (), answers: Sequence[str] = ()
) -> float:
    """From 0 to 1. `earlier` are the contact's messages before, `answers` the agent's, in order."""
    hints = _words(text, earlier) + (_answers(answers) if answers else _OPENING)
    return 1 / (1 + math.exp(_BORDER - hints))


def _words(text: str, earlier: Sequence[str]) -> float:
    found = clauses(text)
    first = found[:1]
    taken = sum(weight for kind, weight in _TAKEN if says(found, kind))
    rejected = _REJECTED * says(first, "rejects") + _ACCEPTED * says(first, "accepts")
    again = _REPEATED * repeats(text, tuple(earlier))
    return taken + rejected + again + _MOOD * english_sentiment(text)


def _answers(answers: Sequence[str]) -> float:
    *before, last = (clauses(answer) for answer in answers)
    apologies = sum(says(answer, "apologizes") for answer in before)
    past = _EARLIER_APOLOGY * min(apologies, _MOST_APOLOGIES)
    if says(last, "apologizes"):
        return past + _APOLOGY
    return past + _REFUSAL * says(last, "refuses")
