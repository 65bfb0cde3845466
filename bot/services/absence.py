"""Somebody goes away, or comes back: what becomes of their tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.domain import ticket as moves
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import assignment, notify, people, record

Choice = Literal["", "hand_back", "keep"]


@dataclass(frozen=True, kw_only=True)
class Left:
    """What somebody who went away still holds, and what went back to their teams."""

    kept: tuple[Ticket, ...]
    returned: tuple[Ticket, ...]


def leave(tx: Tx, attendant: str, choice: Choice, now: datetime) -> Left:
    """Nothing new is assigned to them. What they have not begun goes back to the team at once; what
    they hold is theirs to decide about, unless their team has it handed back.
    """
    tx.people.set_away(attendant, away=True)
    kept, returned = [], []
    for ticket in tx.tickets.of_attendant(attendant):
        if _goes_back(tx, ticket, choice):
            returned.append(give_back(tx, ticket.number, attendant, now))
        else:
            kept.append(ticket)
    return Left(kept=tuple(kept), returned=tuple(returned))


def come_back(tx: Tx, attendant: str, now: datetime) -> int:
    """They are here again; answers with how many waiting tickets were given out for that."""
    desk = tx.desk.get()
    for one in desk.ids_of(attendant):
        tx.people.set_away(one, away=False)
    teams = desk.teams_of(*people.ids_of(tx, attendant))
    return sum(assignment.fill(tx, team, now) for team in teams)


def cover(tx: Tx, ticket: Ticket, now: datetime) -> Ticket:
    """The contact writes to somebody who is out: where the team has tickets handed back by
    themselves, and somebody else is there, the ticket goes back to the team.
    """
    team, holder = tx.desk.get().team(ticket.team), ticket.holder
    if team is None or holder is None or team.hand_back != "auto":
        return ticket
    if people.obstacle(tx, team, holder, now) not in {"away", "off shift"}:
        return ticket
    others = (one for one in people.members(tx, team) if one != holder)
    if not any(people.obstacle(tx, team, one, now) == "" for one in others):
        return ticket
    return give_back(tx, ticket.number, holder, now)


def give_back(tx: Tx, number: int, attendant: str, now: datetime) -> Ticket:
    """A ticket of somebody who is out waits for the team, or is the next one's at once."""
    _, ticket = record.locked(tx, number)
    ticket = moves.release(ticket) if ticket.holder else moves.unassign(ticket)
    ticket = record.keep(tx, ticket, now, unclaimed=True)
    why = f"{record.name(tx, attendant)} is away."
    record.log(tx, "handed_back", actor=attendant, now=now, ticket=ticket)
    given = assignment.assign(tx, ticket, now, but=attendant, why=why)
    team = tx.desk.get().team(ticket.team)
    if given.assigned is None:
        waits = given.status is Status.OPEN and team is not None
        wanted = team.called(ticket.priority) if team and waits else ()
        words = f"{why} It is back with the team."
        notify.post(tx, given, "released", words, wanted, now, actor=attendant)
    record.refresh_card(tx, tx.threads.of_ticket(number), now)
    return given


def _goes_back(tx: Tx, ticket: Ticket, choice: Choice) -> bool:
    if ticket.holder is None or choice == "hand_back":
        return True
    team = tx.desk.get().team(ticket.team)
    return choice == "" and team is not None and team.hand_back == "auto"
