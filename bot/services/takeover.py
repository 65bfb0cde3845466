"""An attendant speaks for a while, without a ticket; then the agent resumes."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import conversation as moves
from bot.domain.conversation import Conversation
from bot.domain.desk import Desk, Team
from bot.domain.duration import roughly
from bot.domain.errors import BadDesk, NotFound
from bot.domain.thread import Thread
from bot.ports.store import Tx
from bot.services import people, record
from bot.services.escalate import open_thread
from bot.services.record import BATON


def take_over(
    tx: Tx, conversation_id: int, attendant: str, span: timedelta, now: datetime
) -> Conversation:
    """Mute the agent for a while. Raises `AlreadyHandled` when a ticket is open."""
    conversation = tx.conversations.lock(conversation_id)
    if conversation.is_erased:
        raise NotFound(what="conversation", name=conversation_id, hint="Its contact was erased.")
    conversation = moves.take_over(conversation, attendant, now + span)
    tx.conversations.put(conversation)
    tx.outbox.withdraw(record.agent_lane(tx, conversation), "turn:")
    thread = _thread(tx, conversation, attendant, now)
    record.log(
        tx,
        "taken_over",
        actor=attendant,
        now=now,
        conversation=conversation,
        thread=thread,
        line=f"{record.name(tx, attendant)} speaks for {roughly(span)}; then the agent resumes.",
    )
    record.refresh_card(tx, thread, now)
    return conversation


def resume(tx: Tx, conversation_id: int, actor: str, now: datetime) -> Conversation:
    """The agent may answer again. Raises `NotTakenOver`."""
    conversation = moves.resume(
        tx.conversations.lock(conversation_id), tx.messages.last_id(conversation_id)
    )
    tx.conversations.put(conversation)
    thread = tx.threads.of_takeover(conversation.id)
    who = "The time is over" if actor == BATON else record.name(tx, actor)
    record.log(
        tx,
        "resumed",
        actor=actor,
        now=now,
        conversation=conversation,
        thread=thread,
        line=f"{who}: the agent answers again.",
    )
    record.refresh_card(tx, thread, now)
    return conversation


def end_due(tx: Tx, now: datetime, limit: int = 100) -> int:
    """Let the agent resume where the agreed time has passed."""
    due = tx.conversations.takeovers_due(now, limit)
    for conversation in due:
        resume(tx, conversation.id, BATON, now)
    return len(due)


def _thread(tx: Tx, conversation: Conversation, attendant: str, now: datetime) -> Thread:
    if thread := tx.threads.of_takeover(conversation.id):
        return thread
    own = tx.desk.get().teams_of(*people.ids_of(tx, attendant))
    team = _team(tx.desk.get(), conversation, own)
    return open_thread(tx, conversation.id, team, now)


def _team(desk: Desk, conversation: Conversation, own: tuple[Team, ...]) -> Team:
    """The channel's team where the attendant is in it, else their first."""
    channel = desk.channel_at(
        conversation.workspace, conversation.channel, direct=conversation.direct
    )
    default = desk.default_team(channel)
    team = default if default in own or not own else own[0]
    if team is None:
        raise BadDesk(problem="There is no team whose channel could show this conversation.")
    return team
