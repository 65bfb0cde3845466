"""A member of the team speaks straight in the contact's own place: the agent never argues."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.conversation import TAKEOVER_SPANS, Conversation, Mode
from bot.domain.message import Author, Delivery, Message
from bot.ports.inbound import Written
from bot.ports.store import Tx
from bot.services import delivered, record, takeover


def spoke(tx: Tx, conversation: Conversation, written: Written, now: datetime) -> Message:
    """Their words reply to the ticket, or take the conversation over; they stand there already."""
    tx.people.put(written.author)
    attendant = tx.desk.get().attendant(written.author.id)
    if conversation.mode is Mode.AGENT:
        conversation = takeover.take_over(tx, conversation.id, attendant, TAKEOVER_SPANS[0], now)
    ticket = tx.tickets.open_of(conversation.id)
    message = tx.messages.add(
        Message(
            conversation_id=conversation.id,
            ticket_number=ticket.number if ticket else None,
            author=Author.ATTENDANT,
            author_id=attendant,
            author_name=written.author.name,
            author_avatar=written.author.avatar,
            text=written.text,
            attachments=written.attachments,
            at=now,
            epoch=conversation.epoch,
            source_id=written.source_id,
            delivery=Delivery.DELIVERED,
            delivered_at=now,
        )
    )
    tx.conversations.put(replace(conversation, last_message_at=now))
    thread = record.thread_of(tx, conversation)
    if ticket:
        locked = tx.tickets.lock(ticket.number)
        ticket = record.keep(tx, moves.reply(locked, attendant, message.id, now), now)
        record.log(tx, "replied", actor=attendant, now=now, ticket=ticket, thread=thread)
        delivered.start_waiting(tx, ticket, message.id, now)
        record.refresh_card(tx, thread, now)
    record.mirror(tx, thread, message)
    return message
