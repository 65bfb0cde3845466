"""Everything about a contact, as it is handed out: for programs and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.domain.conversation import Conversation
from bot.domain.identity import Person
from bot.domain.message import Attachment, Message
from bot.domain.summary import Summary
from bot.domain.thread import Event, Note
from bot.domain.ticket import Ticket

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One conversation. `earlier` is what messages said before they were edited, by their id."""

    conversation: Conversation
    tickets: tuple[Ticket, ...]
    messages: tuple[Message, ...]
    earlier: Mapping[int, tuple[tuple[str, datetime], ...]]
    notes: tuple[Note, ...]
    summaries: tuple[Summary, ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """`elsewhere` is what they wrote in the conversations of others."""

    person: Person
    made_at: datetime
    chapters: tuple[Chapter, ...]
    elsewhere: tuple[Message, ...]

    @property
    def files(self) -> tuple[Attachment, ...]:
        """Every file once."""
        said = [*self.elsewhere, *(one for chapter in self.chapters for one in chapter.messages)]
        carried = [file for one in said for file in one.attachments]
        carried += [
            file for chapter in self.chapters for one in chapter.notes for file in one.attachments
        ]
        return tuple({file.digest: file for file in carried if file.digest}.values())


def file_name(file: Attachment) -> str:
    """Where a file stands in the archive: its digest keeps names apart, and harmless."""
    kept = "".join(char if char.isalnum() or char in ".-_ " else "_" for char in file.name)
    return f"files/{(file.digest or '')[:12]}-{kept.strip('. ')[-80:] or 'file'}"


def as_data(dossier: Dossier) -> dict[str, Any]:
    """What JSON is made of; every fact that is kept, under the names it is kept by."""
    named = {file.digest: file_name(file) for file in dossier.files}
    plain = _plain(dossier)
    return {"format": FORMAT, **plain, "files": named}


def as_markdown(dossier: Dossier) -> str:
    """To be read."""
    lines = [
        f"# What is kept about {dossier.person.name}",
        "",
        f"{dossier.person.id}, on {_time(dossier.made_at)}.",
    ]
    for chapter in dossier.chapters:
        lines += _chapter(chapter)
    if dossier.elsewhere:
        lines += ["", "## Written in the conversations of others", ""]
        lines += [_said(one, ()) for one in dossier.elsewhere]
    return "\n".join(lines) + "\n"


def _chapter(chapter: Chapter) -> list[str]:
    conversation = chapter.conversation
    where = "direct message" if conversation.direct else f"channel {conversation.channel}"
    lines = [
        "",
        f"## Conversation {conversation.id}: {conversation.workspace}, {where}",
        "",
        f"From {_time(conversation.started_at)} to {_time(conversation.last_message_at)}.",
        "",
    ]
    lines += [
        f"- Ticket #{one.number}, {one.status}, {one.priority}, team {one.team}: {one.reason}"
        for one in chapter.tickets
    ]
    lines += ["", *(_said(one, chapter.earlier.get(one.id, ())) for one in chapter.messages)]
    if chapter.notes:
        lines += ["", "### Notes of the team", ""]
        lines += [f"- {_time(one.at)} {one.author_name}: {one.text}" for one in chapter.notes]
    if chapter.summaries:
        lines += ["", "### Summaries", ""]
        lines += [f"- {_time(one.at)} {one.by}: {one.reason.text}" for one in chapter.summaries]
    return lines


def _said(message: Message, earlier: tuple[tuple[str, datetime], ...]) -> str:
    name = message.author_name or message.author
    files = "".join(f" [{file_name(one)}]" for one in message.attachments if one.digest)
    before = "".join(f" (before: {text})" for text, _ in earlier)
    deleted = " (deleted)" if message.deleted_at else ""
    return f"- {_time(message.at)} **{name}**: {message.text}{files}{before}{deleted}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Enum():
            return value.value
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return _plain(asdict(value)) if is_dataclass(value) and not isinstance(value, type) else value
