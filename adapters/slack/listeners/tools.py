"""What every listener has at hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.commands import Commands
from adapters.slack.dialogs import Dialogs
from adapters.slack.direct import Direct
from adapters.slack.downloads import Downloads
from adapters.slack.people import People
from adapters.slack.places import Places
from adapters.slack.whisper import Whisper
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.commands.registry import Response
from bot.domain.identity import Place

Json = dict[str, Any]
log = logging.getLogger(__name__)
# Slack: an interaction is to be acknowledged within three seconds; this leaves room for the way.
PATIENCE_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Tools:
    """`later` holds what goes on after an acknowledgement."""

    workspace: Workspace
    baton: Baton
    people: People
    commands: Commands
    downloads: Downloads
    places: Places
    whisper: Whisper
    dialogs: Dialogs
    direct: Direct
    prefix: str = ""
    later: set[asyncio.Task[Any]] = field(default_factory=set)

    def go_on(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something beyond the acknowledgement."""
        task = asyncio.create_task(work)
        self.later.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self.later.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("what somebody did in Slack was not handled", exc_info=error)

    async def hand_over(self, user: str, response: Response) -> Response:
        """The files that a response carries go to the person by direct message."""
        if not response.files:
            return response
        for one in response.files:
            if not await self.direct.file(user, one.name, one.data, response.text):
                return Response(text="Slack did not take the file. Please try again.", ok=False)
        return Response(text=f"{response.text} You get it as a file by direct message.")

    def place(self, channel: str, thread: str | None = None) -> Place:
        return Place(workspace=self.workspace.id, channel=channel, thread=thread)

    async def finish(self) -> None:
        await asyncio.gather(*self.later, return_exceptions=True)
