"""One thing that was said, by whom, and what it carried."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import EmptyMessage, FileTooLarge, MessageTooLong
from bot.domain.values import replace

# Slack cuts messages off at 40,000 characters and Discord at 4,000, so nothing longer can arrive
# from there; the console and the API are held to the same bound.
LONGEST_TEXT = 40_000
# Above Discord's and below Slack's own ceiling: what a relay can hold in memory without harm.
LARGEST_FILE = 25 * 1024 * 1024
MOST_FILES = 10


class Author(StrEnum):
    CONTACT = "contact"
    PARTICIPANT = "participant"
    AGENT = "agent"
    ATTENDANT = "attendant"
    BATON = "baton"


class Delivery(StrEnum):
    """How far a message has come towards the contact."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file. `digest` names its bytes in the media store; without them, `problem` says why."""

    name: str
    media_type: str
    size: int
    digest: str | None = None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What was said in a conversation. `epoch` is the conversation's when it was asked for.

    `delivery` is None for what the contact or a participant wrote: it came from there.
    `source_edited_at` is the time, by the platform's clock, of the last edit made there.
    """

    id: int = 0
    conversation_id: int
    ticket_number: int | None = None
    author: Author
    author_id: str
    author_name: str
    author_avatar: str = ""
    text: str
    attachments: tuple[Attachment, ...] = ()
    at: datetime
    epoch: int = 0
    reply_to: int | None = None
    source_id: str | None = None
    intro: str = ""
    delivery: Delivery | None = None
    delivered_at: datetime | None = None
    slow: bool = False
    problem: str = ""
    sentiment: float | None = None
    edited_at: datetime | None = None
    source_edited_at: datetime | None = None
    edited_after_reply: bool = False
    deleted_at: datetime | None = None

    @property
    def speaks_to_contact(self) -> bool:
        return self.author in {Author.AGENT, Author.ATTENDANT, Author.BATON}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one post on a platform can carry. Sizes in characters and bytes.

    `direct`: members of the desk can be written to directly there.
    """

    text: int = LONGEST_TEXT
    file_bytes: int = LARGEST_FILE
    files: int = MOST_FILES
    direct: bool = True

    def with_text(self, text: int) -> Limits:
        return replace(self, text=text)


@dataclass(frozen=True, kw_only=True)
class Part:
    """The share of a message that fits into one post."""

    text: str
    attachments: tuple[Attachment, ...] = field(default=())


def check_text(text: str, attachments: tuple[Attachment, ...]) -> str:
    """The text to send, trimmed; refuses what no platform could carry."""
    text = text.replace("\x00", "").strip()
    if not attachments and not any(_is_visible(char) for char in text):
        raise EmptyMessage
    if len(text) > LONGEST_TEXT:
        raise MessageTooLong(length=len(text), limit=LONGEST_TEXT)
    return text


def _is_visible(char: str) -> bool:
    """Unicode: C is for control and format characters, Z for separators; none of them shows."""
    return unicodedata.category(char)[0] not in "CZ"


def check_file(name: str, size: int, limit: int = LARGEST_FILE) -> None:
    """Refuse a file that could not be passed on, in words for whoever attached it."""
    if size > limit:
        raise FileTooLarge(name=name, size=in_units(size), limit=in_units(limit))


def in_units(size: int) -> str:
    """Bytes for people: 31_457_280 → `30 MB`."""
    for unit in ("bytes", "KB", "MB"):
        if size < 1024:  # noqa: PLR2004 - 1,024 of a unit make the next
            return f"{size:.0f} {unit}"
        size = size // 1024 if size % 1024 == 0 else -(-size // 1024)
    return f"{size} GB"


def parts(text: str, attachments: tuple[Attachment, ...], limits: Limits) -> tuple[Part, ...]:
    """A message as posts that each fit the platform; the files go with the last words."""
    chunks = split(text, limits.text) or [""]
    batches = [
        attachments[at : at + limits.files] for at in range(0, len(attachments), limits.files)
    ] or [()]
    return (
        *(Part(text=chunk) for chunk in chunks[:-1]),
        Part(text=chunks[-1], attachments=batches[0]),
        *(Part(text="", attachments=batch) for batch in batches[1:]),
    )


def split(text: str, limit: int) -> list[str]:
    """Cut text into pieces of at most `limit` characters, at the best border near the end.

    Paragraphs are kept whole where they fit, then lines, then words.
    """
    pieces = []
    while len(text) > limit:
        cut = _border(text, limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*pieces, text] if text else pieces


def _border(text: str, limit: int) -> int:
    for mark in ("\n\n", "\n", ". ", " "):
        at = text.rfind(mark, limit // 2, limit)
        if at > 0:
            return at + len(mark.rstrip(" ")) if mark == ". " else at
    return limit
