"""What stands above a thread: its card, and what was said before it."""

from __future__ import annotations

from bot.delivery.posts import VOICES
from bot.domain.card import Button, Card, Line, Transcript, card
from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Priority
from bot.domain.identity import Person, platform_of
from bot.domain.message import Delivery, Message
from bot.domain.thread import Thread
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services.close import resolved_in
from bot.services.contact import earlier
from bot.services.history import called
from bot.services.inbox import who
from bot.services.notify import on_card
from bot.services.promises import promised

_PRACTICE = "Practice: nobody real is waiting, and no figure counts it."
_FOLLOWS = "Follows #{}."
_UNHEARD: dict[Delivery | None, str] = {
    Delivery.WITHHELD: "(withheld) ",
    Delivery.FAILED: "(not delivered) ",
}


def card_of(tx: Tx, thread: Thread) -> Card | None:
    """The root of a thread, as things are now; None once its contact was erased."""
    conversation = tx.conversations.get(thread.conversation_id)
    if conversation.is_erased:
        return None
    if thread.ticket_number is None:
        return _takeover_card(tx, thread, conversation)
    ticket = tx.tickets.get(thread.ticket_number)
    shown = card(
        ticket,
        contact=_contact(conversation),
        origin=_origin(conversation),
        place=None if conversation.direct else conversation.place,
        who=who(tx, ticket),
        summary=tx.summaries.latest(ticket.number),
        promised=promised(tx, ticket),
        resolved=resolved_in(ticket),
        mentions=on_card(tx, thread),
        tags=tx.tags.of(ticket.number),
        earlier=earlier(tx, ticket),
        footer=_footer(ticket),
    )
    return _cut_off(tx, thread, shown) if thread.cut_off else shown


def _footer(ticket: Ticket) -> str:
    parts = (_PRACTICE if ticket.practice else "", _FOLLOWS.format(ticket.previous))
    return " ".join(parts if ticket.previous else parts[:1]).strip()


def _cut_off(tx: Tx, thread: Thread, shown: Card) -> Card:
    """A thread that the ticket has left says where it went; its buttons are gone."""
    current = tx.threads.of_ticket(thread.ticket_number) if thread.ticket_number else None
    where = f"{current.team} {current.link}".strip() if current else "another thread"
    return Card(
        **{
            name: getattr(shown, name)
            for name in ("number", "title", "status", "priority", "contact", "origin", "opened_at")
        },
        reason=shown.reason,
        who=f"Went on with {where}",
        footer="This thread is closed: what you write here reaches nobody.",
    )


def _takeover_card(tx: Tx, thread: Thread, conversation: Conversation) -> Card:
    speaks = conversation.mode is Mode.TAKEOVER
    holder = tx.people.get(conversation.takeover_by or "").name
    value = str(conversation.id)
    return Card(
        number=0,
        title=f"Takeover · {conversation.contact_name}",
        status=None,
        priority=Priority.NORMAL,
        contact=_contact(conversation),
        origin=_origin(conversation),
        place=None if conversation.direct else conversation.place,
        reason="An attendant speaks for a while, without a ticket.",
        who=f"{holder} speaks" if speaks else _after_takeover(conversation),
        opened_at=thread.opened_at,
        buttons=(
            Button(action="takeover:reply", label="Reply", value=value, style="primary"),
            Button(action="takeover:resume", label="Let the agent resume", value=value),
            Button(action="takeover:escalate", label="Escalate", value=value),
        )
        if speaks
        else (),
    )


def _after_takeover(conversation: Conversation) -> str:
    is_agent = conversation.mode is Mode.AGENT
    return "The agent answers again" if is_agent else "It went on as a ticket"


def _contact(conversation: Conversation) -> Person:
    return Person(
        id=conversation.contact, name=conversation.contact_name, avatar=conversation.contact_avatar
    )


def _origin(conversation: Conversation) -> str:
    """Where they write from, in words."""
    if conversation.is_practice:
        return "Practice, a played customer"
    platform = platform_of(conversation.workspace).capitalize()
    return f"{platform}, direct message" if conversation.direct else f"{platform}, channel"


def transcript_of(tx: Tx, thread: Thread) -> Transcript | None:
    """What was said before the thread was opened, and the notes where the ticket came from."""
    said = tx.messages.of(thread.conversation_id)
    messages = [one for one in said if one.id <= thread.history_to]
    notes = [one for one in tx.notes.of(thread.conversation_id) if one.at <= thread.opened_at]
    lines = [
        Line(
            speaker=called(one),
            text=_words(one),
            at=one.at,
            voice=VOICES[one.author],
        )
        for one in messages
    ]
    lines += [
        Line(speaker=one.author_name, text=one.text, at=one.at, voice="note") for one in notes
    ]
    if not lines:
        return None
    return Transcript(
        title=f"The conversation so far ({len(lines)})",
        lines=tuple(sorted(lines, key=lambda line: line.at)),
    )


def _words(message: Message) -> str:
    files = " ".join(f"[{one.name}]" for one in message.attachments)
    unheard = _UNHEARD.get(message.delivery, "")
    deleted = "(deleted) " if message.deleted_at else ""
    return f"{deleted}{unheard}{message.text} {files}".strip()
