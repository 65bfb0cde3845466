"""Long before a server runs out of threads, room is made and an admin told.

Discord: 1,000 active threads a server. Baton opens threads and never channels, so a category that
is full (50 channels) stops nothing.
"""

from __future__ import annotations

import asyncio
import logging

from adapters.discord.admins import Admins
from adapters.discord.errors import translated
from adapters.discord.places import workspaces
from adapters.discord.session import Session
from adapters.discord.threads import Threads
from bot.domain.identity import local_id
from bot.ports.outlet import OutletError
from bot.ports.store import Store, Tx

log = logging.getLogger(__name__)
NEARLY_FULL = 900
_EVERY = 600.0
_AT_ONCE = 100


class Room:
    def __init__(self, store: Store, session: Session, threads: Threads, admins: Admins) -> None:
        self._store = store
        self._session = session
        self._threads = threads
        self._admins = admins

    async def run(self) -> None:
        """Until cancelled: look at every server, the first time at once."""
        while True:
            await self.look()
            await asyncio.sleep(_EVERY)

    async def look(self) -> None:
        for space in await self._store.read(_spaces):
            try:
                with translated():
                    await self._look(space)
            except OutletError as error:
                log.warning("the threads of %s cannot be counted: %s", space, error)

    async def _look(self, space: str) -> None:
        topic = f"threads:{space}"
        if len(await self._threads.active(space)) < NEARLY_FULL:
            await self._admins.once(topic, "")
            return
        http = await self._session.http()
        guild = await http.get_guild(int(local_id(space)), with_counts=False)
        await self._admins.once(
            topic,
            f"The server {guild['name']} has nearly 1,000 active threads, the most that Discord "
            "allows. Baton archives the threads of closed tickets, then those that rest the "
            "longest; a message brings them back. If other threads fill the server, archive some "
            "of them.",
        )
        await self._threads.make_room(space, most=_AT_ONCE)


def _spaces(tx: Tx) -> tuple[str, ...]:
    return workspaces(tx.desk.get())
