"""What is wrong with the connection to Slack, in plain words, told once to the admins there."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack import scopes
from adapters.slack.direct import Direct
from adapters.slack.errors import of_answer
from adapters.slack.people import People
from adapters.slack.places import channels
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.desk import Desk
from bot.domain.identity import local_id, workspace_of
from bot.ports.outlet import Busy, Unclear, Unreachable
from bot.ports.store import Tx

Json = dict[str, Any]
log = logging.getLogger(__name__)
_EVERY_S = 600.0
_SOON_S = 0.5
_BROKEN_S = 15.0


class Health:
    """Looks at every channel and group that the desk names, now and then and when Slack hints."""

    def __init__(self, workspace: Workspace, baton: Baton, people: People, direct: Direct) -> None:
        self._workspace = workspace
        self._baton = baton
        self._people = people
        self._direct = direct
        self._hint = asyncio.Event()
        self.problems: list[str] = []
        self.broken = ""

    def look_soon(self) -> None:
        self._hint.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            try:
                async with asyncio.timeout(_BROKEN_S if self.broken else _EVERY_S):
                    await self._hint.wait()
            except TimeoutError:
                continue
            await asyncio.sleep(_SOON_S)
            self._hint.clear()

    async def look(self) -> None:
        """Find what is wrong now; whatever is new is said."""
        desk = await self._baton.store.read(_desk)
        self.broken = await self._refused()
        if self.broken:
            found = [self.broken]
        else:
            found = [*self._scopes(), *await self._channels(desk), *await self._groups(desk)]
        for problem in found:
            if problem not in self.problems:
                log.warning("Slack: %s", problem)
        is_better = not set(self.problems) <= set(found)
        self.problems = found
        await self._tell(desk, found)
        if is_better:  # what waited for it need not wait for its turn
            await self._baton.mended(self._workspace.id)

    async def _refused(self) -> str:
        """Why Slack does not take the token any more; with it, what it permits is known anew."""
        try:
            await self._workspace.identify()
        except SlackApiError as error:
            known = of_answer(error)
            return str(known) if isinstance(known, Unreachable) else ""
        except (aiohttp.ClientError, TimeoutError, OSError):
            return ""
        return ""

    def _scopes(self) -> list[str]:
        lacking = scopes.missing(self._workspace.scopes)
        if not lacking:
            return []
        return [f"The app lacks {', '.join(lacking)}: reinstall it with manifest.yml."]

    async def _channels(self, desk: Desk) -> list[str]:
        named = sorted(channels(desk, self._workspace.id))
        found = {one: await self._channel(one) for one in named}
        return [f"<#{channel}>: {problem}" for channel, problem in found.items() if problem]

    async def _channel(self, channel: str) -> str:
        try:
            answer = await self._workspace.client.conversations_info(channel=channel)
        except SlackApiError as error:
            known = of_answer(error)
            return "" if isinstance(known, Busy | Unclear) else str(known)
        except (aiohttp.ClientError, TimeoutError):
            return ""
        info: Json = answer["channel"]
        if info.get("is_archived"):
            return "The channel is archived: unarchive it, or give the team another one."
        if not info.get("is_member", True):
            return "Baton is not in the channel: /invite @Baton there."
        return ""

    async def _groups(self, desk: Desk) -> list[str]:
        """A user group that is gone pings nobody."""
        prefix = f"slack-group:{self._workspace.team}/"
        named = {one for team in desk.teams for one in team.notify if one.startswith(prefix)}
        if not named:
            return []
        self._people.forget("groups")
        self._people.forget("members")
        try:
            answer = await self._workspace.client.usergroups_list()
        except (SlackApiError, aiohttp.ClientError, TimeoutError):
            return []
        known = {str(one.get("id")) for one in answer["usergroups"]}
        lost = sorted(one for one in named if local_id(one) not in known)
        return [
            f"The user group {local_id(one)} is gone or switched off: nobody is notified through "
            "it. Change it with /desk team set."
            for one in lost
        ]

    async def _tell(self, desk: Desk, found: list[str]) -> None:
        """Each problem once, until it has been solved."""
        key = f"slack:told:{self._workspace.team}"
        fresh = await self._baton.store.transact(_not_told, key, found)
        admins = [one for one in desk.admin.members if workspace_of(one) == self._workspace.id]
        for admin in admins if fresh else []:
            lines = "\n".join(f"• {one}" for one in fresh)
            await self._direct.say(local_id(admin), f"Baton needs you:\n{lines}")


def _desk(tx: Tx) -> Desk:
    return tx.desk.get()


def _not_told(tx: Tx, key: str, found: list[str]) -> list[str]:
    """The problems nobody was told of; from now on they are."""
    told = set((tx.meta.get(key) or "").split())
    digests = {hashlib.sha256(one.encode()).hexdigest()[:16]: one for one in found}
    if set(digests) != told:
        tx.meta.put(key, " ".join(sorted(digests)) or None)
    return [one for digest, one in digests.items() if digest not in told]
