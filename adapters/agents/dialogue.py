"""A conversation as a model is shown it: what others wrote stands in quotation, as data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from adapters.agents.model import Said
from adapters.agents.transcript import seen, without_source
from bot.domain.message import Author, Message, in_units
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
_TAG = re.compile(r"</?\s*(?:customer|participant|colleague|notice)\b[^>]{0,80}>", re.IGNORECASE)

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
    whole = "\n".join(lines)
    if len(whole) <= _ALL:
        return whole
    return f"{whole[: _ALL // 2]}\n[…]\n{whole[-_ALL // 2 :]}"


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
    files = [
        f"[attached: {_plain(one.name, redact)}, {one.media_type}, {in_units(one.size)}]"
        for one in message.attachments
    ]
    inside = "\n".join(one for one in (words, *files) if one)
    return f"<{tag}>\n{inside}\n</{tag}>"


def _plain(text: str, redact: Redact) -> str:
    """Text that can be written as UTF-8, is not too long, and closes no quotation."""
    readable = _beginning(text).encode("utf-8", "replace").decode()
    return redact(without_tags(readable)).strip()


def _beginning(text: str) -> str:
    """Cut between words where it can be: half of an address would not be known for one."""
    if len(text) <= _LONGEST:
        return text
    kept, _, half = text[:_LONGEST].rpartition(" ")
    return kept if len(half) < _LONGEST_WORD else text[:_LONGEST]
