"""How every use case records what has to happen next. Nothing is sent from here."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain import sla
from bot.domain import ticket as moves
from bot.domain.conversation import Conversation, Mode
from bot.domain.hours import BusinessHours
from bot.domain.inactivity import next_step
from bot.domain.ladder import waiting, with_ladder
from bot.domain.message import Author, Limits, Message, parts
from bot.domain.promise import Terms, read_terms, terms_of
from bot.domain.thread import Event, Note, Thread
from bot.domain.ticket import Ticket
from bot.domain.values import replace
from bot.ports.outbox import Lane, LaneKind
from bot.ports.store import Tx
from bot.services import webhooks
from bot.services.calendar import compiled, hours_of
from bot.services.people import shown

BATON = "baton"
PROMISED, BREACHED = "promised", "sla_breached"
# Several changes of a ticket within this time are one change of its card.
_GATHER_CARD = timedelta(seconds=0.3)
# While two people write back and forth, their card may follow more slowly.
_GATHER_TALK = timedelta(seconds=2)
_ROOM = 200  # characters kept free for an introduction or a state line in every post


def contact_lane(tx: Tx, conversation: Conversation) -> Lane:
    return tx.outbox.lane(LaneKind.CONTACT, conversation.id, conversation.place)


def thread_lane(tx: Tx, thread: Thread) -> Lane:
    return tx.outbox.lane(LaneKind.THREAD, thread.id, thread.place)


def agent_lane(tx: Tx, conversation: Conversation) -> Lane:
    return tx.outbox.lane(LaneKind.AGENT, conversation.id, conversation.place)


def thread_of(tx: Tx, conversation: Conversation) -> Thread | None:
    """Where the team follows a conversation now, or last did."""
    takeover = tx.threads.of_takeover(conversation.id)
    ticket = tx.tickets.last_of(conversation.id)
    if ticket is None or conversation.mode is Mode.TAKEOVER:
        return takeover
    return tx.threads.of_ticket(ticket.number) or takeover


def thread_for(tx: Tx, message: Message) -> Thread | None:
    """Where the team sees one message: its ticket's thread, or the takeover's."""
    if message.ticket_number is not None:
        return tx.threads.of_ticket(message.ticket_number)
    if message.author is Author.ATTENDANT:
        return tx.threads.of_takeover(message.conversation_id)
    return thread_of(tx, tx.conversations.get(message.conversation_id))


def deliver(tx: Tx, conversation: Conversation, message: Message, *, new: bool = False) -> None:
    """Bring the contact's copies of a message up to date: one effect for each part of it.

    Of a `new` message nothing stands anywhere yet.
    """
    _sync(tx, contact_lane(tx, conversation), message, epoch=message.epoch, new=new)


def mirror(
    tx: Tx,
    thread: Thread | None,
    message: Message,
    *,
    new: bool = False,
    delay: timedelta = timedelta(),
) -> None:
    """Bring the team's copies of a message up to date; after a `delay`, in which what was written
    before it may still come.

    None goes before the thread's root: what was written while Baton was away is older than a thread
    that was opened on its return.
    """
    if thread and not thread.cut_off:
        lane, since = thread_lane(tx, thread), thread.opened_at
        _sync(tx, lane, message, epoch=None, new=new, since=since, delay=delay)


def _sync(
    tx: Tx,
    lane: Lane,
    message: Message,
    *,
    epoch: int | None,
    new: bool,
    since: datetime | None = None,
    delay: timedelta = timedelta(),
) -> None:
    wanted = parts(message.text, message.attachments, part_limits(tx, lane.workspace))
    copies = [] if new else tx.outbox.copies(lane.id, f"message:{message.id}:")
    standing = {copy.subject for copy in copies}
    subjects = {f"message:{message.id}:{number}" for number in range(len(wanted))}
    order_at = max(message.at, since or message.at)
    for subject in sorted(subjects | standing):
        if new or not tx.outbox.pending(lane.id, subject):
            tx.outbox.add(lane, subject, order_at=order_at, epoch=epoch, new=new, delay=delay)


def part_limits(tx: Tx, workspace: str) -> Limits:
    """What one part of a message may hold there, with room for what is said around it."""
    limits = tx.limits(workspace)
    return limits.with_text(max(limits.text - _ROOM, limits.text // 2))


def show_note(tx: Tx, thread: Thread, note: Note) -> None:
    tx.outbox.add(thread_lane(tx, thread), f"note:{note.id}", order_at=note.at)


def refresh_card(tx: Tx, thread: Thread | None, now: datetime, *, talk: bool = False) -> None:
    """Have the thread's card show the ticket as it is, in a moment; after mere `talk`, a bit later.

    What somebody did to the ticket is not held up by what was said before it.
    """
    if thread is None:
        return
    lane = tx.outbox.lane(LaneKind.CARD, thread.id, thread.place)
    waiting = tx.outbox.pending(lane.id, "card")
    if waiting is None:
        delay = _GATHER_TALK if talk else _GATHER_CARD
        tx.outbox.add(lane, "card", order_at=now, delay=delay)
    elif not talk:
        tx.outbox.hasten(waiting, _GATHER_CARD)


def log(
    tx: Tx,
    kind: str,
    *,
    actor: str,
    now: datetime,
    ticket: Ticket | None = None,
    thread: Thread | None = None,
    conversation: Conversation | None = None,
    line: str = "",
    **data: str,
) -> Event:
    """Append to the event log; a `line` is also shown in the thread.

    What happened to a ticket tells the status it has after it, so that the log alone can be read.
    """
    if ticket:
        data = {"status": ticket.status, **data}
    event = tx.events.add(
        Event(
            at=now,
            kind=kind,
            actor=actor,
            conversation_id=ticket.conversation_id
            if ticket
            else (conversation.id if conversation else None),
            ticket_number=ticket.number if ticket else None,
            thread_id=thread.id if thread else None,
            line=line,
            data=data,
        )
    )
    webhooks.announce(tx, event)
    if line and thread:
        tx.outbox.add(thread_lane(tx, thread), f"event:{event.id}", order_at=now)
    return event


def keep(tx: Tx, ticket: Ticket, now: datetime, *, unclaimed: bool = False) -> Ticket:
    """Store a ticket that has just moved, with its clocks by what its team promises now and its
    next step of the inactivity policy; practice has neither.

    `unclaimed`: it begins, or begins anew, to wait for somebody to claim it.
    New terms go into the log, and so does a promise that was broken before anybody was told.
    """
    ticket = moves.with_hold(ticket, now)
    if unclaimed:
        ticket = waiting(ticket, now)
    team = tx.desk.get().team(ticket.team)
    terms = Terms() if ticket.practice else terms_of(team, ticket.priority)
    before = terms if terms.digest == ticket.terms else _last_terms(tx, ticket)
    ticket, broken = sla.measured(
        ticket,
        before=before,
        terms=terms,
        warning=team.sla_warning if team else None,
        calendar=compiled,
        now=now,
    )
    if terms.digest != ticket.terms:
        ticket = replace(ticket, terms=terms.digest)
        log(tx, PROMISED, actor=BATON, now=now, ticket=ticket, terms=terms.write())
    for clock in broken:
        log(tx, BREACHED, actor=BATON, now=now, ticket=ticket, clock=clock)
    return schedule(tx, ticket)


def schedule(tx: Tx, ticket: Ticket) -> Ticket:
    """Store a ticket with the moment at which the inactivity policy looks at it next, and the
    claim ladder.
    """
    team = None if ticket.practice else tx.desk.get().team(ticket.team)
    due = next_step(ticket, team.inactivity, hours_of(team)) if team else None
    ticket = laddered(tx, replace(ticket, inactivity_at=due.at if due else None))
    tx.tickets.put(ticket)
    return ticket


def laddered(tx: Tx, ticket: Ticket) -> Ticket:
    """The ticket with the next call of the claim ladder, as its team has it; it is not stored."""
    team = None if ticket.practice else tx.desk.get().team(ticket.team)
    return with_ladder(ticket, team, hours_of(team) if team else None)


def _last_terms(tx: Tx, ticket: Ticket) -> Terms:
    """What was promised until now, as the log has it."""
    events = tx.events.of_ticket(ticket.number)
    written = [one.data["terms"] for one in events if one.kind == PROMISED]
    return read_terms(written[-1]) if written else Terms()


def team_hours(tx: Tx, ticket: Ticket) -> BusinessHours | None:
    team = tx.desk.get().team(ticket.team)
    return hours_of(team) if team else None


def locked(tx: Tx, number: int) -> tuple[Conversation, Ticket]:
    """A ticket and its conversation, held until the commit, always in this order."""
    conversation = tx.conversations.lock(tx.tickets.get(number).conversation_id)
    return conversation, tx.tickets.lock(number)


def name(tx: Tx, person: str | None) -> str:
    if person is None:
        return "nobody"
    return "Baton" if person == BATON else shown(tx, person).name
