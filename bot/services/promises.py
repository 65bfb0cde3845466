"""Tell people of a promise before it is broken, and once it is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime

from bot.domain import sla
from bot.domain.desk import Team
from bot.domain.duration import exactly, roughly
from bot.domain.ladder import rungs
from bot.domain.promise import Alert, terms_of
from bot.domain.sla import Due
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import notify, record
from bot.services.calendar import compiled
from bot.services.catch_up import is_catching_up
from bot.services.inbox import who
from bot.services.record import BREACHED

WARNED = "sla_warned"
_RECONSIDERED = "reconsidered"


def sweep_promises(tx: Tx, now: datetime, limit: int = 100) -> int:
    """Warn of promises in danger and tell of broken ones; answers with how many tickets were due.

    The desk is asked again here: what it promises may have changed since the row was written.
    """
    due = tx.tickets.promised(now, limit)
    for ticket in due:
        conversation = tx.conversations.lock(ticket.conversation_id)
        if not is_catching_up(tx, conversation.workspace, conversation.channel):
            _look(tx, ticket, now)
    return len(due)


def reconsider(tx: Tx, now: datetime, limit: int = 100) -> int:
    """After a change of the desk: measure the open tickets of one team that promises otherwise now,
    closes silent tickets at other times, or has somebody called at others, by it. Answers with how
    many were looked at; 0 when all is known.

    How far it has come stands in the database, so that a crash costs nothing and replicas share it.
    """
    known = json.loads(tx.meta.get(_RECONSIDERED) or "{}")
    for team in tx.desk.get().teams:
        policy, after = known.get(team.name, ("", 0))
        if policy != _policy(team):
            after = 0
        elif after is None:
            continue
        tickets = tx.tickets.open_after(team.name, after, limit)
        for ticket in tickets:
            _remeasure(tx, ticket, now)
        done = len(tickets) < limit
        known[team.name] = (_policy(team), None if done else tickets[-1].conversation_id)
        tx.meta.put(_RECONSIDERED, json.dumps(known))
        return len(tickets) or 1
    return 0


def _policy(team: Team) -> str:
    """What a team's tickets are measured by, as a digest."""
    ladder = (team.claim_within, rungs(team))
    measures = (team.sla, team.sla_warning, team.hours, team.inactivity, ladder)
    return hashlib.sha256(repr(measures).encode()).hexdigest()[:16]


def _remeasure(tx: Tx, ticket: Ticket, now: datetime) -> None:
    tx.conversations.lock(ticket.conversation_id)
    before = tx.tickets.lock(ticket.number)
    if not before.is_open:
        return
    # What has waited since before there were ladders begins with one now.
    is_new = before.status is Status.OPEN and before.unclaimed_since is None
    if record.keep(tx, before, now, unclaimed=is_new) != before:
        record.refresh_card(tx, tx.threads.of_ticket(ticket.number), now)


def _look(tx: Tx, ticket: Ticket, now: datetime) -> None:
    """By the promises of now; each step of each clock is told once."""
    ticket = record.keep(tx, ticket, now)
    team = tx.desk.get().team(ticket.team)
    if team is None:
        return
    terms = terms_of(team, ticket.priority)
    for due in sla.upcoming(ticket, terms, team.sla_warning, compiled):
        if due.at <= now:
            ticket = _tell(tx, ticket, team, _latest(due, now), now)
    ticket = sla.scheduled(ticket, terms, team.sla_warning, compiled)
    tx.tickets.put(ticket)
    record.refresh_card(tx, tx.threads.of_ticket(ticket.number), now)


def _latest(due: Due, now: datetime) -> Due:
    """A warning that comes too late is the alert itself."""
    is_broken = due.end <= now
    return replace(due, alert=Alert.BROKEN if is_broken else due.alert)


def _tell(tx: Tx, ticket: Ticket, team: Team, due: Due, now: datetime) -> Ticket:
    """Whoever has it or should take it, and the supervisors; without any, whom the team calls."""
    ticket = sla.told(ticket, due)
    is_broken = due.alert is Alert.BROKEN
    responsible = (ticket.holder, ticket.assigned, *team.supervisors)
    wanted = [one for one in responsible if one] or team.called(ticket.priority)
    line = _line(tx, ticket, due, now, is_broken=is_broken)
    kind = BREACHED if is_broken else WARNED
    notify.post(tx, ticket, kind, line, wanted, now, clock=due.clock)
    return ticket


def _line(tx: Tx, ticket: Ticket, due: Due, now: datetime, *, is_broken: bool) -> str:
    promised = f"promised within {exactly(due.target)}"
    if is_broken:
        return f"{due.clock.capitalize()} overdue, {promised}. {who(tx, ticket)}."
    left = roughly(due.end - now)
    return f"{due.clock.capitalize()} due in {left}, {promised}. {who(tx, ticket)}."


def promised(tx: Tx, ticket: Ticket) -> str:
    """How long the promise is that ends next; empty where none runs."""
    if ticket.due_clock is None:
        return ""
    terms = terms_of(tx.desk.get().team(ticket.team), ticket.priority)
    target = terms.target(ticket.due_clock)
    return exactly(target) if target else ""
