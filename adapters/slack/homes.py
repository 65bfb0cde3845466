"""App Home: the queue of everybody who has opened it, a moment after each change."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.errors import code
from adapters.slack.people import People
from adapters.slack.views import queue as views
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.desk import Role
from bot.domain.identity import Person
from bot.ports.store import Tx

Json = dict[str, Any]
log = logging.getLogger(__name__)
_TOPICS = frozenset({"tickets", "conversations", "desk"})
# Changes within this time are one refresh.
_GATHER_S = 0.4
# Slack: a Home tab that nobody looks at needs no refresh; who opened theirs lately is remembered.
_MOST = 50
_STRANGER = (
    "Baton passes conversations from the assistant to people. You are in no team yet: an admin "
    "adds you with `/desk member add`."
)
_NO_ADMIN = (
    "Nobody administers Baton yet. If this workspace is yours, `/desk setup` makes you the first "
    "admin; anybody else uses the code that `baton run` prints: `/desk admin CODE`."
)


class Homes:
    def __init__(self, workspace: Workspace, baton: Baton, people: People) -> None:
        self._workspace = workspace
        self._baton = baton
        self._people = people
        self._changed = asyncio.Event()
        self._shown: dict[str, str] = {}

    async def opened(self, user: str) -> None:
        """Somebody looks at the Home tab."""
        await self._baton.store.transact(_remember, self._key, user)
        self._shown.pop(user, None)
        await self._show(user)

    async def run(self) -> None:
        """Until cancelled: show what has changed."""
        unlisten = self._baton.store.listen(self._heard)
        try:
            while True:
                await self._changed.wait()
                await asyncio.sleep(_GATHER_S)
                self._changed.clear()
                for user in await self._baton.store.read(_remembered, self._key):
                    await self._show(user)
        finally:
            unlisten()

    @property
    def _key(self) -> str:
        return f"slack:home:{self._workspace.team}"

    def _heard(self, topics: frozenset[str]) -> None:
        if topics & _TOPICS:
            self._changed.set()

    async def _show(self, user: str) -> None:
        view = await self._view(await self._people.person(user))
        said = json.dumps(view, sort_keys=True)
        if self._shown.get(user) == said:
            return
        try:
            await self._workspace.client.views_publish(user_id=user, view=view)
        except SlackApiError as error:
            log.warning("the Home tab of %s cannot be shown: %s", user, code(error))
        except (aiohttp.ClientError, TimeoutError):
            self._changed.set()
        else:
            self._shown[user] = said

    async def _view(self, person: Person) -> Json:
        role, has_admin = await self._baton.store.read(_role, person)
        if role is Role.OUTSIDER:
            return views.stranger(_STRANGER if has_admin else _NO_ADMIN)
        return views.home(await self._baton.queue(person.id))


def _role(tx: Tx, person: Person) -> tuple[Role, bool]:
    desk = tx.desk.get()
    return desk.role(*person.ids), bool(desk.admin.members)


def _remembered(tx: Tx, key: str) -> list[str]:
    return list(json.loads(tx.meta.get(key) or "[]"))


def _remember(tx: Tx, key: str, user: str) -> None:
    others = [one for one in _remembered(tx, key) if one != user]
    tx.meta.put(key, json.dumps([user, *others][:_MOST]))
