"""Take a closed ticket up again, because somebody asks or because the contact wrote again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.conversation import Conversation, mute
from bot.domain.desk import Role, Team
from bot.domain.errors import ContactErased, OtherTicketOpen
from bot.domain.escalation import Escalation
from bot.domain.message import Message
from bot.domain.reading import Reading
from bot.domain.states import Action, after
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import assignment, notify, people, record, transfer
from bot.services.escalate import request_summary
from bot.services.record import BATON

_QUOTED = 200  # characters of the contact's words that the offer repeats


def reopen(tx: Tx, number: int, actor: str, now: datetime) -> Ticket:
    """The actor has it again under its number. Raises `OtherTicketOpen` with the other's number."""
    conversation, ticket = record.locked(tx, number)
    after(ticket.status, Action.REOPEN, number=number)
    if conversation.is_erased:
        raise ContactErased(number=number)
    return _reopen(tx, conversation, ticket, actor, now)


def contact_wrote_again(
    tx: Tx,
    conversation: Conversation,
    message: Message,
    reading: Reading,
    escalation: Escalation | None,
    now: datetime,
) -> bool:
    """After a close: offer to reopen, or do so. Whether people have the conversation again.

    What would open a ticket anyway opens this one again, unless it is meant for another team: it
    is the same matter. A pleasantry never reopens, and after `reopen_within` the matter is a new
    one.
    """
    ticket = tx.tickets.last_of(conversation.id)
    if ticket is None or ticket.closed_at is None or reading.pleasantry:
        return False
    team = tx.desk.get().team(ticket.team)
    if team is None or team.reopen == "never" or now - ticket.closed_at > team.reopen_within:
        return False
    if escalation and escalation.team not in {"", team.name}:
        return False
    if team.reopen == "auto" or escalation:
        _reopen(tx, conversation, tx.tickets.lock(ticket.number), None, now)
        return True
    if ticket.reopen_offered_at is None:
        _offer(tx, tx.tickets.lock(ticket.number), message, now)
    return False


def _offer(tx: Tx, ticket: Ticket, message: Message, now: datetime) -> None:
    """The thread says so, and the last holder is told, once."""
    tx.tickets.put(replace(ticket, reopen_offered_at=now))
    thread = tx.threads.of_ticket(ticket.number)
    line = f"{message.author_name} wrote again: {message.text[:_QUOTED]}"
    notify.tell(
        tx,
        ticket,
        "wrote_again",
        line,
        tx.desk.get().attendant(ticket.last_holder) if ticket.last_holder else None,
        now,
        actor=message.author_id,
        button="ticket:reopen",
    )
    record.refresh_card(tx, thread, now)


def _reopen(
    tx: Tx, conversation: Conversation, ticket: Ticket, actor: str | None, now: datetime
) -> Ticket:
    other = tx.tickets.open_of(conversation.id)
    if other:
        raise OtherTicketOpen(number=ticket.number, other=other.number)
    conversation = mute(conversation)
    tx.conversations.put(conversation)
    tx.outbox.withdraw(record.agent_lane(tx, conversation), "turn:")
    ticket = _fit(tx, conversation, moves.reopen(ticket, actor, now), now)
    ticket = record.keep(tx, ticket, now, unclaimed=True)
    thread = tx.threads.of_ticket(ticket.number)
    who = record.name(tx, actor) if actor else "The contact wrote again: it was"
    assigned = f" and assigned to {record.name(tx, ticket.assigned)}" if ticket.assigned else ""
    line = f"{who} reopened{' it' if actor else ''}{assigned}."
    if actor or ticket.assigned:
        notify.tell(tx, ticket, "reopened", line, ticket.assigned, now, actor=actor or BATON)
        notify.theirs(tx, ticket, now)
    else:
        team = tx.desk.get().team(ticket.team)
        wanted = team.called(ticket.priority) if team else ()
        notify.post(tx, ticket, "reopened", line, wanted, now)
    for message in tx.messages.of(conversation.id, after=_said_before_close(tx, ticket)):
        record.mirror(tx, thread, message)
    request_summary(tx, conversation, ticket, now)
    record.refresh_card(tx, thread, now)
    return ticket


def _fit(tx: Tx, conversation: Conversation, ticket: Ticket, now: datetime) -> Ticket:
    """To a desk that may have changed: nobody who has left is assigned, no team that is gone."""
    desk = tx.desk.get()
    if ticket.assigned:
        ticket = replace(ticket, assigned=desk.attendant(ticket.assigned))
    if ticket.assigned and desk.role(*people.ids_of(tx, ticket.assigned)) is Role.OUTSIDER:
        ticket = replace(ticket, assigned=None)
    if own := desk.team(ticket.team):
        return assignment.assigned(tx, _without_absent(tx, ticket, own, now), own, now)
    channel = desk.channel_at(
        conversation.workspace, conversation.channel, direct=conversation.direct
    )
    team = desk.default_team(channel)
    return transfer.move(tx, ticket, team, now) if team else ticket


def _without_absent(tx: Tx, ticket: Ticket, team: Team, now: datetime) -> Ticket:
    """Where Baton assigns, a last holder who is out does not get it again."""
    if team.assignment == "manual" or ticket.assigned is None:
        return ticket
    is_out = people.obstacle(tx, team, ticket.assigned, now) in {"away", "off shift"}
    return replace(ticket, assigned=None) if is_out else ticket


def _said_before_close(tx: Tx, ticket: Ticket) -> int:
    """The last message that the thread had shown when the ticket was closed."""
    closes = [event for event in tx.events.of_ticket(ticket.number) if event.kind == "closed"]
    return int(closes[-1].data.get("after", "0")) if closes else 0
