"""Who somebody is: one attendant, whichever of their ids they use; and who can take a ticket."""

from __future__ import annotations

from datetime import datetime

from bot.domain.assignment import Obstacle
from bot.domain.desk import Role, Team
from bot.domain.identity import Person, is_group, local_id, workspace_of
from bot.ports.store import Tx
from bot.services.calendar import at_work


def ids_of(tx: Tx, person: str) -> tuple[str, ...]:
    """Everything the desk may know somebody by: their linked ids, and the groups of each."""
    known = (tx.people.get(one) for one in tx.desk.get().ids_of(person))
    return tuple(dict.fromkeys(one for each in known for one in each.ids))


def acting(tx: Tx, person: Person) -> tuple[str, ...]:
    """The same for somebody who is here now, with the groups that their platform just told."""
    return tuple(dict.fromkeys((*person.ids, *ids_of(tx, person.id))))


def is_staff(tx: Tx, person: Person) -> bool:
    """Whether the desk gives them any role. What a stranger names is not even looked up."""
    return tx.desk.get().role(*acting(tx, person)) is not Role.OUTSIDER


def shown(tx: Tx, person: str) -> Person:
    """Somebody as one of their platforms has shown them."""
    known = [tx.people.get(one) for one in tx.desk.get().ids_of(person)]
    return next((one for one in known if one.name != local_id(one.id)), known[0])


def members(tx: Tx, team: Team) -> tuple[str, ...]:
    """The attendants of a team, each by one id; of its groups those who have been seen."""
    return tuple(dict.fromkeys(one for each in team.members for one in expanded(tx, each)))


def expanded(tx: Tx, one: str) -> tuple[str, ...]:
    """The people of a group or role as far as they are known; a person is themselves."""
    desk = tx.desk.get()
    if not is_group(one):
        return (desk.attendant(one),)
    seen = tx.people.in_groups([one])
    return tuple(dict.fromkeys(desk.attendant(person.id) for person in seen))


def is_away(tx: Tx, person: str) -> bool:
    """Whether they have said so, under any of their ids."""
    return not tx.people.away().isdisjoint(tx.desk.get().ids_of(person))


def obstacle(tx: Tx, team: Team, person: str, now: datetime) -> Obstacle:
    """Why somebody cannot take a ticket of a team now. Reachable is who is in its workspace: the
    thread is there.
    """
    ids = tx.desk.get().ids_of(person)
    if all(workspace_of(one) != team.workspace for one in ids):
        return "not reachable"
    if is_away(tx, person):
        return "away"
    return "" if at_work(team, ids_of(tx, person), now) else "off shift"
