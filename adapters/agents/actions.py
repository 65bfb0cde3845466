"""What the agent did last, told from what it said and which tools it called."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.agents.phrasebook import no_answers
from adapters.agents.sentences import gist, quote
from adapters.agents.transcript import by, source_of, without_source
from bot.domain.message import Author, Message
from bot.domain.summary import NOTHING, Point

# A tool call stands in a transcript as a message of the agent: `name` {"argument": "value"}
_CALL = re.compile(r"`(?P<name>\w+)`\s*(?P<arguments>[{[\"].*)?", re.DOTALL)
# A long call may be cut off; its first arguments can be read all the same.
_PAIR = re.compile(r'"(\w+)"\s*:\s*"([^"]*)"')
_NESTED = re.compile(r"[\[{]")
_ID = re.compile(r"(?:\w+_)?id")
_WHOSE = frozenset({"user_id", "contact_id", "customer_id"})
# These stay within the agent: they find nothing out and change nothing.
INNER = frozenset({"think", "calculate", "escalate"})

# An answer has a sentence of at least so many words; what is shorter is mostly courtesy.
_TELLING = 10


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
        if (call := called(message.text)) and call.name not in INNER:
            return Point(text=str(call), cites=(message.id,))
    answers = [one for one in spoken if not called(one.text)]
    if not answers:
        asked = by(messages, Author.CONTACT)[-1:]
        return Point(text=NOTHING, cites=tuple(one.id for one in asked))
    longest = max(answers, key=lambda one: _words(one.text))
    told = next((one for one in reversed(answers) if _tells(one.text)), longest)
    return Point(text=_answer(told.text), cites=(told.id,))


def called(text: str) -> Call | None:
    """The tool call that a message of the agent stands for."""
    found = _CALL.fullmatch(text)
    return Call(name=found["name"], subject=_subject(found["arguments"])) if found else None


def as_message(name: str, arguments: str = "") -> str:
    """A tool call as the message it stands as in a transcript."""
    return f"`{name}` {arguments}".strip()


def _subject(arguments: str | None) -> str:
    """The most particular id among the arguments: a user's own id comes after the others."""
    ids = [(name, value) for name, value in _arguments(arguments or "") if _ID.fullmatch(name)]
    ids.sort(key=lambda one: one[0] in _WHOSE)
    return ids[0][1] if ids else ""


def _arguments(written: str) -> list[tuple[str, str]]:
    """The arguments themselves, without what is nested in them; as far as they can be read."""
    try:
        found = json.loads(written or "{}")
    except ValueError:
        return _PAIR.findall(_NESTED.split(written[1:], maxsplit=1)[0])
    return [(name, str(value)) for name, value in found.items()] if isinstance(found, dict) else []


def _tells(text: str) -> bool:
    """Whether a message is more than “you are welcome”."""
    return text.strip() in no_answers() or _words(text) >= _TELLING


def _words(text: str) -> int:
    return len(gist(without_source(text)).split())


def _answer(text: str) -> str:
    if text.strip() in no_answers():
        return "The agent found no answer in its knowledge and offered a person."
    source = source_of(text)
    said = quote(gist(without_source(text)) or text)
    return (
        f"The agent answered from {source}: “{said}”" if source else f"The agent answered: “{said}”"
    )
