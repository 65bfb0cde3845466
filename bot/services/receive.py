"""A message comes in: whose conversation it is, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.conversation import Conversation, Mode, joins
from bot.domain.desk import Channel, Desk, Role
from bot.domain.message import Author, Message
from bot.domain.reading import Reading
from bot.domain.values import replace
from bot.ports.inbound import Received, Written
from bot.ports.store import Tx
from bot.services import access, block, listen, note, opening, people, record, staff
from bot.services.escalate import tell_contact

# Messages in quick succession are answered as one: the agent waits this long for the next.
GATHER = timedelta(seconds=0.8)
# What came by a way that keeps no order is passed on after this, in the order of its writing.
SETTLE = timedelta(seconds=0.5)


def receive(
    tx: Tx, written: Written, reading: Reading, now: datetime, *, ordered: bool = True
) -> Received | None:
    """Take a message in; None when it is not Baton's business or was taken in before.

    Not `ordered`: what was written before it may come in a moment, to another process perhaps.
    """
    desk = tx.desk.get()
    where = written.workspace, written.channel
    is_ours = written.thread is not None and tx.threads.at(*where, written.thread) is not None
    if is_ours or desk.team_at(*where):
        return note.from_thread(tx, written, now)
    channel = desk.channel_at(*where, direct=written.direct)
    if channel is None and not _is_with_people(tx, written, now):
        return None
    if block.keeps_out(tx, written):
        return None
    tx.conversations.hold_contact(written.author.id, written.workspace, written.channel)
    conversation = _find(tx, written, now)
    if _is_staff(tx, desk, written, conversation):
        return _staff(tx, conversation, written, now)
    if not tx.first_sight(written.key):
        return None
    tx.people.put(written.author)
    if conversation is None:
        conversation = tx.conversations.add(_begin(written, now))
        tx.sources.watch(written.workspace, written.channel, "", written.source_id)
    conversation = opening.arrived(tx, tx.conversations.lock(conversation.id), written)
    delay = timedelta() if ordered else SETTLE
    return _append(tx, channel, conversation, written, reading, now, delay=delay)


def _is_with_people(tx: Tx, written: Written, now: datetime) -> bool:
    """Whether people have the conversation: they hear the contact, also in a place that has been
    disconnected meanwhile.
    """
    conversation = _find(tx, written, now)
    return conversation is not None and conversation.mode is not Mode.AGENT


def _find(tx: Tx, written: Written, now: datetime) -> Conversation | None:
    """The thread's conversation; else the contact's with an open ticket, or their recent one."""
    where = written.workspace, written.channel
    if written.thread:
        found = tx.conversations.in_thread(*where, written.thread) or _below(tx, written)
        return found or opening.awaited(tx, written)
    if with_ticket := tx.conversations.with_ticket_of(written.author.id, *where):
        return with_ticket
    latest = tx.conversations.latest_of(written.author.id, *where)
    if latest and joins(latest, now):
        return latest
    return opening.moved(tx, written, now) if written.direct else None


def _below(tx: Tx, written: Written) -> Conversation | None:
    """A thread below a later message of a conversation belongs to that conversation."""
    if not written.thread:
        return None
    above = tx.messages.find_source(written.workspace, written.channel, written.thread)
    return tx.conversations.get(above.conversation_id) if above else None


def _begin(written: Written, now: datetime) -> Conversation:
    """A new conversation; where the platform has threads, its answers go below its first words."""
    return Conversation(
        workspace=written.workspace,
        channel=written.channel,
        thread=written.thread or written.opens,
        direct=written.direct,
        contact=written.author.id,
        contact_name=written.author.name,
        contact_avatar=written.author.avatar,
        started_at=now,
        last_message_at=now,
    )


def _is_staff(tx: Tx, desk: Desk, written: Written, conversation: Conversation | None) -> bool:
    """A member who writes in a customers' channel speaks for the team, not for themselves."""
    if written.direct or desk.role(*people.acting(tx, written.author)) is Role.OUTSIDER:
        return False
    if conversation is None:
        return True
    is_other = conversation.contact != written.author.id
    return is_other and access.sees_conversation(tx, written.author, conversation)


def _staff(
    tx: Tx, conversation: Conversation | None, written: Written, now: datetime
) -> Received | None:
    if conversation is None or not written.thread or not tx.first_sight(written.key):
        return None
    message = staff.spoke(tx, tx.conversations.lock(conversation.id), written, now)
    return Received(conversation_id=conversation.id, message_id=message.id)


def _append(
    tx: Tx,
    channel: Channel | None,
    conversation: Conversation,
    written: Written,
    reading: Reading,
    now: datetime,
    *,
    delay: timedelta,
) -> Received:
    is_contact = written.author.id == conversation.contact
    message = tx.messages.add(
        _message(tx, conversation, written, reading, now, is_contact=is_contact)
    )
    if is_contact:
        conversation = replace(
            conversation,
            contact_name=written.author.name,
            contact_avatar=written.author.avatar,
            language=reading.language or conversation.language,
            last_message_at=now,
        )
        tx.conversations.put(conversation)
    match conversation.mode:
        case Mode.TICKET:
            listen.with_ticket(tx, conversation, message, reading, now, delay=delay)
        case Mode.TAKEOVER:
            thread = tx.threads.of_takeover(conversation.id)
            record.mirror(tx, thread, message, new=True, delay=delay)
        case Mode.AGENT if is_contact and channel:
            listen.with_agent(tx, channel, conversation, message, reading, now, gather=GATHER)
    if is_contact:
        _tell_what_is_missing(tx, message, now)
    return Received(conversation_id=conversation.id, message_id=message.id)


def _tell_what_is_missing(tx: Tx, message: Message, now: datetime) -> None:
    """Files that cannot be passed on concern the contact's own act, so they hear of it at once."""
    missing = [f"“{file.name}” ({file.problem})" for file in message.attachments if file.problem]
    if missing:
        conversation = tx.conversations.get(message.conversation_id)
        words = f"This could not be passed on: {', '.join(missing)}."
        tell_contact(tx, conversation, words, now)


def _message(
    tx: Tx,
    conversation: Conversation,
    written: Written,
    reading: Reading,
    now: datetime,
    *,
    is_contact: bool,
) -> Message:
    ticket = tx.tickets.open_of(conversation.id)
    return Message(
        conversation_id=conversation.id,
        ticket_number=ticket.number if ticket else None,
        author=Author.CONTACT if is_contact else Author.PARTICIPANT,
        author_id=written.author.id,
        author_name=written.author.name,
        author_avatar=written.author.avatar,
        text=written.text,
        attachments=written.attachments,
        at=min(written.at, now),
        epoch=conversation.epoch,
        reply_to=_answered(tx, conversation, written) if written.reply_to else None,
        source_id=written.source_id,
        source_edited_at=written.edited_at,
        sentiment=reading.sentiment,
    )


def _answered(tx: Tx, conversation: Conversation, written: Written) -> int | None:
    """The message that they replied to: one of their own, or a copy of one of ours."""
    where = written.reply_to or ""
    if said := tx.messages.by_source(conversation.id, where):
        return said.id
    found = tx.outbox.copy_at(written.workspace, written.channel, where)
    is_message = found is not None and found[0].subject.startswith("message:")
    return int(found[0].subject.split(":")[1]) if found and is_message else None
