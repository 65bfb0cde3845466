"""What follows once a message has reached the contact, or cannot."""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.message import Author, Delivery, Message
from bot.domain.ticket import Ticket
from bot.domain.values import replace
from bot.ports.store import Tx
from bot.services import cue, record

# How many messages were withheld, under this name among the counters.
WITHHELD = "withheld messages"


def succeeded(tx: Tx, message: Message, now: datetime) -> None:
    """The whole message is there: only now do the clocks that wait for the contact start."""
    was_shown = message.slow or message.delivery is Delivery.FAILED
    message = replace(
        message, delivery=Delivery.DELIVERED, delivered_at=now, slow=False, problem=""
    )
    tx.messages.put(message)
    if message.ticket_number is not None:
        start_waiting(tx, tx.tickets.lock(message.ticket_number), message.id, now)
    if was_shown:
        _show(tx, message)
    conversation = tx.conversations.get(message.conversation_id)
    if conversation.is_practice:
        cue.cue(tx, conversation, message, now)


def failed(tx: Tx, message: Message, problem: str) -> None:
    """It was given up; the thread says so, with Retry."""
    message = replace(message, delivery=Delivery.FAILED, problem=problem, slow=False)
    tx.messages.put(message)
    _show(tx, message)


def withheld(tx: Tx, message: Message) -> None:
    """The agent's words came too late; the thread shows them as not sent."""
    message = replace(message, delivery=Delivery.WITHHELD)
    tx.messages.put(message)
    count_withheld(tx, tx.conversations.get(message.conversation_id))
    _show(tx, message)


def count_withheld(tx: Tx, conversation: Conversation) -> None:
    """One more that came too late, for the figures; those of practice are none."""
    if not conversation.is_practice:
        tx.meta.count(WITHHELD, 1)


def mark_slow(tx: Tx, before: datetime, limit: int = 100) -> int:
    """Show the state of messages that have been on their way for too long to stay silent."""
    found = tx.messages.slow(before, limit)
    for message_id in sorted(one.id for one in found):
        tx.conversations.lock(tx.messages.get(message_id).conversation_id)
        message = tx.messages.get(message_id)  # it may have arrived while it was waited for
        if message.delivery is Delivery.PENDING:
            tx.messages.put(replace(message, slow=True))
            _show(tx, message)
    return len(found)


def start_waiting(tx: Tx, ticket: Ticket, message_id: int, now: datetime) -> None:
    """Set the inactivity clock from the delivery of the last reply, or of its warning."""
    if message_id == ticket.last_reply_id:
        ticket = replace(ticket, reply_delivered_at=now)
    elif message_id == ticket.warning_id:
        ticket = replace(ticket, warned_at=now)
    else:
        return
    record.schedule(tx, ticket)


def _show(tx: Tx, message: Message) -> None:
    """Only what the team has a thread for is shown; the agent's own chat has none."""
    thread = record.thread_for(tx, message)
    if thread and (message.author is not Author.AGENT or message.delivery is Delivery.WITHHELD):
        record.mirror(tx, thread, message)
