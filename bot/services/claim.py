"""Take a ticket, or give it back."""

from __future__ import annotations

from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.desk import Priority
from bot.domain.errors import AlreadyHeld
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import record


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
    ticket = record.keep(tx, moves.release(ticket), now)
    line = f"{record.name(tx, attendant)} released it to the team."
    return _done(tx, ticket, "released", attendant, line, now)


def prioritize(tx: Tx, number: int, priority: Priority, attendant: str, now: datetime) -> Ticket:
    """Change how urgent it is, and with it what was promised."""
    _, ticket = record.locked(tx, number)
    ticket = record.keep(tx, moves.prioritize(ticket, priority), now)
    line = f"{record.name(tx, attendant)} set the priority to {priority}."
    return _done(tx, ticket, "prioritized", attendant, line, now)


def _done(tx: Tx, ticket: Ticket, kind: str, actor: str, line: str, now: datetime) -> Ticket:
    thread = tx.threads.of_ticket(ticket.number)
    record.log(tx, kind, actor=actor, now=now, ticket=ticket, thread=thread, line=line)
    record.refresh_card(tx, thread, now)
    return ticket
