"""A played customer is to answer, once they have read what the attendant wrote."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.conversation import Conversation
from bot.domain.message import Author, Message
from bot.ports.store import Tx
from bot.services import record

# Nobody answers at once; and words in quick succession are answered together.
_READS = timedelta(seconds=2)
PLAY = "play:"


def cue(tx: Tx, conversation: Conversation, message: Message, now: datetime) -> None:
    """Queue their next line, in place of one that was waiting."""
    if message.author is Author.ATTENDANT:
        lane = record.agent_lane(tx, conversation)
        tx.outbox.withdraw(lane, PLAY)
        tx.outbox.add(lane, f"{PLAY}{message.id}", order_at=now, delay=_READS)
