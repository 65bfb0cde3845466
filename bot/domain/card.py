"""What is posted: the same values on every platform, which only renders them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain.desk import Priority
from bot.domain.identity import Person, Place
from bot.domain.languages import foreign
from bot.domain.message import Attachment
from bot.domain.states import Action, Status, possible
from bot.domain.summary import NOTHING, Summary
from bot.domain.ticket import Ticket

Voice = Literal["contact", "participant", "agent", "attendant", "note", "line"]
Style = Literal["", "primary", "danger"]


@dataclass(frozen=True, kw_only=True)
class Button:
    """`action` is its stable name (`ticket:claim`), `value` what it acts on."""

    action: str
    label: str
    value: str
    style: Style = ""


@dataclass(frozen=True, kw_only=True)
class Post:
    """One message, note or line as a platform should show it.

    `voice` says whose words they are: a person is shown with name and picture, a `line` is small
    print. `aside` is small print under the words (a delivery state, “edited”); `mentions` are the
    people, groups and roles to ping, and nothing else in a post may ping anybody. `reply_to` is the
    platform's id of the post that this one answers.
    """

    voice: Voice
    speaker: Person | None = None
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    aside: str = ""
    buttons: tuple[Button, ...] = ()
    mentions: tuple[str, ...] = ()
    reply_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a transcript."""

    speaker: str
    text: str
    at: datetime
    voice: Voice


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """The conversation before the handover, shown collapsed."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A ticket that the contact had before: why, and how it ended."""

    number: int
    at: datetime
    reason: str
    outcome: str
    link: str = ""

    @property
    def words(self) -> str:
        """Without its number, which a platform makes a link."""
        parts = (f"{self.at.day} {self.at:%b %Y}", self.reason, self.outcome)
        return " · ".join(" ".join(part.split()) for part in parts if part)


@dataclass(frozen=True, kw_only=True)
class Card:
    """The root of a ticket's thread.

    What comes of the summary (`topics`, `last_action`, `wants`, `mood`, `language`) fills in when
    it is there; a mood or a language that says nothing to the reader is left out.

    For a takeover, which has no ticket, `number` is 0 and `status` None. `place` is where the
    contact writes, for a platform that can point there; `origin` says it in words. `due` names the
    promise that ends at `due_at`, and `promised` how long it was; `resolved` is what the ticket
    took, once it is closed. `earlier` are the contact's newest tickets before this one.
    """

    number: int
    title: str
    status: Status | None
    priority: Priority
    contact: Person
    origin: str
    place: Place | None = None
    reason: str
    topics: tuple[str, ...] = ()
    last_action: str = ""
    wants: str = ""
    mood: str = ""
    language: str = ""
    summary_by: str = ""
    who: str
    opened_at: datetime
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    due: str = ""
    promised: str = ""
    resolved: str = ""
    tags: tuple[str, ...] = ()
    earlier: tuple[Earlier, ...] = ()
    footer: str = ""
    mentions: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


Content = Post | Card | Transcript

NOT_YET = "The agent had not answered yet."
_MOODS = {"positive": "happy", "negative": "unhappy"}

_LABELS: tuple[tuple[Action, str, str, Style], ...] = (
    (Action.CLAIM, "ticket:claim", "Claim", "primary"),
    (Action.REPLY, "ticket:reply", "Reply", ""),
    (Action.NOTE, "ticket:note", "Note", ""),
    (Action.TRANSFER, "ticket:transfer", "Transfer", ""),
    (Action.CLOSE, "ticket:close", "Close", "danger"),
    (Action.REOPEN, "ticket:reopen", "Reopen", "primary"),
)


def buttons(ticket: Ticket) -> tuple[Button, ...]:
    """What the card offers in the ticket's status; Claim only while nobody holds it."""
    moves = possible(ticket.status)
    shown = tuple(
        Button(action=name, label=label, value=str(ticket.number), style=style)
        for action, name, label, style in _LABELS
        if action in moves and not (action is Action.CLAIM and ticket.holder)
    )
    return (*shown, Button(action="ticket:more", label="More", value=str(ticket.number)))


def _last_action(summary: Summary) -> str:
    done = summary.last_action.text if summary.last_action else ""
    return NOT_YET if done == NOTHING else done


def card(
    ticket: Ticket,
    *,
    contact: Person,
    origin: str,
    place: Place | None = None,
    who: str,
    summary: Summary | None,
    promised: str = "",
    resolved: str = "",
    tags: tuple[str, ...] = (),
    earlier: tuple[Earlier, ...] = (),
    mentions: tuple[str, ...] = (),
    footer: str = "",
) -> Card:
    """The card of a ticket as it stands."""
    return Card(
        number=ticket.number,
        title=f"#{ticket.number} · {contact.name}",
        status=ticket.status,
        priority=ticket.priority,
        contact=contact,
        origin=origin,
        place=place,
        reason=ticket.reason,
        topics=tuple(point.text for point in summary.topics) if summary else (),
        last_action=_last_action(summary) if summary else "",
        wants=summary.wants.text if summary and summary.wants else "",
        mood=_MOODS.get(summary.sentiment, "") if summary else "",
        language=foreign(summary.language) if summary else "",
        summary_by=summary.by if summary else "",
        who=who,
        opened_at=ticket.opened_at,
        waiting_since=ticket.waiting_since,
        due_at=ticket.due_at,
        due=ticket.due_clock or "",
        promised=promised,
        resolved=resolved,
        tags=tags,
        earlier=earlier,
        footer=footer,
        mentions=mentions,
        buttons=buttons(ticket),
    )
