"""The first admin: whoever owns the workspace. Everybody after is made one by an admin."""

from __future__ import annotations

from datetime import datetime

from adapters.slack.people import People
from bot.application import Baton
from bot.domain.identity import Person, local_id, platform_of
from bot.ports.store import Tx
from bot.services import configure


async def may_begin(baton: Baton, people: People, person: Person) -> bool:
    """Whether nobody administers this desk yet and this person owns the workspace."""
    if await baton.store.read(_has_admin):
        return False
    return await people.is_owner(local_id(person.id))


async def welcome(baton: Baton, person: Person) -> None:
    """Make somebody the first admin."""
    await baton.store.transact(_welcome, person, baton.clock.now())


def _has_admin(tx: Tx) -> bool:
    """The people of a practice desk live in the console and administer nothing real."""
    desk = tx.desk.get()
    real = [one for one in desk.admin.members if platform_of(one) != "console"]
    return bool(real) or (bool(desk.admin.members) and not desk.practice)


def _welcome(tx: Tx, person: Person, now: datetime) -> None:
    if _has_admin(tx):
        return
    tx.people.put(person)
    desk = configure.with_admin(tx.desk.get(), person.id)
    configure.save(tx, desk, person.id, "the workspace's owner is the first admin", now)
    tx.meta.put(configure.ADMIN_CODE, None)
