"""Everything that was said in a conversation, and what only the team said about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.identity import by_contact
from bot.domain.message import Author, Delivery, Message
from bot.domain.thread import Note
from bot.ports.store import Tx


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing that was said. `before` are its earlier wordings; `state` what became of it."""

    at: datetime
    speaker: str
    text: str
    files: tuple[str, ...] = ()
    is_note: bool = False
    state: str = ""
    before: tuple[str, ...] = ()


def told(tx: Tx, conversation_id: int, *, notes: bool = True) -> tuple[Said, ...]:
    """All of it, in order, with the notes among the messages."""
    said = [_message(tx, one) for one in tx.messages.of(conversation_id)]
    if notes:
        said += [_note(one) for one in tx.notes.of(conversation_id)]
    return tuple(sorted(said, key=lambda one: one.at))


def called(message: Message) -> str:
    """Whoever said it, as one line among those of others."""
    name = message.author_name or "Baton"
    return by_contact(name) if message.author is Author.CONTACT else name


def pages(lines: Sequence[str], room: int) -> list[list[str]]:
    """Lines put together into pages of at most so many characters; a longer line has its own."""
    made: list[list[str]] = [[]]
    left = room
    for line in lines:
        if made[-1] and len(line) + 1 > left:
            made.append([])
            left = room
        made[-1].append(line)
        left -= len(line) + 1
    return made


def _message(tx: Tx, message: Message) -> Said:
    edited = message.edited_at is not None
    return Said(
        at=message.at,
        speaker=called(message),
        text=message.text,
        files=tuple(one.name for one in message.attachments),
        state=_state(message),
        before=tuple(text for text, _ in tx.messages.revisions(message.id)) if edited else (),
    )


def _note(note: Note) -> Said:
    return Said(
        at=note.at,
        speaker=note.author_name,
        text=note.text,
        files=tuple(one.name for one in note.attachments),
        is_note=True,
    )


def _state(message: Message) -> str:
    if message.deleted_at:
        return "deleted"
    if message.delivery is Delivery.WITHHELD:
        return "withheld"
    if message.delivery is Delivery.FAILED:
        return "not delivered"
    if message.delivery is Delivery.PENDING and message.author is not Author.AGENT:
        return "on its way"
    return "edited" if message.edited_at else ""
