"""Opening and filling modals, each within the three seconds that a trigger lives."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.choices import choices
from adapters.slack.views import modals
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.commands.registry import Form, Response

Json = dict[str, Any]
log = logging.getLogger(__name__)
_FAILED = (SlackApiError, aiohttp.ClientError, TimeoutError)
# How long a modal waits for its contents before it opens without them.
_PATIENCE_S = 0.5


class Dialogs:
    def __init__(self, workspace: Workspace, baton: Baton) -> None:
        self._workspace = workspace
        self._baton = baton

    async def form(self, asked: Form, person: str) -> Json:
        return modals.form(asked, await self._baton.store.read(choices, person))

    async def shown(self, response: Response, person: str) -> Json:
        """A response as a modal: the form it asks for, or what it says."""
        return await self.form(response.form, person) if response.form else modals.outcome(response)

    async def open(self, trigger: str, view: Json, *, above: bool = False) -> Json | None:
        """Open a modal (above another one); None when Slack did not, else it as Slack tells it."""
        client = self._workspace.client
        method = client.views_push if above else client.views_open
        try:
            answer = await method(trigger_id=trigger, view=view)
        except _FAILED as error:
            log.warning("a modal cannot be opened: %s", error)
            return None
        opened = answer.get("view")
        return opened if isinstance(opened, dict) else {}

    async def update(self, view_id: str, view: Json) -> None:
        try:
            await self._workspace.client.views_update(view_id=view_id, view=view)
        except _FAILED as error:  # closed meanwhile
            log.info("a modal cannot be changed: %s", error)

    async def open_for(
        self,
        trigger: str,
        name: str,
        kept: str,
        work: asyncio.Task[Response],
        person: str,
        *,
        above: bool,
    ) -> None:
        """Open a modal for what `work` answers: at once if it is there, else filled in later."""
        await asyncio.wait({work}, timeout=_PATIENCE_S)
        if work.done():
            await self.open(trigger, await self.shown(work.result(), person), above=above)
            return
        opened = await self.open(trigger, modals.placeholder(name, kept), above=above)
        if opened and opened.get("id"):
            await self.update(str(opened["id"]), await self.shown(await work, person))
