"""Change the desk. A change that contradicts itself is refused whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain import ticket as moves
from bot.domain.desk import Admin, Channel, Desk, Role, Rule, Shift, Team
from bot.domain.desk_changes import Version
from bot.domain.desk_check import problems
from bot.domain.errors import BadDesk, BadInput, NotFound, TeamCannotMove, TeamHasTickets
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import calendar, people, record, webhooks

ADMIN_CODE = "admin_code"
_NAMED = 10  # of the tickets that are in the way of a change


def save(tx: Tx, desk: Desk, actor: str, what: str, now: datetime) -> Desk:
    """Make this the desk from the next transaction on.

    Who has left loses their tickets at once. What the tickets of a changed team are measured by,
    and when somebody is called about them, is worked out from the next tick on.

    Raises `BadDesk` with every problem, `TeamHasTickets` for a team that cannot go yet, and
    `TeamCannotMove` for one that cannot change its channel yet.
    """
    check(tx, desk)
    desk = webhooks.sealed(tx, desk)
    before = Version(version=tx.desk.version, desk=tx.desk.get(), at=now)
    version = tx.desk.put(desk)
    tx.desk.keep(before)
    tx.desk.keep(Version(version=version, desk=desk, at=now, actor=actor, what=what))
    record.log(tx, "configured", actor=actor, now=now, what=what, version=str(version))
    for person in tx.tickets.responsible():
        has_left = desk.role(*people.ids_of(tx, person)) is Role.OUTSIDER
        if has_left or desk.attendant(person) != person:
            for ticket in tx.tickets.of_attendant(person):
                _fit(tx, ticket, desk, now)
    return desk


def check(tx: Tx, desk: Desk) -> None:
    """Whether this could be the desk now. Raises what `save` would."""
    if found := (*problems(desk), *calendar.problems(desk)):
        raise BadDesk(problem="; ".join(found) + ".")
    for team in tx.desk.get().teams:
        _check_open_tickets(tx, team, desk.team(team.name))


def _check_open_tickets(tx: Tx, team: Team, later: Team | None) -> None:
    """A team with open tickets neither goes nor leaves the channel in which their threads are."""
    stays = later and (later.workspace, later.channel) == (team.workspace, team.channel)
    if stays or not (found := tx.tickets.numbers(team.name, _NAMED + 1)):
        return
    named = ", ".join(f"#{number}" for number in found[:_NAMED])
    numbers = f"{named} and more" if len(found) > _NAMED else named
    raise (TeamCannotMove if later else TeamHasTickets)(team=team.name, numbers=numbers)


def _fit(tx: Tx, ticket: Ticket, desk: Desk, now: datetime) -> None:
    """An open ticket to whom the desk knows now, and by which id."""
    fitting = replace(
        ticket,
        holder=desk.attendant(ticket.holder) if ticket.holder else None,
        assigned=desk.attendant(ticket.assigned) if ticket.assigned else None,
    )
    if fitting != ticket:
        tx.tickets.put(fitting)
    who = fitting.holder or fitting.assigned
    if who and desk.role(*people.ids_of(tx, who)) is Role.OUTSIDER:
        _free_from_who_left(tx, fitting, who, now)


def _free_from_who_left(tx: Tx, ticket: Ticket, who: str, now: datetime) -> None:
    """A ticket does not stay with somebody who may not answer any more."""
    ticket = moves.release(ticket) if ticket.holder else moves.unassign(ticket)
    ticket = record.keep(tx, ticket, now, unclaimed=True)
    thread = tx.threads.of_ticket(ticket.number)
    line = f"{record.name(tx, who)} has left the team: it waits to be claimed."
    record.log(tx, "released", actor=who, now=now, ticket=ticket, thread=thread, line=line)
    record.refresh_card(tx, thread, now)


def with_team(desk: Desk, team: Team) -> Desk:
    """Add a team, or replace the one of that name in its place."""
    if desk.team(team.name):
        teams = tuple(team if one.name == team.name else one for one in desk.teams)
        return replace(desk, teams=teams)
    return replace(desk, teams=(*desk.teams, team))


def without_team(desk: Desk, name: str) -> Desk:
    return replace(desk, teams=tuple(one for one in desk.teams if one.name != name))


def with_channel(desk: Desk, channel: Channel) -> Desk:
    where = (channel.workspace, channel.channel)
    others = tuple(one for one in desk.channels if (one.workspace, one.channel) != where)
    return replace(desk, channels=(*others, channel))


def without_channel(desk: Desk, workspace: str, channel: str) -> Desk:
    kept = tuple(
        one for one in desk.channels if (one.workspace, one.channel) != (workspace, channel)
    )
    if len(kept) == len(desk.channels):
        raise NotFound(what="connected channel", name=channel)
    return replace(desk, channels=kept)


def with_rule(desk: Desk, rule: Rule) -> Desk:
    if any(one.name == rule.name for one in desk.rules):
        raise BadInput(problem=f'There is a rule "{rule.name}" already.')
    return replace(desk, rules=(*desk.rules, rule))


def rule(desk: Desk, name: str) -> Rule:
    """The rule of that name. Raises `NotFound`, with the names there are."""
    wanted = name.strip()
    found = next((one for one in desk.rules if one.name == wanted), None)
    if found is None:
        hint = f"There are: {', '.join(one.name for one in desk.rules)}." if desk.rules else ""
        raise NotFound(what="rule", name=wanted, hint=hint)
    return found


def with_changed_rule(desk: Desk, changed: Rule) -> Desk:
    rules = tuple(changed if one.name == changed.name else one for one in desk.rules)
    return replace(desk, rules=rules)


def with_rule_at(desk: Desk, name: str, position: int) -> Desk:
    """The rule of that name at a position; the first is 1."""
    others = [one for one in desk.rules if one.name != name]
    others.insert(position - 1, rule(desk, name))
    return replace(desk, rules=tuple(others))


def without_rule(desk: Desk, name: str) -> Desk:
    kept = tuple(rule for rule in desk.rules if rule.name != name)
    if len(kept) == len(desk.rules):
        raise NotFound(what="rule", name=name)
    return replace(desk, rules=kept)


def with_member(desk: Desk, team: Team, person: str, *, supervisor: bool) -> Desk:
    """Add somebody to a team, or change what they are in it."""
    team = _without(desk, team, person)
    supervisors = (*team.supervisors, person) if supervisor else team.supervisors
    return with_team(desk, replace(team, members=(*team.members, person), supervisors=supervisors))


def without_member(desk: Desk, team: Team, person: str) -> Desk:
    left = _without(desk, team, person)
    if left == team:
        raise BadInput(problem=f"{person} is no member of {team.name}.")
    return with_team(desk, replace(left, shift=_shifts_without(team, desk.ids_of(person))))


def with_shift(desk: Desk, team: Team, person: str, shift: Shift | None) -> Desk:
    """Let somebody, or a group, work by a shift of their own in a team; None: as the team does."""
    others = _shifts_without(team, desk.ids_of(person))
    return with_team(desk, replace(team, shift=(*others, shift) if shift else others))


def _without(desk: Desk, team: Team, person: str) -> Team:
    """A team without somebody, whichever of their ids it names."""
    own = desk.ids_of(person)
    return replace(
        team,
        members=tuple(one for one in team.members if one not in own),
        supervisors=tuple(one for one in team.supervisors if one not in own),
    )


def _shifts_without(team: Team, own: tuple[str, ...]) -> tuple[Shift, ...]:
    """Nobody has a shift in a team that they left; a shift of nobody is none."""
    shifts = (
        replace(shift, members=tuple(one for one in shift.members if one not in own))
        for shift in team.shift
    )
    return tuple(shift for shift in shifts if shift.members)


def with_admin(desk: Desk, person: str) -> Desk:
    members = tuple(dict.fromkeys((*desk.admin.members, person)))
    return replace(desk, admin=Admin(members=members))


def redeem(tx: Tx, person: str, code: str, now: datetime) -> Desk:
    """Become an admin by the one-time code that `baton run` printed."""
    kept = tx.meta.get(ADMIN_CODE)
    if not kept or kept.casefold() != code.strip().casefold():
        raise BadInput(problem="This code is not valid. `baton run` prints the current one.")
    tx.meta.put(ADMIN_CODE, None)
    return save(tx, with_admin(tx.desk.get(), person), person, "the first admin", now)
