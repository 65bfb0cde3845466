"""A summary in the conversation's own words: what was asked, what the agent did, where it stands.

Nothing is rephrased, so nothing can be made up; each point cites the messages it was taken from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from adapters.agents.actions import last_action
from adapters.agents.clauses import clauses
from adapters.agents.reader import asks_for_human
from adapters.agents.sentences import quote, sentences
from adapters.agents.smalltalk import agrees, declines, only_courtesy
from adapters.agents.transcript import by
from bot.domain.message import Author, Message
from bot.domain.reading import repeats
from bot.domain.summary import Point, Summary
from bot.ports.agent import Case

MOST_TOPICS = 3
# The matter is named at the beginning; what follows are answers to the agent's questions.
_OPENING = 3
_HANDED_OVER = "The conversation was handed over to people."
_SHORTEST_TOPIC = 2


def summary(case: Case, *, by: str, now: datetime) -> Summary:
    return Summary(
        ticket_number=case.ticket_number,
        reason=_reason(case),
        topics=topics(case.messages),
        last_action=last_action(case.messages),
        by=by,
        at=now,
    )


def _reason(case: Case) -> Point:
    """The reason it was handed over for, with the message that gave rise to it."""
    spoken = by(case.messages, Author.CONTACT)
    asking = [one for one in spoken[-_OPENING:] if asks_for_human(clauses(one.text))]
    cause = asking[-1:] or spoken[-1:]
    return Point(text=case.reason or _HANDED_OVER, cites=tuple(one.id for one in cause))


def topics(messages: Sequence[Message]) -> tuple[Point, ...]:
    """What the contact came for, and what they asked last where that is something else."""
    matters = [one for one in by(messages, Author.CONTACT) if is_matter(one.text)]
    chosen: list[Message] = []
    for one in (*_main(matters), *reversed(matters)):
        earlier = tuple(other.text for other in chosen)
        if len(chosen) < MOST_TOPICS and one not in chosen and not repeats(one.text, earlier):
            chosen.append(one)
    inorder = sorted(chosen, key=lambda one: (one.at, one.id))
    return tuple(
        Point(text=f"“{quote(key_sentence(one.text))}”", cites=(one.id,)) for one in inorder
    )


def _main(matters: Sequence[Message]) -> Sequence[Message]:
    return sorted(matters[:_OPENING], key=lambda one: len(key_sentence(one.text)), reverse=True)[:1]


def is_matter(text: str) -> bool:
    """Whether a message says something about the matter itself."""
    spoken = clauses(text)
    if only_courtesy(text) or agrees(text) or declines(text):
        return False
    if sum(len(one.split()) for one in spoken) < _SHORTEST_TOPIC:
        return False
    return not all(asks_for_human((one,)) for one in spoken)


def key_sentence(text: str) -> str:
    """The longest sentence, which carries the facts more often than any other."""
    return max(sentences(text), key=len, default="")
