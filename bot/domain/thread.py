"""Where the team works on a conversation, and what is only for the team."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.identity import Place
from bot.domain.message import Attachment

# Kinds of events with which a ticket's thread opens.
OPENING = ("escalated", "transferred")
# What figures are made from. Everything else an event tells may be somebody's words, or names them.
FACTS = frozenset(
    {
        "after",
        "assigned",
        "clock",
        "erasure",
        "practice",
        "priority",
        "rating",
        "rule",
        "rung",
        "signal",
        "status",
        "team",
        "terms",
        "to",
        "version",
    }
)


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A thread in a team's channel, for a ticket or (`ticket_number` None) a takeover.

    It exists before its first post; `anchor` is the platform's name for it from then on and
    `link` a way to jump there. Messages up to `history_to` are its history, told in its transcript;
    later ones are posted one by one. A thread that is `cut_off` lives on in another, which
    names it as its predecessor.
    """

    id: int = 0
    conversation_id: int
    ticket_number: int | None = None
    team: str
    workspace: str
    channel: str
    anchor: str | None = None
    link: str = ""
    opened_at: datetime
    history_to: int = 0
    cut_off: bool = False
    predecessor_id: int | None = None

    @property
    def place(self) -> Place:
        return Place(workspace=self.workspace, channel=self.channel, thread=self.anchor)


@dataclass(frozen=True, kw_only=True)
class Note:
    """Context for the team, never for the contact.

    `source_id` and `thread_id` are set where it was written straight into a thread and so stands
    there already; one that was deleted there is kept, and shown to nobody. `source_edited_at` is
    the platform's time of its last edit there.
    """

    id: int = 0
    conversation_id: int
    ticket_number: int | None = None
    author_id: str
    author_name: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    at: datetime
    source_id: str | None = None
    thread_id: int | None = None
    source_edited_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the log of who did what, when. Never removed; erasure and retention take away its
    words, and never its facts.

    `kind` is a past tense (`claimed`); `line` the words the thread shows, empty for none. `bare`
    marks one whose words were taken away.
    """

    id: int = 0
    at: datetime
    kind: str
    actor: str
    conversation_id: int | None = None
    ticket_number: int | None = None
    thread_id: int | None = None
    line: str = ""
    data: dict[str, str]
    bare: bool = False


def without_words(event: Event) -> Event:
    """The event with nothing left of what anybody said."""
    facts = {name: value for name, value in event.data.items() if name in FACTS}
    return replace(event, line="", data=facts, bare=True)
