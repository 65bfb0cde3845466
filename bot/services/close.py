"""Finish a ticket, by a person's word or by the contact's silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.conversation import Conversation, hand_back
from bot.domain.duration import roughly
from bot.domain.hours import is_open, next_opening
from bot.domain.inactivity import Step, next_step
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import assignment, rating, record
from bot.services.escalate import tell_contact
from bot.services.record import BATON

INACTIVE = "the contact did not answer"


def close(
    tx: Tx, number: int, actor: str, reason: str, now: datetime, *, closing_line: str = ""
) -> Ticket:
    """Close it and record the resolution time; the agent may answer again."""
    conversation, ticket = record.locked(tx, number)
    closed = _close(tx, conversation, ticket, actor, reason, closing_line, now)
    _fill(tx, closed.team, now)
    return closed


def sweep_inactive(tx: Tx, now: datetime, limit: int = 100) -> int:
    """Warn about or close the tickets whose contacts have been silent for too long.

    The policy is asked again here: the desk may have changed since the row was written. None of
    them is of a place that is catching up, where the contact's answer may be on its way.
    """
    due = tx.tickets.inactive(now, limit)
    for ticket in due:
        _step(tx, ticket, now)
    for team in sorted({ticket.team for ticket in due}):
        _fill(tx, team, now)
    return len(due)


def resolved_in(ticket: Ticket) -> str:
    """By the wall; and, where it differs, in business time without the waits for the contact."""
    if ticket.resolution is None:
        return ""
    took = roughly(ticket.resolution)
    ours = ticket.resolution_business
    if ours is None or roughly(ours) == took:
        return took
    return f"{took} ({roughly(ours)} of business time, without waits for the contact)"


def _step(tx: Tx, ticket: Ticket, now: datetime) -> None:
    conversation = tx.conversations.lock(ticket.conversation_id)
    team = tx.desk.get().team(ticket.team)
    hours = record.team_hours(tx, ticket)
    due = next_step(ticket, team.inactivity, hours) if team else None
    if team is None or due is None or due.at > now:
        record.schedule(tx, ticket)
    elif not is_open(hours, now):  # what comes late, after an outage, is not said at night
        tx.tickets.put(replace(ticket, inactivity_at=next_opening(hours, now)))
    elif due.step is Step.WARN:
        language = _language(tx, conversation, ticket) if team.inactivity.warnings else ""
        words = team.inactivity.warning_in(language)
        _warn(tx, conversation, ticket, words, now)
    else:
        language = _language(tx, conversation, ticket) if team.inactivity.closings else ""
        words = team.inactivity.closing_in(language)
        _close(tx, conversation, ticket, BATON, INACTIVE, words, now)


def _language(tx: Tx, conversation: Conversation, ticket: Ticket) -> str:
    """In which the contact writes, as far as anybody has recognised it."""
    if conversation.language:
        return conversation.language
    summary = tx.summaries.latest(ticket.number)
    return summary.language if summary else ""


def _warn(tx: Tx, conversation: Conversation, ticket: Ticket, words: str, now: datetime) -> None:
    message = tell_contact(tx, conversation, words, now, ticket=ticket)
    ticket = record.keep(tx, moves.warn(ticket, message.id), now)
    thread = tx.threads.of_ticket(ticket.number)
    record.mirror(tx, thread, message, new=True)
    record.log(tx, "warned", actor=BATON, now=now, ticket=ticket, thread=thread)


def _close(
    tx: Tx,
    conversation: Conversation,
    ticket: Ticket,
    actor: str,
    reason: str,
    closing_line: str,
    now: datetime,
) -> Ticket:
    closed = record.keep(tx, moves.close(ticket, actor, reason, now), now)
    thread = tx.threads.of_ticket(ticket.number)
    conversation = hand_back(conversation, tx.messages.last_id(conversation.id))
    tx.conversations.put(conversation)
    if closing_line:
        message = tell_contact(tx, conversation, closing_line, now, ticket=closed)
        record.mirror(tx, thread, message, new=True)
    closed = _ask_for_rating(tx, conversation, closed, now)
    who = "Baton" if actor == BATON else record.name(tx, actor)
    took = resolved_in(closed)
    why = f": {reason}" if reason else ""
    record.log(
        tx,
        "closed",
        actor=actor,
        now=now,
        ticket=closed,
        thread=thread,
        line=f"{who} closed it{why}. Resolved in {took or 'no time'}.",
        reason=reason,
        after=str(conversation.agent_after),
    )
    record.refresh_card(tx, thread, now)
    return closed


def _fill(tx: Tx, name: str, now: datetime) -> None:
    """Who has closed something can take something else."""
    if team := tx.desk.get().team(name):
        assignment.fill(tx, team, now)


def _ask_for_rating(tx: Tx, conversation: Conversation, closed: Ticket, now: datetime) -> Ticket:
    team = tx.desk.get().team(closed.team)
    if team is None or not team.rating:
        return closed
    words = team.rating_text_in.get(_language(tx, conversation, closed), team.rating_text)
    return rating.ask(tx, conversation, closed, words, now)
