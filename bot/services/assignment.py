"""Say who should take a ticket, where the team lets Baton do so."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.assignment import Candidate, choose
from bot.domain.desk import Team
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import notify, people, record
from bot.services.calendar import next_shift

_BATCH = 100
_LOOKED = "assignment:"


def pick(tx: Tx, team: Team, now: datetime, *, but: str | None = None) -> str | None:
    """Whose turn it is, which is theirs from then on; None where nobody can."""
    if team.assignment == "manual":
        return None
    turn = tx.meta.count(f"turn:{team.name}", 1)  # holds the others who pick in this team
    names = [one for one in people.members(tx, team) if one != but]
    load, turns = tx.tickets.load(names), tx.people.turns(team.name)
    candidates = [
        Candidate(
            person=one,
            obstacle=people.obstacle(tx, team, one, now),
            load=load.get(one, 0),
            turn=turns.get(one, 0),
        )
        for one in names
    ]
    chosen = choose(team, candidates)
    if chosen:
        tx.people.take_turn(team.name, chosen, turn)
    return chosen


def assigned(tx: Tx, ticket: Ticket, team: Team, now: datetime) -> Ticket:
    """The ticket with who should take it, where nobody does yet; it is not stored here."""
    if ticket.status is not Status.OPEN or ticket.practice or ticket.assigned or ticket.holder:
        return ticket
    return replace(ticket, assigned=pick(tx, team, now))


def assign(
    tx: Tx, ticket: Ticket, now: datetime, *, but: str | None = None, why: str = ""
) -> Ticket:
    """Give an open ticket to whose turn it is, and tell them; `but` is who just gave it away."""
    team = tx.desk.get().team(ticket.team)
    is_given = ticket.status is not Status.OPEN or bool(ticket.assigned)
    if team is None or ticket.practice or is_given:
        return ticket
    chosen = pick(tx, team, now, but=but)
    if chosen is None:
        return ticket
    ticket = record.keep(tx, moves.assign(ticket, chosen), now)
    line = f"{why} Assigned to {record.name(tx, chosen)}.".strip()
    notify.tell(tx, ticket, "assigned", line, chosen, now, to=chosen)
    notify.theirs(tx, ticket, now)
    record.refresh_card(tx, tx.threads.of_ticket(ticket.number), now)
    return ticket


def fill(tx: Tx, team: Team, now: datetime) -> int:
    """Give out what waits in a team, now that somebody can take it; answers with how much."""
    if team.assignment == "manual":
        return 0
    given = 0
    for found in tx.tickets.unassigned(team.name, _BATCH):
        _, ticket = record.locked(tx, found.number)
        if assign(tx, ticket, now).assigned is None:
            break
        given += 1
    return given


def sweep_shifts(tx: Tx, now: datetime) -> int:
    """Give out what waited for a shift to begin, or for a desk on which somebody can take it."""
    return sum(_sweep(tx, team, now) for team in tx.desk.get().teams)


def _sweep(tx: Tx, team: Team, now: datetime) -> int:
    if team.assignment == "manual":
        return 0
    version, _, until = (tx.meta.get(_LOOKED + team.name) or "").partition(" ")
    is_settled = version == str(tx.desk.version)
    if is_settled and (not until or now < datetime.fromisoformat(until)):
        return 0
    given = fill(tx, team, now)
    if given < _BATCH:
        begins = next_shift(team, now)
        marks = (str(tx.desk.version), begins.isoformat() if begins else "")
        tx.meta.put(_LOOKED + team.name, " ".join(marks).strip())
    return given
