"""Hand a conversation over to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import hours
from bot.domain.conversation import Conversation, mute
from bot.domain.desk import Desk, Team
from bot.domain.errors import AlreadyHandled, BadDesk, NotFound
from bot.domain.escalation import Escalation, Signal
from bot.domain.message import Author, Delivery, Message
from bot.domain.thread import Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import LaneKind
from bot.ports.store import Tx
from bot.services import assignment, notify, people, record
from bot.services.calendar import hours_of
from bot.services.record import BATON


def escalate(
    tx: Tx,
    conversation: Conversation,
    escalation: Escalation,
    now: datetime,
    *,
    actor: str = BATON,
) -> Ticket:
    """Mute the agent, open a ticket, and queue its thread, its summary and who is told.

    All of it in the caller's transaction; the contact is told nothing (but for the out-of-hours
    text, where one is configured).
    """
    conversation = tx.conversations.lock(conversation.id)
    if conversation.is_erased:
        raise NotFound(what="conversation", name=conversation.id, hint="Its contact was erased.")
    if ticket := tx.tickets.open_of(conversation.id):
        raise AlreadyHandled(who=f"ticket #{ticket.number} is open")
    team = _destination(tx.desk.get(), conversation, escalation)
    taken_by = conversation.takeover_by
    conversation = mute(conversation)
    tx.conversations.put(conversation)
    ticket = _open(tx, conversation, escalation, team, taken_by, now)
    thread = _thread(tx, conversation, ticket, team, now)
    tx.outbox.withdraw(record.agent_lane(tx, conversation), "turn:")
    request_summary(tx, conversation, ticket, now)
    record.log(
        tx,
        "escalated",
        actor=actor,
        now=now,
        ticket=ticket,
        thread=thread,
        signal=escalation.signal,
        rule=escalation.rule,
        reason=escalation.reason,
        team=team.name,
        priority=escalation.priority,
        called=" ".join(notify.opening(tx, ticket, team)),
        practice="yes" if ticket.practice else "",
        assigned=ticket.assigned or "",
    )
    notify.theirs(tx, ticket, now)
    _out_of_hours(tx, conversation, ticket, team, now)
    return ticket


def by_person(tx: Tx, conversation_id: int, attendant: str, reason: str, now: datetime) -> Ticket:
    """A human decides that people should go on."""
    conversation = tx.conversations.lock(conversation_id)
    who = record.name(tx, attendant)
    escalation = Escalation(signal=Signal.PERSON, reason=reason or f"{who} asked for a ticket.")
    return escalate(tx, conversation, escalation, now, actor=attendant)


def open_thread(
    tx: Tx,
    conversation_id: int,
    team: Team,
    now: datetime,
    *,
    number: int | None = None,
    after: Thread | None = None,
) -> Thread:
    """A new thread in a team's channel, of a ticket or a takeover; its root is queued and, below
    it, what was said so far. It may go on `after` another.
    """
    thread = tx.threads.add(
        Thread(
            conversation_id=conversation_id,
            ticket_number=number,
            team=team.name,
            workspace=team.workspace,
            channel=team.channel,
            opened_at=now,
            history_to=tx.messages.last_id(conversation_id),
            predecessor_id=after.id if after else None,
        )
    )
    lane = record.thread_lane(tx, thread)
    tx.outbox.add(lane, "card", order_at=now)
    tx.outbox.add(lane, "transcript", order_at=now)
    return thread


def request_summary(tx: Tx, conversation: Conversation, ticket: Ticket, now: datetime) -> None:
    """Have the agent summarise; the card fills in when it is there."""
    lane = tx.outbox.lane(LaneKind.SUMMARY, conversation.id, conversation.place)
    subject = f"summary:{ticket.number}"
    if not tx.outbox.pending(lane.id, subject):
        tx.outbox.add(lane, subject, order_at=now)


def _destination(desk: Desk, conversation: Conversation, escalation: Escalation) -> Team:
    teams = desk.teams_of(escalation.attendant) if escalation.attendant else ()
    channel = desk.channel_at(
        conversation.workspace, conversation.channel, direct=conversation.direct
    )
    team = desk.team(escalation.team) or next(iter(teams), None) or desk.default_team(channel)
    if team is None:
        raise BadDesk(problem="There is no team to hand over to. Make one with /desk team add.")
    return team


def _open(
    tx: Tx,
    conversation: Conversation,
    escalation: Escalation,
    team: Team,
    taken_by: str | None,
    now: datetime,
) -> Ticket:
    previous = tx.tickets.last_of(conversation.id)
    desk = tx.desk.get()
    is_own = bool(taken_by) and team in desk.teams_of(*people.ids_of(tx, taken_by or ""))
    named = escalation.attendant or (taken_by if is_own else None)
    assigned = desk.attendant(named) if named else None
    if assigned is None and not conversation.is_practice:
        assigned = assignment.pick(tx, team, now)
    ticket = tx.tickets.add(
        Ticket(
            conversation_id=conversation.id,
            team=team.name,
            assigned=assigned,
            priority=escalation.priority,
            signal=escalation.signal,
            rule=escalation.rule,
            reason=escalation.reason,
            opened_at=now,
            restarted_at=now,
            waiting_since=now,
            previous=previous.number if previous else None,
            practice=conversation.is_practice,
        )
    )
    return record.keep(tx, ticket, now, unclaimed=True)


def _thread(
    tx: Tx, conversation: Conversation, ticket: Ticket, team: Team, now: datetime
) -> Thread:
    """The thread of a running takeover in the same channel serves on; else a new one opens."""
    taken = tx.threads.of_takeover(conversation.id)
    if taken and (taken.workspace, taken.channel) == (team.workspace, team.channel):
        thread = replace(taken, ticket_number=ticket.number, team=team.name)
        tx.threads.put(thread)
        record.refresh_card(tx, thread, now)
        return thread
    if taken:
        line = f"It goes on as ticket #{ticket.number} with {team.name}."
        record.log(tx, "moved", actor=BATON, now=now, ticket=ticket, thread=taken, line=line)
        record.refresh_card(tx, taken, now)
    return open_thread(tx, conversation.id, team, now, number=ticket.number)


def _out_of_hours(
    tx: Tx, conversation: Conversation, ticket: Ticket, team: Team, now: datetime
) -> None:
    open_hours = hours_of(team)
    words = team.out_of_hours_in.get(conversation.language, team.out_of_hours)
    if conversation.is_practice or not words or open_hours is None:
        return
    if hours.is_open(open_hours, now):
        return
    opens = hours.next_opening(open_hours, now).astimezone(open_hours.timezone)
    is_default = words == team.out_of_hours  # the names of the days are English
    until = opens.strftime("%A %H:%M" if is_default else "%Y-%m-%d %H:%M")
    tell_contact(tx, conversation, words.replace("{until}", until), now, ticket=ticket)


def tell_contact(
    tx: Tx, conversation: Conversation, text: str, now: datetime, *, ticket: Ticket | None = None
) -> Message:
    """Say something in Baton's own name. Only what product and desk allow may come through here."""
    message = tx.messages.add(
        Message(
            conversation_id=conversation.id,
            ticket_number=ticket.number if ticket else None,
            author=Author.BATON,
            author_id=BATON,
            author_name="",
            text=text,
            at=now,
            epoch=conversation.epoch,
            delivery=Delivery.PENDING,
        )
    )
    record.deliver(tx, conversation, message, new=True)
    return message
