"""Give a ticket to somebody else without losing any of its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.desk import Team
from bot.domain.errors import BadInput, NotFound
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import assignment, notify, people, record
from bot.services.escalate import open_thread, request_summary


def to_attendant(tx: Tx, number: int, target: str, actor: str, now: datetime) -> Ticket:
    """They should take it now; into their own team where they are not in this one."""
    conversation, ticket = record.locked(tx, number)
    desk = tx.desk.get()
    target = desk.attendant(target)
    teams = desk.teams_of(*people.ids_of(tx, target))
    if not teams:
        raise BadInput(problem=f"{record.name(tx, target)} is in no team, so cannot be given it.")
    if ticket.holder == target:
        raise BadInput(problem=f"{record.name(tx, target)} has ticket #{number} already.")
    moved = moves.transfer_to(ticket, target)
    if ticket.assigned == target:
        raise BadInput(problem=f"#{number} is assigned to {record.name(tx, target)} already.")
    ticket = moved
    if ticket.team not in {team.name for team in teams}:
        ticket = move(tx, ticket, teams[0], now)
    else:
        ticket = record.keep(tx, ticket, now, unclaimed=True)
    line = f"{record.name(tx, actor)} transferred it to {record.name(tx, target)}."
    notify.tell(tx, ticket, "transferred", line, target, now, actor=actor, to=target)
    if actor != target:
        notify.theirs(tx, ticket, now)
    request_summary(tx, conversation, ticket, now)
    record.refresh_card(tx, tx.threads.of_ticket(number), now)
    return ticket


def to_team(tx: Tx, number: int, target: str, actor: str, now: datetime) -> Ticket:
    """Another team's now: its thread opens with the history, the old one is cut off."""
    conversation, ticket = record.locked(tx, number)
    team = tx.desk.get().team(target)
    if team is None:
        raise NotFound(what="team", name=target)
    moves.transfer_to_team(ticket, team.name)  # refuses where the ticket cannot move at all
    if team.name == ticket.team:
        raise BadInput(problem=f"Ticket #{number} is with {team.name} already.")
    moved = assignment.assigned(tx, moves.transfer_to_team(ticket, team.name), team, now)
    ticket = move(tx, moved, team, now)
    thread = tx.threads.of_ticket(number)
    record.log(
        tx,
        "transferred",
        actor=actor,
        now=now,
        ticket=ticket,
        thread=thread,
        line=f"{record.name(tx, actor)} transferred it to {team.name}.",
        to=team.name,
        called=" ".join(notify.opening(tx, ticket, team)),
        assigned=ticket.assigned or "",
    )
    notify.theirs(tx, ticket, now)
    request_summary(tx, conversation, ticket, now)
    return ticket


def move(tx: Tx, ticket: Ticket, team: Team, now: datetime) -> Ticket:
    """Cut the old thread off and open the new one, in one commit."""
    old = tx.threads.of_ticket(ticket.number)
    if old:
        tx.threads.put(replace(old, cut_off=True))
    ticket = record.keep(tx, replace(ticket, team=team.name), now, unclaimed=True)
    open_thread(tx, ticket.conversation_id, team, now, number=ticket.number, after=old)
    if old:
        record.refresh_card(tx, old, now)
    return tx.tickets.get(ticket.number)
