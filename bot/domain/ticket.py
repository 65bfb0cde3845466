"""A conversation formally handed to humans.

Each function is one move: it asks the transition table and returns the ticket as it is after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.desk import Priority
from bot.domain.errors import AlreadyHeld, HeldByOther, IllegalMove, TicketClosed
from bot.domain.promise import Alert, Clock
from bot.domain.states import Action, Status, after
from bot.domain.values import replace


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """`assigned` should take it; `holder` has claimed it.

    `held_since` is when somebody took it whom nobody held before: a change of hands is no break.
    `waiting_since` is when the contact began to wait for people (None while people wait for the
    contact); `due_at` when the nearest promise ends, and `due_clock` which one that is;
    `inactivity_at` when the inactivity policy looks at it next, `sla_at` when a promise is.
    `resolution` counts from the opening, or the last reopening, to the close, by the wall;
    `resolution_business` in business time without the waits for the contact.

    The two clocks, of the wait for a response and of the resolution, are kept by `bot.domain.sla`:
    what they took before the stretch that runs `since` then (None: they stand), and what people
    have been told. `terms` names the promises they were last measured by. `first_response` is what
    the first reply took, in business time; `next_responses` how many followed, and how many waits
    for one ended late, answered or not.
    `unclaimed_since`, `reminded` and `reminded_at` tell how far the claim ladder has come,
    `ladder_at` when it calls next.

    `rating` is what the contact gave last, 1 to 5; `rating_ask_id` the message that asked for it.

    `practice` marks a played customer's ticket, which no figure counts.
    """

    number: int = 0
    conversation_id: int
    status: Status = Status.OPEN
    priority: Priority = Priority.NORMAL
    team: str
    assigned: str | None = None
    holder: str | None = None
    held_since: datetime | None = None
    last_holder: str | None = None
    signal: str
    rule: str = ""
    reason: str
    opened_at: datetime
    restarted_at: datetime
    waiting_since: datetime | None = None
    due_at: datetime | None = None
    due_clock: Clock | None = None
    sla_at: datetime | None = None
    terms: str = ""
    response_since: datetime | None = None
    response_spent: timedelta = timedelta()
    response_alert: Alert = Alert.NONE
    resolution_since: datetime | None = None
    resolution_spent: timedelta = timedelta()
    resolution_alert: Alert = Alert.NONE
    first_response: timedelta | None = None
    first_response_late: bool = False
    next_responses: int = 0
    next_responses_late: int = 0
    first_claimed_at: datetime | None = None
    first_replied_at: datetime | None = None
    last_reply_id: int | None = None
    reply_delivered_at: datetime | None = None
    warning_id: int | None = None
    warned_at: datetime | None = None
    inactivity_at: datetime | None = None
    unclaimed_since: datetime | None = None
    reminded: int = 0
    reminded_at: datetime | None = None
    ladder_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    close_reason: str = ""
    resolution: timedelta | None = None
    resolution_business: timedelta | None = None
    resolution_late: bool = False
    reopened: int = 0
    reopen_offered_at: datetime | None = None
    previous: int | None = None
    rating: int | None = None
    rating_ask_id: int | None = None
    practice: bool = False

    @property
    def is_open(self) -> bool:
        return self.status is not Status.CLOSED


def assign(ticket: Ticket, attendant: str) -> Ticket:
    """Say who should take it; nobody is active yet."""
    status = after(ticket.status, Action.ASSIGN, number=ticket.number)
    return replace(ticket, status=status, assigned=attendant)


def unassign(ticket: Ticket) -> Ticket:
    """Nobody in particular should take it any more."""
    return replace(ticket, assigned=None)


def claim(ticket: Ticket, attendant: str, now: datetime) -> Ticket:
    """Take it. The first claim wins: raises `AlreadyHeld` with who was faster."""
    if ticket.is_open and ticket.holder is not None:
        raise AlreadyHeld(number=ticket.number, holder=ticket.holder)
    status = after(ticket.status, Action.CLAIM, number=ticket.number)
    return replace(
        ticket,
        status=status,
        holder=attendant,
        last_holder=attendant,
        assigned=None,
        first_claimed_at=ticket.first_claimed_at or now,
    )


def reply(ticket: Ticket, attendant: str, message_id: int, now: datetime) -> Ticket:
    """People have spoken and wait for the contact. An unclaimed ticket is claimed by it.

    Whether somebody other than the holder may reply is asked before, by `check_reply`.
    """
    status = after(ticket.status, Action.REPLY, number=ticket.number)
    holder = ticket.holder or attendant
    return replace(
        _quiet(ticket),
        status=status,
        holder=holder,
        last_holder=holder,
        assigned=None,
        first_claimed_at=ticket.first_claimed_at or now,
        first_replied_at=ticket.first_replied_at or now,
        last_reply_id=message_id,
        waiting_since=None,
    )


def check_reply(ticket: Ticket, attendant: str, *, once: bool) -> None:
    """Raises `TicketClosed` or, unless it is meant for once, `HeldByOther`."""
    if not ticket.is_open:
        raise TicketClosed(number=ticket.number)
    if ticket.holder not in {None, attendant} and not once:
        raise HeldByOther(number=ticket.number, holder=ticket.holder)


def take_from_holder(ticket: Ticket, attendant: str) -> Ticket:
    """Hold it in place of whoever did; the status stays."""
    if not ticket.is_open:
        raise TicketClosed(number=ticket.number)
    return replace(ticket, holder=attendant, last_holder=attendant, assigned=None)


def contact_writes(ticket: Ticket, now: datetime) -> Ticket:
    """The contact waits again. With nobody holding it, it waits to be claimed."""
    status = after(ticket.status, Action.CONTACT_WRITES, number=ticket.number)
    if not ticket.is_open:
        return ticket
    if status is Status.IN_PROGRESS and ticket.holder is None:
        status = Status.OPEN
    return replace(_quiet(ticket), status=status, waiting_since=ticket.waiting_since or now)


def pleasantry(ticket: Ticket) -> Ticket:
    """A kind word (“thanks!”) changes no status and no clock."""
    return replace(ticket, status=after(ticket.status, Action.PLEASANTRY, number=ticket.number))


def with_hold(ticket: Ticket, now: datetime) -> Ticket:
    """The ticket after a move, with since when somebody has held it without a break."""
    if ticket.holder is None:
        return replace(ticket, held_since=None) if ticket.held_since else ticket
    return ticket if ticket.held_since else replace(ticket, held_since=now)


def prioritize(ticket: Ticket, priority: Priority) -> Ticket:
    status = after(ticket.status, Action.PRIORITIZE, number=ticket.number)
    return replace(ticket, status=status, priority=priority)


def transfer_to(ticket: Ticket, attendant: str) -> Ticket:
    """Somebody else's now. While the contact is awaited they hold it, else they should claim it."""
    status = after(ticket.status, Action.TRANSFER, number=ticket.number)
    if status is Status.AWAITING:
        return replace(ticket, holder=attendant, last_holder=attendant, assigned=None)
    return replace(ticket, status=status, holder=None, assigned=attendant)


def transfer_to_team(ticket: Ticket, team: str) -> Ticket:
    """Another team's now, and nobody's in it yet."""
    status = after(ticket.status, Action.TRANSFER, number=ticket.number)
    return replace(ticket, status=status, team=team, holder=None, assigned=None)


def release(ticket: Ticket) -> Ticket:
    """Give it back to the team. Raises `IllegalMove` when nobody holds it."""
    status = after(ticket.status, Action.RELEASE, number=ticket.number)
    if ticket.holder is None:
        raise IllegalMove(
            number=ticket.number,
            status=f"{ticket.status} and nobody has it",
            way_out=": there is nothing to release.",
        )
    return replace(ticket, status=status, holder=None, assigned=None)


def warn(ticket: Ticket, message_id: int) -> Ticket:
    """The contact is asked whether they are still there."""
    status = after(ticket.status, Action.WARN, number=ticket.number)
    return replace(ticket, status=status, warning_id=message_id, inactivity_at=None)


def close(ticket: Ticket, by: str | None, reason: str, now: datetime) -> Ticket:
    """Finish it and record the resolution time."""
    status = after(ticket.status, Action.CLOSE, number=ticket.number)
    return replace(
        _quiet(ticket),
        status=status,
        holder=None,
        last_holder=ticket.holder or ticket.last_holder,
        assigned=None,
        waiting_since=None,
        closed_at=now,
        closed_by=by,
        close_reason=reason,
        resolution=max(now - ticket.restarted_at, timedelta()),
    )


def reopen(ticket: Ticket, by: str | None, now: datetime) -> Ticket:
    """Take it up again under the same number; the clocks restart.

    `by` holds it from now on. Without anybody (`auto`), it is open and assigned to its last holder.
    """
    action = Action.REOPEN if by else Action.REOPEN_FOR_ASSIGNED
    status = after(ticket.status, action, number=ticket.number)
    return replace(
        ticket,
        status=status,
        holder=by,
        last_holder=by or ticket.last_holder,
        assigned=None if by else ticket.last_holder,
        restarted_at=now,
        waiting_since=now,
        closed_at=None,
        closed_by=None,
        close_reason="",
        resolution=None,
        resolution_business=None,
        resolution_late=False,
        resolution_spent=timedelta(),
        resolution_alert=Alert.NONE,
        reopened=ticket.reopened + 1,
        reopen_offered_at=None,
    )


def _quiet(ticket: Ticket) -> Ticket:
    """Stop the inactivity clock."""
    return replace(
        ticket, inactivity_at=None, warning_id=None, warned_at=None, reply_delivered_at=None
    )
