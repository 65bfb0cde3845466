"""What a message looks like as a post: to its contact, and in the team's thread."""

from __future__ import annotations

from bot.domain.card import Button, Post, Voice
from bot.domain.errors import NotFound
from bot.domain.identity import Person
from bot.domain.message import Author, Delivery, Message, Part, parts
from bot.domain.thread import Thread
from bot.ports.outbox import Lane, LaneKind
from bot.ports.store import Tx
from bot.services import people, rating
from bot.services.record import part_limits

# In which voice each author is shown.
VOICES: dict[Author, Voice] = {
    Author.CONTACT: "contact",
    Author.PARTICIPANT: "participant",
    Author.AGENT: "agent",
    Author.ATTENDANT: "attendant",
    Author.BATON: "line",
}
_WITHHELD = {
    Author.AGENT: "withheld: the agent's answer came after the handover",
    Author.BATON: "withheld: it came too late, or the contact is blocked",
}


def post(tx: Tx, lane: Lane, message: Message, rest: str) -> Post | None:
    """One part of a message, `rest` being its ids; None where nothing of it is to stand."""
    index = int(rest.partition(":")[2])
    if lane.kind is LaneKind.CONTACT:
        return _to_contact(tx, lane, message, index)
    return _in_thread(tx, lane, tx.threads.get(lane.ref), message, index)


def _to_contact(tx: Tx, lane: Lane, message: Message, index: int) -> Post | None:
    part = _part(tx, lane, message, index)
    if part is None or message.deleted_at:
        return None
    offered, chosen = rating.buttons(tx, message)
    return Post(
        voice=VOICES[message.author],
        speaker=_speaker(tx, message),
        text=part.text,
        attachments=part.attachments,
        aside=chosen or (message.intro if index == 0 else ""),
        buttons=offered,
        reply_to=_below(tx, lane, message),
    )


def _in_thread(tx: Tx, lane: Lane, thread: Thread, message: Message, index: int) -> Post | None:
    part = _part(tx, lane, message, index)
    if part is None:
        return None
    is_first = index == 0
    return Post(
        voice=VOICES[message.author],
        speaker=Person(
            id=message.author_id, name=message.author_name, avatar=message.author_avatar
        ),
        text=part.text,
        attachments=part.attachments,
        aside=_state(message) if is_first else "",
        buttons=_buttons(message, thread) if is_first and not thread.cut_off else (),
        reply_to=_answered(tx, lane, message) if is_first else None,
    )


def _part(tx: Tx, lane: Lane, message: Message, index: int) -> Part | None:
    pieces = parts(message.text, message.attachments, part_limits(tx, lane.workspace))
    return pieces[index] if index < len(pieces) else None


def _below(tx: Tx, lane: Lane, message: Message) -> str | None:
    """What words to the contact answer; as long as no thread is open, the first words there were.

    A platform with threads opens one below these.
    """
    conversation = tx.conversations.get(lane.ref)
    if conversation.direct or conversation.thread is not None:
        return _answered(tx, lane, message)
    said = tx.messages.of(conversation.id)
    return next((one.source_id for one in said if one.source_id), None)


def _answered(tx: Tx, lane: Lane, message: Message) -> str | None:
    """Where the message that this one replies to stands in the same lane."""
    if message.reply_to is None:
        return None
    copy = tx.outbox.copy(lane.id, f"message:{message.reply_to}:0")
    if copy and not copy.deleted:
        return copy.platform_id
    if lane.kind is not LaneKind.CONTACT:
        return None
    try:
        return tx.messages.get(message.reply_to).source_id
    except NotFound:  # it has outlived its time
        return None


def _speaker(tx: Tx, message: Message) -> Person | None:
    """Who the contact sees: the attendant, the team or nobody in particular, as the team has it."""
    if message.author is Author.BATON:
        return None
    shown = Person(id=message.author_id, name=message.author_name, avatar=message.author_avatar)
    if message.author is Author.AGENT:
        return shown
    desk = tx.desk.get()
    ticket = tx.tickets.get(message.ticket_number) if message.ticket_number else None
    own = desk.teams_of(*people.ids_of(tx, message.author_id))
    team = desk.team(ticket.team) if ticket else next(iter(own), None)
    match team.identity if team else "name":
        case "team":
            return Person(id="team", name=team.name if team else "")
        case "anonymous":
            return None
    return shown


def _state(message: Message) -> str:
    """What the team should know of a message beyond its words; usually nothing."""
    if message.deleted_at:
        by_contact = not message.speaks_to_contact
        return "deleted by the contact" if by_contact else "deleted; the contact no longer sees it"
    match message.delivery:
        case Delivery.WITHHELD:
            return _WITHHELD.get(message.author, "withheld")
        case Delivery.FAILED:
            return f"not delivered: {message.problem}"
        case Delivery.PENDING if message.slow:
            return "on its way…"
    if message.edited_at:
        return "edited after you replied" if message.edited_after_reply else "edited"
    return ""


def _buttons(message: Message, thread: Thread) -> tuple[Button, ...]:
    own = str(message.id)
    if message.deleted_at:
        return ()
    if message.author is Author.CONTACT and thread.ticket_number:
        return (Button(action="ticket:reply", label="Reply", value=str(thread.ticket_number)),)
    if message.delivery is Delivery.FAILED:
        return (Button(action="message:retry", label="Retry", value=own, style="primary"),)
    if message.author is Author.ATTENDANT and message.source_id is None:
        return (
            Button(action="message:edit", label="Edit", value=own),
            Button(action="message:delete", label="Delete", value=own, style="danger"),
        )
    return ()
