"""What the agent has used today (a day of UTC), against what the desk allows."""

from __future__ import annotations

import hashlib
from datetime import datetime

from bot.domain.budget import Spent, exceeded
from bot.domain.conversation import Conversation
from bot.ports.agent import Meter
from bot.ports.store import Tx

_DESK = "desk"
_DAY = "budget day"


def over_budget(tx: Tx, conversation: Conversation, now: datetime) -> str:
    """Why the agent may not go on, in words for the team; empty while it may."""
    budget = tx.desk.get().agent.budget
    if not budget.is_set:
        return ""
    return exceeded(budget, _spent(tx, _whose(conversation), now), _spent(tx, _DESK, now))


def spend(
    tx: Tx, conversation: Conversation | None, used: Meter, now: datetime, *, turns: int = 0
) -> None:
    """The agent was asked, for a contact's sake or for nobody's. Counted where a budget is set."""
    if not tx.desk.get().agent.budget.is_set:
        return
    _forget_yesterday(tx, now)
    for who in (_whose(conversation), _DESK) if conversation else (_DESK,):
        tx.meta.count(_name(who, "turns", now), turns)
        tx.meta.count(_name(who, "tokens", now), used.tokens)
        tx.meta.count(_name(who, "written", now), used.written)


def spend_on_ticket(tx: Tx, number: int, used: Meter, now: datetime) -> None:
    """A summary or a draft was made."""
    spend(tx, tx.conversations.get(tx.tickets.get(number).conversation_id), used, now)


def _spent(tx: Tx, who: str, now: datetime) -> Spent:
    return Spent(
        turns=tx.meta.counted(_name(who, "turns", now)),
        tokens=tx.meta.counted(_name(who, "tokens", now)),
        written=tx.meta.counted(_name(who, "written", now)),
    )


def _forget_yesterday(tx: Tx, now: datetime) -> None:
    today = f"{now:%Y-%m-%d}"
    before = tx.meta.get(_DAY)
    if before != today:
        tx.meta.put(_DAY, today)
        if before:
            tx.meta.forget_counts(f"budget:{before}:")


def _name(who: str, what: str, now: datetime) -> str:
    return f"budget:{now:%Y-%m-%d}:{who}:{what}"


def _whose(conversation: Conversation) -> str:
    """A contact is counted without being named."""
    return hashlib.sha256(conversation.contact.encode(errors="surrogatepass")).hexdigest()[:24]
