"""Take a ticket, or give it back."""

from __future__ import annotations

from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.desk import Priority
from bot.domain.errors import AlreadyHeld
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import assignment, notify, record


def claim(tx: Tx, number: int, attendant: str, now: datetime) -> Ticket:
    """The first claim wins. Raises `AlreadyHeld`, which names who was faster."""
    _, ticket = record.locked(tx, number)
    if ticket.is_open and ticket.holder == attendant:
        return ticket  # pressed twice
    if ticket.is_open and ticket.holder:
        raise AlreadyHeld(number=number, holder=record.name(tx, ticket.holder))
    ticket = record.keep(tx, moves.claim(ticket, attendant, now), now)
    return _done(tx, ticket, "claimed", attendant, f"{record.name(tx, attendant)} claimed.", now)


def release(tx: Tx, number: int, attendant: str, now: datetime) -> Ticket:
    """Back to the team. Raises `IllegalMove` when nobody holds it."""
    _, ticket = record.locked(tx, number)
    ticket = record.keep(tx, moves.release(ticket), now, unclaimed=True)
    line = f"{record.name(tx, attendant)} released it to the team."
    ticket = _done(tx, ticket, "released", attendant, line, now)
    return assignment.assign(tx, ticket, now, but=attendant)


def prioritize(tx: Tx, number: int, priority: Priority, attendant: str, now: datetime) -> Ticket:
    """Change how urgent it is, and with it what was promised. Who is named for a higher priority is
    called, while nobody has claimed it.
    """
    _, before = record.locked(tx, number)
    ticket = record.keep(tx, moves.prioritize(before, priority), now)
    line = f"{record.name(tx, attendant)} set the priority to {priority}."
    team = tx.desk.get().team(ticket.team)
    is_raised = priority.rank > before.priority.rank and ticket.status is Status.OPEN
    wanted = team.called(priority) if team and is_raised else ()
    notify.post(tx, ticket, "prioritized", line, wanted, now, actor=attendant)
    record.refresh_card(tx, tx.threads.of_ticket(number), now)
    return ticket


def _done(tx: Tx, ticket: Ticket, kind: str, actor: str, line: str, now: datetime) -> Ticket:
    thread = tx.threads.of_ticket(ticket.number)
    record.log(tx, kind, actor=actor, now=now, ticket=ticket, thread=thread, line=line)
    record.refresh_card(tx, thread, now)
    return ticket
