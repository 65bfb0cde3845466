"""An attendant speaks to the contact."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot.domain import ticket as moves
from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Role
from bot.domain.errors import BadInput, HeldByOther, NotFound, NotYourMessage, TicketClosed
from bot.domain.message import Attachment, Author, Delivery, Message, check_file, check_text
from bot.domain.thread import Thread
from bot.domain.ticket import Ticket
from bot.domain.values import replace
from bot.ports.store import Tx
from bot.services import people, record

Collision = Literal["ask", "take over", "send once"]


def reply(
    tx: Tx,
    number: int,
    attendant: str,
    text: str,
    now: datetime,
    *,
    attachments: tuple[Attachment, ...] = (),
    collision: Collision = "ask",
) -> Message:
    """Send to the contact of a ticket. An unclaimed ticket is claimed by it.

    Raises `HeldByOther` when somebody else has it and `collision` does not say what to do, and
    `TicketClosed` when it would have to be reopened first.
    """
    text = check_text(text, attachments)
    conversation, before = record.locked(tx, number)
    ticket = _with_say(tx, before, attendant, collision)
    thread = tx.threads.of_ticket(number)
    message = _say(tx, conversation, ticket, thread, attendant, text, attachments, now)
    ticket = record.keep(tx, moves.reply(ticket, attendant, message.id, now), now)
    record.log(tx, "replied", actor=attendant, now=now, ticket=ticket, thread=thread)
    record.refresh_card(tx, thread, now, talk=before.holder == ticket.holder)
    return message


def speak(
    tx: Tx,
    conversation_id: int,
    attendant: str,
    text: str,
    now: datetime,
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """Send to the contact of a conversation that was taken over."""
    text = check_text(text, attachments)
    conversation = tx.conversations.lock(conversation_id)
    if conversation.mode is not Mode.TAKEOVER:
        raise BadInput(problem="Take this conversation over first: the agent is answering it.")
    thread = tx.threads.of_takeover(conversation_id)
    return _say(tx, conversation, None, thread, attendant, text, attachments, now)


def edit(tx: Tx, message_id: int, attendant: str, text: str, now: datetime) -> Message:
    """Change a sent reply, also where the contact sees it. What it said before is kept."""
    message = _own(tx, message_id, attendant)
    text = check_text(text, message.attachments)
    if text == message.text:
        return message
    tx.messages.add_revision(message.id, message.text, message.edited_at or message.at)
    return _change(tx, replace(message, text=text, edited_at=now), "reply_edited", attendant, now)


def delete(tx: Tx, message_id: int, attendant: str, now: datetime) -> Message:
    """Take a reply back, also where the contact sees it."""
    message = _own(tx, message_id, attendant)
    return _change(tx, replace(message, deleted_at=now), "reply_deleted", attendant, now)


def _with_say(tx: Tx, ticket: Ticket, attendant: str, collision: Collision) -> Ticket:
    """The ticket with the attendant allowed to speak in it."""
    if not ticket.is_open:
        raise TicketClosed(number=ticket.number)
    if ticket.holder in {None, attendant} or collision == "send once":
        return ticket
    if collision == "ask":
        raise HeldByOther(number=ticket.number, holder=record.name(tx, ticket.holder))
    return moves.take_from_holder(ticket, attendant)


def _say(
    tx: Tx,
    conversation: Conversation,
    ticket: Ticket | None,
    thread: Thread | None,
    attendant: str,
    text: str,
    attachments: tuple[Attachment, ...],
    now: datetime,
) -> Message:
    most = tx.limits(conversation.workspace).file_bytes
    for file in attachments:
        check_file(file.name, file.size, most)
    person = people.shown(tx, attendant)
    message = tx.messages.add(
        Message(
            conversation_id=conversation.id,
            ticket_number=ticket.number if ticket else None,
            author=Author.ATTENDANT,
            author_id=attendant,
            author_name=person.name,
            author_avatar=person.avatar,
            text=text,
            attachments=attachments,
            at=now,
            epoch=conversation.epoch,
            intro=_intro(tx, conversation, thread, attendant),
            delivery=Delivery.PENDING,
        )
    )
    tx.conversations.put(replace(conversation, last_message_at=now))
    record.deliver(tx, conversation, message, new=True)
    record.mirror(tx, thread, message, new=True)
    return message


def _intro(tx: Tx, conversation: Conversation, thread: Thread | None, attendant: str) -> str:
    """Who the contact talks to, said with the first reply of whoever speaks now."""
    team = tx.desk.get().team(thread.team) if thread else None
    if team is None or team.identity == "anonymous":
        return ""
    last = tx.messages.last_said(conversation.id)
    if (
        last
        and last.author is Author.ATTENDANT
        and last.epoch == conversation.epoch
        and (last.author_id == attendant or team.identity == "team")
    ):
        return ""
    who = record.name(tx, attendant) if team.identity == "name" else f"the {team.name} team"
    return f"You are now talking to {who}."


def _own(tx: Tx, message_id: int, attendant: str) -> Message:
    """A reply that this attendant may change, held until the commit."""
    message = tx.messages.get(message_id)
    tx.conversations.lock(message.conversation_id)
    message = tx.messages.get(message_id)
    if message.author is not Author.ATTENDANT or message.deleted_at:
        raise NotFound(what="reply", name=message_id, hint="It may have been deleted.")
    if message.source_id is not None:
        raise BadInput(problem="This was written in the contact's own place; change it there.")
    desk = tx.desk.get()
    role = desk.role(*people.ids_of(tx, attendant))
    if (
        desk.attendant(message.author_id) != desk.attendant(attendant)
        and role.rank < Role.SUPERVISOR.rank
    ):
        raise NotYourMessage(author=message.author_name)
    return message


def _change(tx: Tx, message: Message, kind: str, actor: str, now: datetime) -> Message:
    tx.messages.put(message)
    conversation = tx.conversations.get(message.conversation_id)
    thread = record.thread_for(tx, message)
    ticket = tx.tickets.get(message.ticket_number) if message.ticket_number else None
    record.deliver(tx, conversation, message)
    record.mirror(tx, thread, message)
    record.log(tx, kind, actor=actor, now=now, ticket=ticket, message=str(message.id))
    return message
