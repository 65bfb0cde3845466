"""Work on the database without running Baton: the desk read, replaced, exported."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot import desk_file
from bot.domain.desk import Desk
from bot.domain.message import Limits
from bot.domain.report import Report
from bot.ports.store import Store, Tx
from bot.secret_key import secret_key
from bot.services import configure, reporting
from bot.services import replay as replaying
from bot.services.replay import Read, Replayed
from bot.settings import Settings
from storage.migrate import migrate
from storage.store import open_store


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Store]:
    """The configured database, migrated. Raises `CannotRun`."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = open_store(settings.database_url, lambda _: Limits(), secret_key(settings))
    try:
        yield store
    finally:
        await store.close()


async def desk(settings: Settings) -> Desk:
    """The desk as it stands."""
    async with opened(settings) as store:
        return await store.read(lambda tx: tx.desk.get())


async def export_desk(settings: Settings, *, names: bool = True) -> str:
    """The desk as a file; `names` puts people's names beside their ids."""
    async with opened(settings) as store:
        return await store.read(_export, names=names)


async def replace_desk(settings: Settings, wanted: Desk) -> None:
    """Make a desk the one in force. Raises `BadDesk`, and `TeamHasTickets`."""
    async with opened(settings) as store:
        await store.transact(
            configure.save, wanted, "command line", "the whole desk", datetime.now(UTC)
        )


async def replay(
    settings: Settings, wanted: Desk | None, read: Read, limit: int
) -> tuple[Replayed, ...]:
    """Past conversations under a desk's rules; without one, under those in force."""
    async with opened(settings) as store:
        return await store.read(
            lambda tx: replaying.replay(tx, wanted or tx.desk.get(), read, limit)
        )


async def report(settings: Settings, team: str, period: str) -> Report:
    """A team's figures; of all teams where it is empty. Raises `NotFound` and `BadInput`."""
    async with opened(settings) as store:
        return await store.read(reporting.report, team, period, datetime.now(UTC))


def _export(tx: Tx, *, names: bool) -> str:
    def name_of(person: str) -> str:
        found = tx.people.get(person).name if ":" in person else ""
        return (
            "" if found in {person, person.rpartition(":")[2], person.rpartition("/")[2]} else found
        )

    return desk_file.write(tx.desk.get(), name_of if names else lambda _: "")
