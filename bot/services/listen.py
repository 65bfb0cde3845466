"""What a contact's words lead to: relayed to people, answered by the agent, or handed over."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import hours
from bot.domain import ticket as moves
from bot.domain.conversation import Conversation
from bot.domain.desk import Channel, Desk, Rule, Team
from bot.domain.escalation import Escalation, Evidence, Signal, decide
from bot.domain.message import Author, Message
from bot.domain.reading import Reading, falls, repeats
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.domain.values import replace
from bot.ports.store import Tx
from bot.services import absence, assignment, record, reopen
from bot.services.calendar import hours_of
from bot.services.escalate import escalate
from bot.services.patterns import matches
from bot.services.spending import over_budget


def with_ticket(
    tx: Tx,
    conversation: Conversation,
    message: Message,
    reading: Reading,
    now: datetime,
    *,
    delay: timedelta = timedelta(),
) -> None:
    """People have the conversation: relay, and let the ticket know that the contact waits."""
    if message.ticket_number is None:
        raise AssertionError(conversation)  # mode and open ticket change together
    ticket = tx.tickets.lock(message.ticket_number)
    thread = tx.threads.of_ticket(ticket.number)
    record.mirror(tx, thread, message, new=True, delay=delay)
    if message.author is not Author.CONTACT:
        return
    if ticket.status is Status.AWAITING and reading.pleasantry and not _was_asked(tx, ticket):
        moves.pleasantry(ticket)
        record.log(
            tx,
            "thanked",
            actor=conversation.contact,
            now=now,
            ticket=ticket,
            thread=thread,
            line="That sounds like it is done. Close the ticket?",
            button="ticket:close",
        )
        return
    if ticket.warning_id is not None:
        lane = record.contact_lane(tx, conversation)
        tx.outbox.withdraw(lane, f"message:{ticket.warning_id}:")
    before = ticket.status
    written = moves.contact_writes(ticket, now)
    waits = written.status is Status.OPEN and before is not Status.OPEN
    ticket = record.keep(tx, written, now, unclaimed=waits)
    ticket = assignment.assign(tx, ticket, now) if waits else absence.cover(tx, ticket, now)
    if ticket.status is not before:
        record.log(
            tx, "contact_replied", actor=conversation.contact, now=now, ticket=ticket, thread=thread
        )
        record.refresh_card(tx, thread, now, talk=not waits)


def with_agent(
    tx: Tx,
    channel: Channel,
    conversation: Conversation,
    message: Message,
    reading: Reading,
    now: datetime,
    *,
    gather: timedelta,
) -> None:
    """Decide whether people should go on; else ask the agent, once the contact has paused."""
    evidence = gather_evidence(tx, conversation, message, reading)
    if channel.agent:
        evidence = replace(evidence, failure=over_budget(tx, conversation, now))
    escalation = judge(tx, conversation, evidence, now)
    if escalation is None and not channel.agent:
        escalation = Escalation(signal=Signal.NO_AGENT, reason="No agent answers in this channel.")
    if reopen.contact_wrote_again(tx, conversation, message, reading, escalation, now):
        return
    if escalation:
        escalate(tx, conversation, escalation, now)
        return
    lane = record.agent_lane(tx, conversation)
    tx.outbox.withdraw(lane, "turn:")
    tx.outbox.add(lane, f"turn:{message.id}", order_at=now, epoch=conversation.epoch, delay=gather)


def gather_evidence(
    tx: Tx, conversation: Conversation, message: Message, reading: Reading
) -> Evidence:
    """What the deterministic signals see: only what was said since the agent took up."""
    earlier = [
        one
        for one in tx.messages.of(conversation.id, after=conversation.agent_after)
        if one.author is Author.CONTACT and one.id < message.id
    ]
    moods = (*(one.sentiment for one in earlier), reading.sentiment)
    return Evidence(
        text=message.text,
        reading=reading,
        falling=falls(moods),
        answers=conversation.answers,
        unresolved=reading.dissatisfied
        or repeats(message.text, tuple(one.text for one in earlier)),
    )


def judge(
    tx: Tx, conversation: Conversation, evidence: Evidence, now: datetime
) -> Escalation | None:
    """Ask the desk's rules."""
    desk = tx.desk.get()
    return decide(
        desk.rules,
        evidence,
        workspace=conversation.workspace,
        channel="dm" if conversation.direct else conversation.channel,
        attempts=desk.agent.attempts,
        is_open=lambda rule: _is_open(desk, conversation, rule, now),
        matches=matches,
    )


def _is_open(desk: Desk, conversation: Conversation, rule: Rule, now: datetime) -> bool:
    channel = desk.channel_at(
        conversation.workspace, conversation.channel, direct=conversation.direct
    )
    team: Team | None = desk.team(rule.team) or desk.default_team(channel)
    return hours.is_open(hours_of(team) if team else None, now)


def _was_asked(tx: Tx, ticket: Ticket) -> bool:
    """Whether anything was asked since the contact last wrote: a short answer then says something.

    A warning asks whether they are still there.
    """
    *before, _ = tx.messages.of(ticket.conversation_id)
    asked = []
    for message in reversed(before):
        if message.author is Author.CONTACT:
            break
        asked.append(message)
    return ticket.warning_id is not None or any("?" in message.text for message in asked)
