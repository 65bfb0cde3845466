"""What the agent did last, told from what it said and which tools it called."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.agents.phrasebook import no_answers
from adapters.agents.sentences import quote, sentences
from adapters.agents.transcript import by, source_of, without_source
from bot.domain.message import Author, Message
from bot.domain.summary import Point

# A tool call stands in a transcript as a message of the agent: `name` {"argument": "value"}
_CALL = re.compile(r"`(?P<name>\w+)`\s*(?P<arguments>\{.*\})?\s*", re.DOTALL)
# These stay within the agent: they find nothing out and change nothing.
_INNER = frozenset({"think", "calculate", "escalate"})


@dataclass(frozen=True, kw_only=True)
class Call:
    """`subject` is the id of what the tool was used on, empty where it names none."""

    name: str
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.subject}".strip()


def last_action(messages: Sequence[Message]) -> Point:
    """The last tool call or, without any, the last answer; “none” where there was neither."""
    spoken = by(messages, Author.AGENT)
    for message in reversed(spoken):
        if (call := called(message.text)) and call.name not in _INNER:
            return Point(text=str(call), cites=(message.id,))
    for message in reversed(spoken):
        if not called(message.text):
            return Point(text=_answer(message.text), cites=(message.id,))
    asked = by(messages, Author.CONTACT)[-1:]
    return Point(text="none", cites=tuple(one.id for one in asked))


def called(text: str) -> Call | None:
    """The tool call that a message of the agent stands for."""
    found = _CALL.fullmatch(text)
    return Call(name=found["name"], subject=_subject(found["arguments"])) if found else None


def as_message(name: str, arguments: str = "") -> str:
    """A tool call as the message it stands as in a transcript."""
    return f"`{name}` {arguments}".strip()


def _subject(arguments: str | None) -> str:
    """The most particular id among the arguments: a user's own id comes after the others."""
    try:
        found = json.loads(arguments or "{}")
    except ValueError:
        return ""
    ids = [key for key in found if key == "id" or key.endswith("_id")]
    ids.sort(key=lambda key: key in {"user_id", "contact_id", "customer_id"})
    return str(found[ids[0]]) if ids else ""


def _answer(text: str) -> str:
    if text.strip() in no_answers():
        return "Found no answer in its knowledge and offered a person."
    source = source_of(text)
    said = quote(_gist(without_source(text)))
    return f"Answered from {source}: “{said}”" if source else f"Answered: “{said}”"


def _gist(text: str) -> str:
    """The sentence that says most; a heading above it says less."""
    return max(sentences(text), key=len, default=text)
