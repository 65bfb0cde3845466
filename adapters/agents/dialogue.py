"""A conversation as a model is shown it: what others wrote stands in quotation, as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate

from adapters.agents.model import Said
from adapters.agents.safety import writable
from adapters.agents.transcript import seen, without_source
from bot.domain.message import Attachment, Author, Message, in_units
from bot.domain.thread import Note

# What is shown of one message, and of the whole, in characters; the newest are kept.
_LONGEST = 8_000
_ALL = 24_000
_LONGEST_WORD = 200
_TAGS = {
    Author.CONTACT: "customer",
    Author.PARTICIPANT: "participant",
    Author.ATTENDANT: "colleague",
    Author.BATON: "notice",
}
_NAMES = "|".join(_TAGS.values())
_TAG = re.compile(rf"</?\s*(?:{_NAMES})\b[^>]{{0,80}}>", re.IGNORECASE)
# What would begin such a mark; it is replaced, as taking it out may join what stood around it.
_BEGUN = re.compile(rf"<(?=\s*(?:/\s*)?(?:{_NAMES}))", re.IGNORECASE)
_NO_MARK = "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}"
_LONGEST_NAME = 200

Redact = Callable[[str], str]


def as_it_is(text: str) -> str:
    return text


def dialogue(messages: Sequence[Message], redact: Redact = as_it_is) -> tuple[Said, ...]:
    """What was said, oldest first, with the agent's own words as the assistant's."""
    found: list[Said] = []
    room = _ALL
    for message in reversed(seen(messages)):
        one = _said(message, redact)
        room -= len(one.text)
        if found and room < 0:
            break
        found.append(one)
    return tuple(reversed(found))


def numbered(messages: Sequence[Message], redact: Redact = as_it_is) -> str:
    """The conversation with the messages' ids, for a summary; the beginning and the end of it."""
    lines = [f"#{one.id} {_quoted(one, redact)}" for one in seen(messages)]
    if sum(map(len, lines)) <= _ALL:
        return "\n".join(lines)
    head = _fitting(lines)
    tail = _fitting(lines[: len(head) - 1 if head else None : -1])
    return "\n".join((*head, "[…]", *reversed(tail)))


def _fitting(lines: Sequence[str]) -> list[str]:
    """As many whole messages as half of the room holds: half a one would lose its quotation."""
    sums = accumulate(len(line) for line in lines)
    return [line for line, used in zip(lines, sums, strict=True) if used <= _ALL // 2]


def noted(notes: Sequence[Note], redact: Redact = as_it_is) -> str:
    return "\n".join(f"- {_plain(one.text, redact)}" for one in notes)


def without_tags(text: str) -> str:
    """Words without the marks of quotation, whoever put them there."""
    return _TAG.sub("", text)


def _said(message: Message, redact: Redact) -> Said:
    if message.author is Author.AGENT:
        return Said(role="assistant", text=_plain(without_source(message.text), redact) or "…")
    return Said(role="user", text=_quoted(message, redact))


def _quoted(message: Message, redact: Redact) -> str:
    tag = _TAGS.get(message.author, "assistant")
    words = _plain(without_source(message.text), redact)
    files = [_attached(one, redact) for one in message.attachments]
    inside = "\n".join(one for one in (words, *files) if one)
    return f"<{tag}>\n{inside}\n</{tag}>"


def _attached(file: Attachment, redact: Redact) -> str:
    """A file on one line; its name and type are whatever its sender's program says."""
    told = (_plain(one[:_LONGEST_NAME], redact) for one in (file.name, file.media_type))
    name, media_type = (" ".join(one.split()) for one in told)
    return f"[attached: {name}, {media_type}, {in_units(file.size)}]"


def _plain(text: str, redact: Redact) -> str:
    """Text that can be written as UTF-8, is not too long, and closes no quotation."""
    return redact(_BEGUN.sub(_NO_MARK, writable(_beginning(text)))).strip()


def _beginning(text: str) -> str:
    """Cut between words where it can be: half of an address would not be known for one."""
    if len(text) <= _LONGEST:
        return text
    kept, _, half = text[:_LONGEST].rpartition(" ")
    return kept if len(half) < _LONGEST_WORD else text[:_LONGEST]
