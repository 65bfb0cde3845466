"""Whom the desk names, people and user groups, is known by name in Slack before they ever act."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from adapters.slack.people import People
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.identity import Person, is_group, local_id, platform_of, workspace_of
from bot.ports.store import Tx
from bot.services import people


class Directory:
    def __init__(self, workspace: Workspace, baton: Baton, people: People) -> None:
        self._workspace = workspace
        self._baton = baton
        self._people = people
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled: whenever the desk changes."""
        unlisten = self._baton.store.listen(self._heard)
        self._changed.set()
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                await self.refresh()
        finally:
            unlisten()

    async def refresh(self) -> None:
        named = await self._baton.store.read(_named, self._workspace.id)
        await self.learn([local_id(one) for one in named if not is_group(one)])
        await self._learn_groups([one for one in named if is_group(one)])

    async def named_by(self, person: Person, users: Iterable[str]) -> None:
        """Know those whom a member of the team has named."""
        if not (named := tuple(users)):
            return
        if await self._baton.store.glance(people.is_staff, person):
            await self.learn(named)

    async def learn(self, users: Iterable[str]) -> None:
        """Know how these people are called."""
        for user in dict.fromkeys(users):
            await self._baton.store.transact(_put, await self._people.person(user))

    async def _learn_groups(self, groups: list[str]) -> None:
        handles = {group: handle for handle, group in (await self._people.groups()).items()}
        for group in groups:
            if handle := handles.get(local_id(group)):
                await self._baton.store.transact(_put, Person(id=group, name=f"@{handle}"))

    def _heard(self, topics: frozenset[str]) -> None:
        if "desk" in topics:
            self._changed.set()


def _named(tx: Tx, workspace: str) -> list[str]:
    """The people and groups of a workspace that the desk names and nobody has seen."""
    desk = tx.desk.get()
    pinged = (one for team in desk.teams for one in team.notify)
    return [
        one
        for one in dict.fromkeys((*desk.attendants, *pinged))
        if platform_of(one) == "slack"
        and workspace_of(one) == workspace
        and tx.people.get(one).name == local_id(one)
    ]


def _put(tx: Tx, person: Person) -> None:
    tx.people.put(person)
