"""A summary in the conversation's own words: what was asked, what the agent did, where it stands.

Nothing is rephrased, so nothing can be made up; each point cites the messages it was taken from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.agents.actions import last_action
from adapters.agents.clauses import clauses, says
from adapters.agents.language import language
from adapters.agents.mood import NEGATIVE, sentiment
from adapters.agents.reader import QUESTION, asks_for_human
from adapters.agents.sentences import bare, gist, quote, sentences
from adapters.agents.smalltalk import agrees, declines, only_courtesy
from adapters.agents.transcript import by as by_author
from adapters.agents.transcript import said
from bot.domain.message import Author, Message
from bot.domain.reading import repeats
from bot.domain.summary import Point, Summary
from bot.ports.agent import Case

MOST_TOPICS = 3
# The matter is named at the beginning; what follows are answers to the agent's questions.
_OPENING = 3
_HANDED_OVER = "The conversation was handed over to people."
_SHORTEST_TOPIC = 2
_LAST_WORDS = 2


def summary(
    case: Case, *, by: str, now: datetime, label: Callable[[Message], str] = lambda _: ""
) -> Summary:
    """`label` names what a message is about, or is empty."""
    spoken = by_author(case.messages, Author.CONTACT)
    return Summary(
        ticket_number=case.ticket_number,
        reason=_reason(case),
        topics=topics(case.messages, label),
        last_action=last_action(case.messages),
        wants=_wants(spoken),
        sentiment=_mood(spoken),
        language=language(said(spoken)) or "",
        by=by,
        at=now,
    )


def _wants(spoken: Sequence[Message]) -> Point | None:
    """The last thing that the contact asked or wished for."""
    for message in reversed(spoken):
        if wish := _wish(message.text):
            return Point(text=f"“{quote(wish)}”", cites=(message.id,))
    return None


def _mood(spoken: Sequence[Message]) -> str:
    """How the contact's last words sound; empty where that cannot be judged."""
    known = [mood for one in spoken[-_LAST_WORDS:] if (mood := sentiment(one.text)) is not None]
    if not known:
        return ""
    if min(known) <= NEGATIVE:
        return "negative"
    return "positive" if max(known) >= -NEGATIVE else "neutral"


def _reason(case: Case) -> Point:
    """The reason it was handed over for, with the message that gave rise to it."""
    spoken = by_author(case.messages, Author.CONTACT)
    asking = [one for one in spoken[-_OPENING:] if asks_for_human(clauses(one.text))]
    cause = asking[-1:] or spoken[-1:]
    return Point(text=case.reason or _HANDED_OVER, cites=tuple(one.id for one in cause))


def topics(
    messages: Sequence[Message], label: Callable[[Message], str] = lambda _: ""
) -> tuple[Point, ...]:
    """What the contact came for, and the last other things they brought up."""
    matters = [one for one in by_author(messages, Author.CONTACT) if is_matter(one.text)]
    chosen = {one: gist(one.text) for one in _main(matters)}
    for one in reversed(matters):
        wish = _wish(one.text, only=is_matter)
        if len(chosen) < MOST_TOPICS and wish and not repeats(wish, tuple(chosen.values())):
            chosen.setdefault(one, wish)
    ordered = sorted(chosen.items(), key=lambda one: (one[0].at, one[0].id))
    return tuple(
        Point(text=_named(label(one), f"“{quote(text)}”"), cites=(one.id,)) for one, text in ordered
    )


def _named(name: str, text: str) -> str:
    return f"{name}: {text}" if name else text


def _main(matters: Sequence[Message]) -> list[Message]:
    """The message that names the matter: the first one, unless it says far less than the next."""
    opening = enumerate(matters[:_OPENING], start=1)
    return [max(opening, key=lambda one: len(gist(one[1].text)) / one[0])[1]] if matters else []


def _wish(text: str, *, only: Callable[[str], bool] = bool) -> str:
    """The longest sentence that asks or wishes for something, of those for which `only` holds."""
    found = (
        one
        for one in sentences(bare(text))
        if (one.endswith(QUESTION) or says(clauses(one), "wishes")) and only(one)
    )
    return max(found, key=len, default="")


def is_matter(text: str) -> bool:
    """Whether a message says something about the matter itself."""
    if _says_nothing(text):
        return False
    spoken = clauses(text)
    if sum(len(one.split()) for one in spoken) < _SHORTEST_TOPIC:
        return False
    return not all(asks_for_human((one,)) or _says_nothing(one) for one in spoken)


def _says_nothing(text: str) -> bool:
    return only_courtesy(text) or agrees(text) or declines(text)
