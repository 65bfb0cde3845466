"""A conversation seen by who said what, for answers and summaries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from adapters.agents.phrasebook import books, sayings
from adapters.agents.safety import harmless
from bot.domain.message import Author, Delivery, Message

_SOURCE = re.compile(r"(?<!\n)\n*^_(?P<label>[^\s_:]+): (?P<source>[^\n]+)_\s*\Z", re.MULTILINE)
# What the contact has not read: it was held back, or it never arrived.
_UNSEEN = frozenset({Delivery.WITHHELD, Delivery.FAILED})


def open_question(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The contact's last messages, up to what was last said to them."""
    found: list[Message] = []
    for message in reversed(seen(messages)):
        if message.author is Author.CONTACT:
            found.append(message)
        elif message.speaks_to_contact and found:
            break
    return tuple(reversed(found))


def seen(messages: Sequence[Message]) -> tuple[Message, ...]:
    """What both sides know of: nothing deleted, nothing that did not reach the contact."""
    return tuple(one for one in messages if one.deleted_at is None and one.delivery not in _UNSEEN)


def by(messages: Sequence[Message], *authors: Author) -> tuple[Message, ...]:
    return tuple(one for one in seen(messages) if one.author in authors)


def said(messages: Sequence[Message]) -> str:
    return "\n".join(one.text.strip() for one in messages if one.text.strip())


def with_source(text: str, label: str, source: str) -> str:
    """`source` is a file's name and a heading: those may look like calls too."""
    return f"{text}\n\n_{label}: {harmless(source)}_"


def source_of(text: str) -> str:
    """The source that an answer of ours names; empty when there is none."""
    found = _SOURCE.search(text)
    return found["source"] if found and found["label"] in _labels() else ""


def without_source(text: str) -> str:
    return (_SOURCE.sub("", text) if source_of(text) else text).strip()


@cache
def _labels() -> frozenset[str]:
    return frozenset(sayings(code).source for code in books())
