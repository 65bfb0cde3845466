"""Practice: a customer who is played, for training and for trying Baton.

A scenario says who they are and what they say. What they say next depends on what they were told:
a question they know the answer to is answered, else they go on with their story, and when that is
told they thank and go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.desk import Priority
from bot.domain.search import fold

MARK = "(practice)"
# A played customer who is left alone goes away by themselves.
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=4)
# With a model in the part: words of the attendant after which it comes to an end in any case.
MOST_LINES = 12


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`character` is for a model that plays the part. `answers` are what they know, each by the
    words of a question that ask for it; `lines` are their story, told one after the other.
    """

    name: str
    about: str
    who: str
    character: str
    priority: Priority = Priority.NORMAL
    opening: tuple[str, ...]
    answers: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    farewell: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """What the played customer says. After a line that `ends` they say nothing more."""

    text: str
    ends: bool = False
    tokens: int = 0
    written: int = 0


def next_line(scenario: Scenario, told: str, said: Sequence[str]) -> Line:
    """The next line by the script. `told` is what the attendant last said, `said` what the played
    customer has said so far.
    """
    asked = fold(told)
    for words, answer in scenario.answers.items():
        if answer not in said and any(word in asked for word in words):
            return Line(text=answer)
    for line in scenario.lines:
        if line not in said:
            return Line(text=line)
    return Line(text=scenario.farewell, ends=True)


def called(who: str) -> str:
    """The name they are shown by, wherever a name is shown."""
    return f"{who} {MARK}"


def channel(scenario: str, key: str) -> str:
    """A place of their own for each practice: `refund-4f2a`."""
    return f"{scenario}-{key}"


def scenario_of(place: str, known: Sequence[Scenario]) -> Scenario | None:
    """The scenario that is played in a place."""
    name = place.rpartition("-")[0]
    return next((one for one in known if one.name == name), None)
