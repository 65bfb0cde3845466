"""The console's places and people: who writes where, and under which address a page shows it.

A contact's direct messages stand in the channel `dm:carol`, a team's in the channel of the desk.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.domain.desk import DIRECT
from bot.domain.errors import NotFound
from bot.domain.identity import Person, Place, local_id, qualify, readable, workspace_of
from bot.ports.store import Tx
from bot.services import access

WORKSPACE = "console"
_DIRECT = f"{DIRECT}:"
# Who is offered to play the contact before anybody has written.
CONTACTS = ("Carol", "Dan", "Erin")
_LONGEST_NAME = 40
_MOST_CONTACTS = 200
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def direct(contact: str) -> Place:
    """Where a contact's conversation stands: `console:carol` → channel `dm:carol`."""
    return Place(workspace=WORKSPACE, channel=_DIRECT + local_id(contact))


def is_direct(channel: str) -> bool:
    return channel.startswith(_DIRECT)


def thread(channel: str, anchor: str | None) -> Place:
    return Place(workspace=WORKSPACE, channel=channel, thread=anchor)


def link(channel: str, anchor: str) -> str:
    """The address under which the console shows a thread."""
    return f"/team?channel={quote(channel, safe='')}&thread={quote(anchor, safe='')}"


def newcomer(name: str) -> Person | None:
    """Somebody as they typed their name; None when nothing is left of it."""
    name = readable(name, "")[:_LONGEST_NAME]
    local = re.sub(r"[^\w]+", "-", name.casefold()).strip("-")
    return Person(id=qualify(WORKSPACE, local), name=name) if local else None


def shown(tx: Tx, person: str) -> Person:
    """Somebody as Baton knows them; who was never seen gets their id as a name, written well."""
    known = tx.people.get(person)
    if known.name != local_id(person):
        return known
    return Person(id=person, name=known.name.replace("-", " ").title(), avatar=known.avatar)


def contacts(tx: Tx) -> list[Person]:
    """Whoever has written here lately, and a few to begin with."""
    local = [name.casefold() for name in CONTACTS]
    lately = filter(is_direct, tx.posts.channels(_MOST_CONTACTS))
    local += [channel.removeprefix(_DIRECT) for channel in lately]
    return [shown(tx, qualify(WORKSPACE, one)) for one in dict.fromkeys(local)]


def attendants(tx: Tx) -> list[Person]:
    """The members of the desk who work in the console."""
    members = tx.desk.get().attendants
    return [shown(tx, one) for one in members if workspace_of(one) == WORKSPACE]


def team_channels(tx: Tx, member: Person) -> list[str]:
    """The channels of the teams that work in the console, as far as a member may see them."""
    here = [team for team in tx.desk.get().teams if team.workspace == WORKSPACE]
    return [team.channel for team in here if access.sees_team(tx, member, team.name)]


def targets(tx: Tx, number: str = "") -> list[str]:
    """Whom a ticket can be given to, as one would type it: teams, then people.

    Of the ticket that is named, whoever has it now is left out.
    """
    has_it = _holding(tx, number.removeprefix("#"))
    desk = tx.desk.get()
    teams = [team.name for team in desk.teams if team.name not in has_it]
    return teams + [f"@{shown(tx, one).name}" for one in desk.attendants if one not in has_it]


def _holding(tx: Tx, number: str) -> set[str | None]:
    """The team and the attendant who have a ticket; nobody, if there is none of that number."""
    if not _NUMBER.fullmatch(number):
        return set()
    try:
        ticket = tx.tickets.get(int(number))
    except NotFound:
        return set()
    return {ticket.team, ticket.holder}
