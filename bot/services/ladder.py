"""Call somebody about the tickets that nobody has claimed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import ladder
from bot.domain.desk import Desk, Team
from bot.domain.duration import spelled
from bot.domain.hours import elapsed
from bot.domain.identity import is_group
from bot.domain.ladder import Rung
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import notify, people, record
from bot.services.catch_up import is_catching_up

_SOON = timedelta(seconds=10)


def sweep_unclaimed(tx: Tx, now: datetime, limit: int = 100) -> int:
    """Climb one step with every ticket whose time has come.

    The policy is asked again here: the desk may have changed since the row was written.
    """
    due = tx.tickets.unclaimed(now, limit)
    for ticket in due:
        _look(tx, ticket, now)
    return len(due)


def _look(tx: Tx, ticket: Ticket, now: datetime) -> None:
    conversation = tx.conversations.lock(ticket.conversation_id)
    team, hours = tx.desk.get().team(ticket.team), record.team_hours(tx, ticket)
    due = ladder.next_rung(ticket, team, hours) if team else None
    if team is None or due is None or due.at > now:
        record.keep(tx, ticket, now)
    elif is_catching_up(tx, conversation.workspace, conversation.channel):
        tx.tickets.put(replace(ticket, ladder_at=now + _SOON))  # what was missed may answer it
    elif morning := ladder.waits_for_morning(due, hours, now):
        tx.tickets.put(replace(ticket, ladder_at=morning))
    else:
        _climb(tx, ticket, team, due.rung, now)


def _climb(tx: Tx, ticket: Ticket, team: Team, rung: Rung, now: datetime) -> None:
    ticket = record.keep(tx, ladder.called(ticket, now), now)
    since = ticket.unclaimed_since or ticket.opened_at
    waited = spelled(elapsed(record.team_hours(tx, ticket), since, now))
    who = record.name(tx, ticket.assigned) if ticket.assigned else "Nobody"
    verb = "has not claimed" if ticket.assigned else "has claimed"
    line = f"{who} {verb} this for {waited}"
    match rung:
        case Rung.TEAM:
            assigned = (ticket.assigned,) if ticket.assigned else ()
            wanted = _at_hand(tx, team, (*assigned, *team.called(ticket.priority)), now)
            notify.post(tx, ticket, "reminded", f"{line}.", wanted, now, rung=rung)
        case Rung.BACKUP:
            _ask_backup(tx, ticket, team, line, now)
        case Rung.SUPERVISORS:
            wanted = _at_hand(tx, team, team.supervisors, now)
            notify.post(
                tx, ticket, "reminded", f"{line}: supervisors, please look.", wanted, now, rung=rung
            )
        case Rung.ADMINS:
            _ask_admins(tx, ticket, tx.desk.get(), line, now)


def _ask_backup(tx: Tx, ticket: Ticket, team: Team, line: str, now: datetime) -> None:
    """A team is asked in its own channel, where its people are; others are called in the thread."""
    backup = tx.desk.get().team(team.backup)
    if backup is None:
        words = f"{line}: the backup, please look."
        notify.post(tx, ticket, "reminded", words, (team.backup,), now, rung=Rung.BACKUP)
        return
    words = f"{line}: {backup.name} is asked to help."
    notify.post(tx, ticket, "reminded", words, (), now, rung=Rung.BACKUP, to=backup.name)
    words = f"{line} in {team.name}. Can you take it?"
    wanted = _at_hand(tx, backup, backup.called(ticket.priority), now)
    notify.ask_team(tx, ticket, backup, words, wanted, now)


def _ask_admins(tx: Tx, ticket: Ticket, desk: Desk, line: str, now: datetime) -> None:
    """By direct message where there is one: an admin need not be in the team's channel."""
    admins = tuple(dict.fromkeys(one for each in desk.admin.members for one in _each(tx, each)))
    names = ", ".join(record.name(tx, one) for one in admins)
    told = f"{line}: {names} is told." if len(admins) == 1 else f"{line}: {names} are told."
    words = told if admins else f"{line}, and there is no admin to be told."
    notify.post(tx, ticket, "reminded", words, admins, now, rung=Rung.ADMINS, by="direct")


def _each(tx: Tx, one: str) -> tuple[str, ...]:
    return people.expanded(tx, one)


def _at_hand(tx: Tx, team: Team, wanted: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """Without those who are away or off shift, as long as somebody is left; groups are called as
    they are.
    """
    here = tuple(one for one in wanted if is_group(one) or not _is_out(tx, team, one, now))
    return here or wanted


def _is_out(tx: Tx, team: Team, person: str, now: datetime) -> bool:
    return people.obstacle(tx, team, person, now) in {"away", "off shift"}
