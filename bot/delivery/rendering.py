"""What a subject looks like at this moment: content is made when it is sent, never before.

So an edit before the sending replaces the words, and a card always shows the ticket as it is.
"""

from __future__ import annotations

from bot.delivery.cards import card_of, transcript_of
from bot.delivery.posts import post
from bot.domain.card import Button, Content, Post, Style
from bot.domain.errors import NotFound
from bot.domain.states import Status
from bot.domain.thread import Event
from bot.domain.values import replace
from bot.ports.outbox import Lane, LaneKind
from bot.ports.store import Tx
from bot.services.notify import in_line

_BUTTONS: dict[str, tuple[str, Style]] = {
    "ticket:close": ("Close", "danger"),
    "ticket:reopen": ("Reopen", "primary"),
}


def render(tx: Tx, lane: Lane, subject: str) -> Content | None:
    """The content of a subject in a lane; None when nothing (or nothing any more) is to stand."""
    kind, _, rest = subject.partition(":")
    match lane.kind:
        case LaneKind.CONTACT:
            return post(tx, lane, tx.messages.get(_number(rest)), rest)
        case LaneKind.NOTICE:
            return _notice(tx, tx.events.get(int(rest)))
    return _for_team(tx, lane, kind, rest)


def looks(tx: Tx, lane: Lane, subject: str) -> tuple[Content, ...]:
    """What a message may have looked like when an earlier try posted it: with each text that it
    has had, and before anything became of it.
    """
    kind, _, rest = subject.partition(":")
    if kind != "message":
        return ()
    try:
        message = tx.messages.get(_number(rest))
    except NotFound:  # erased meanwhile
        return ()
    plain = replace(message, deleted_at=None, edited_at=None, slow=False)
    texts = dict.fromkeys([message.text, *(text for text, _ in tx.messages.revisions(message.id))])
    found = [post(tx, lane, replace(plain, text=text), rest) for text in texts]
    return tuple(one for one in found if one is not None)


def _for_team(tx: Tx, lane: Lane, kind: str, rest: str) -> Content | None:
    thread = tx.threads.get(lane.ref)
    match kind:
        case "card":
            return card_of(tx, thread)
        case "transcript":
            return transcript_of(tx, thread)
        case "message":
            return post(tx, lane, tx.messages.get(_number(rest)), rest)
        case "note":
            return _note(tx, int(rest))
        case _:
            return _event(tx.events.get(int(rest)))


def _number(rest: str) -> int:
    return int(rest.partition(":")[0])


def _note(tx: Tx, note_id: int) -> Post:
    note = tx.notes.get(note_id)
    speaker = tx.people.get(note.author_id)
    return Post(voice="note", speaker=speaker, text=note.text, attachments=note.attachments)


def _event(event: Event) -> Post | None:
    if not event.line:  # its words were erased
        return None
    button = event.data.get("button", "")
    label, style = _BUTTONS.get(button, ("", ""))
    shown = Button(action=button, label=label, value=str(event.ticket_number), style=style)
    return Post(
        voice="line",
        text=event.line,
        buttons=(shown,) if button else (),
        mentions=in_line(event),
    )


def _notice(tx: Tx, event: Event) -> Post | None:
    """About a ticket, for somebody outside of its thread; nothing once it is taken."""
    ticket = tx.tickets.get(event.ticket_number or 0)
    if ticket.status is not Status.OPEN:
        return None
    thread = tx.threads.of_ticket(ticket.number)
    contact = tx.conversations.get(ticket.conversation_id).contact_name
    words = f"#{ticket.number} · {contact} · {ticket.priority}: {event.data['words']}"
    claim = Button(action="ticket:claim", label="Claim", value=str(ticket.number), style="primary")
    is_asked = event.kind == "asked"
    return Post(
        voice="line",
        text="\n".join(one for one in (words, thread.link if thread else "") if one),
        buttons=(claim,) if is_asked else (),
        mentions=tuple(event.data["called"].split()) if is_asked else (),
    )
