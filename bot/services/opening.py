"""A thread that is opened for a contact, and what they write there and where they wrote before.

It is of their conversation before that is recorded: between its opening and the first post in it
may come a kill, or a limit of the platform's; the contact may be quicker.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import Conversation, joins
from bot.domain.values import replace
from bot.ports.inbound import Written
from bot.ports.store import Tx
from bot.services import record

# What is under way is with one of the contact's newest conversations.
_LATELY = 10


def awaited(tx: Tx, written: Written) -> Conversation | None:
    """The contact's conversation for which the thread they write in is being opened."""
    for one in _latest(tx, written):
        if (one.direct or one.thread is None) and _is_opening(tx, one, written.thread):
            return one
    return None


def arrived(tx: Tx, conversation: Conversation, written: Written) -> Conversation:
    """It stands: what is still to be said there needs no opening. Whoever wrote directly is moved
    with what was said first, as the team is to be told.
    """
    is_below = written.thread is not None and conversation.thread is None
    is_here = is_below and conversation.channel == written.channel
    if not is_here or not _is_opening(tx, conversation, written.thread):
        return conversation
    conversation = replace(conversation, thread=written.thread)
    tx.conversations.put(conversation)
    return conversation


def moved(tx: Tx, written: Written, now: datetime) -> Conversation | None:
    """The conversation that began where the contact writes, and went on in a thread as nothing
    could be sent there.
    """
    for one in _latest(tx, written):
        is_elsewhere = one.channel != written.channel and not one.direct
        is_near = is_elsewhere and one.workspace == written.workspace and joins(one, now)
        if is_near and tx.outbox.began(one.id) == written.channel:
            return one
    return None


def _latest(tx: Tx, written: Written) -> list[Conversation]:
    """Newest first."""
    return tx.conversations.of_contact(written.author.id)[: -_LATELY - 1 : -1]


def _is_opening(tx: Tx, conversation: Conversation, thread: str | None) -> bool:
    """A lane goes in order: what opens a thread is first in it, or was given up."""
    lane = record.contact_lane(tx, conversation)
    first = tx.outbox.next(lane.id)
    tried = [*([first] if first else []), *tx.outbox.dead_of(lane.id, "message:")]
    return thread is not None and any(one.progress.get("thread") == thread for one in tried)
