"""What the agent said, or why it did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.escalation import Escalation, Evidence, Signal
from bot.domain.message import Author, Delivery, Message
from bot.domain.summary import Summary, checked
from bot.ports.agent import Answer, Case, Failure, Handover, Meter, Outcome, Turn
from bot.ports.store import Tx
from bot.services import delivered, listen, record, spending
from bot.services.escalate import escalate

AGENT = "agent"


def turn(tx: Tx, conversation: Conversation) -> Turn:
    """What the agent is asked: what was said since it took the conversation up."""
    messages = tx.messages.of(conversation.id, after=conversation.agent_after)
    said = tuple(one for one in messages if not one.deleted_at)
    return Turn(persona=tx.desk.get().agent, messages=said)


def case(tx: Tx, number: int, now: datetime) -> Case:
    """What a summary or a draft is made from: all that was said in the conversation."""
    ticket = tx.tickets.get(number)
    return Case(
        persona=tx.desk.get().agent,
        ticket_number=number,
        reason=ticket.reason,
        messages=tuple(m for m in tx.messages.of(ticket.conversation_id) if not m.deleted_at),
        notes=tuple(tx.notes.of(ticket.conversation_id)),
        over_budget=spending.over_budget(tx, tx.conversations.get(ticket.conversation_id), now),
    )


def record_outcome(
    tx: Tx, conversation_id: int, epoch: int, upto: int, outcome: Outcome, now: datetime
) -> None:
    """Queue the agent's answer, or hand over.

    An answer from before a change of mode is kept as withheld, for the team to see. One that does
    not know of the contact's latest words is let go: the turn that does is queued already.
    """
    conversation = tx.conversations.lock(conversation_id)
    if conversation.is_erased:
        return
    used = Meter(tokens=outcome.tokens, written=outcome.written)
    spending.spend(tx, conversation, used, now, turns=1)
    if conversation.epoch != epoch:
        if isinstance(outcome, Answer):
            _withhold(tx, conversation, epoch, outcome, now)
        return
    newer = tx.messages.of(conversation_id, after=upto)
    if any(one.author is Author.CONTACT for one in newer):
        return
    match outcome:
        case Answer():
            _say(tx, conversation, outcome, now)
        case Handover(reason=reason):
            _hand_over(tx, conversation, Evidence(decision=reason), Signal.AGENT_DECIDES, now)
        case Failure(reason=reason):
            _hand_over(tx, conversation, Evidence(failure=reason), Signal.AGENT_FAILED, now)


def record_summary(tx: Tx, summary: Summary, used: Meter, now: datetime) -> Summary:
    """Keep a summary with only the citations that exist, and show it on the card."""
    conversation, ticket = record.locked(tx, summary.ticket_number)
    if conversation.is_erased:
        return summary
    spending.spend(tx, conversation, used, now)
    known = {message.id for message in tx.messages.of(conversation.id)}
    summary = tx.summaries.add(checked(summary, known))
    record.refresh_card(tx, tx.threads.of_ticket(ticket.number), now)
    return summary


def _say(tx: Tx, conversation: Conversation, answer: Answer, now: datetime) -> None:
    last = tx.tickets.last_of(conversation.id)
    after_people = last is not None and conversation.answers == 0
    message = tx.messages.add(
        replace(
            _message(tx, conversation, conversation.epoch, answer, now),
            delivery=Delivery.PENDING,
            intro="You are talking to the assistant again." if after_people else "",
        )
    )
    tx.conversations.put(
        replace(conversation, answers=conversation.answers + 1, last_message_at=now)
    )
    record.deliver(tx, conversation, message)


def _withhold(
    tx: Tx, conversation: Conversation, epoch: int, answer: Answer, now: datetime
) -> None:
    message = replace(_message(tx, conversation, epoch, answer, now), delivery=Delivery.WITHHELD)
    message = tx.messages.add(message)
    delivered.count_withheld(tx, conversation)
    record.mirror(tx, record.thread_of(tx, conversation), message)


def _message(
    tx: Tx, conversation: Conversation, epoch: int, answer: Answer, now: datetime
) -> Message:
    return Message(
        conversation_id=conversation.id,
        author=Author.AGENT,
        author_id=AGENT,
        author_name=tx.desk.get().agent.name,
        text=answer.text,
        at=now,
        epoch=epoch,
    )


def _hand_over(
    tx: Tx, conversation: Conversation, evidence: Evidence, signal: Signal, now: datetime
) -> None:
    """By the desk's rules where one listens for it, else to the channel's team."""
    reason = evidence.decision or evidence.failure
    found = listen.judge(tx, conversation, evidence, now)
    escalate(tx, conversation, found or Escalation(signal=signal, reason=reason), now)
