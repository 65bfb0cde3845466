"""How likely the contact isn't helped, from what was said and how the answers took it.

Many who are let down complain to nobody: they say no, ask for something else, or ask again after
an answer that refused. Such hints are added up; the weights are round numbers, not fitted. Whoever
is asked a good question back is being helped, and a no that ends the talk turns nothing down.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from adapters.agents.clauses import clauses, says
from adapters.agents.mood import english_sentiment
from adapters.agents.phrasebook import Kind
from adapters.agents.reader import QUESTION
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
_REJECTED, _ACCEPTED, _ENDED = 2.0, -1.5, -1.0
_REPEATED = 1.0
_APOLOGY, _REFUSAL = 1.5, 1.0
_EARLIER_APOLOGY, _MOST_APOLOGIES = 0.3, 3
_UNDERSTOOD = -0.5
_MOOD = -0.5
# Nobody is let down before the first answer, and few by one alone.
_OPENING, _FIRST = -2.0, -0.5


def dissatisfaction(
    text: str, *, earlier: Sequence[str] = (), answers: Sequence[str] = ()
) -> float:
    """From 0 to 1. `earlier` are the contact's messages before, `answers` the agent's, in order."""
    hints = _words(text, earlier) + (_answers(answers) if answers else _OPENING)
    if len(answers) == 1:
        hints += _FIRST
    return 1 / (1 + math.exp(_BORDER - hints))


def _words(text: str, earlier: Sequence[str]) -> float:
    found = clauses(text)
    first, ends = found[:1], says(found, "ends")
    hints = sum(weight for kind, weight in _TAKEN if says(found, kind))
    hints += _ENDED if ends else _REJECTED * says(first, "rejects")
    hints += _ACCEPTED * says(first, "accepts")
    hints += _REPEATED * repeats(text, tuple(earlier))
    return hints + _MOOD * english_sentiment(text)


def _answers(answers: Sequence[str]) -> float:
    *before, last = (clauses(answer) for answer in answers)
    apologies = sum(says(answer, "apologizes") for answer in before)
    hints = _EARLIER_APOLOGY * min(apologies, _MOST_APOLOGIES)
    asked = last[-1:] if answers[-1].rstrip().endswith(QUESTION) else ()
    if says(asked, "narrows") or says(last, "confirms"):
        hints += _UNDERSTOOD
    if says(last, "apologizes"):
        return hints + _APOLOGY
    return hints + _REFUSAL * says(last, "refuses")
