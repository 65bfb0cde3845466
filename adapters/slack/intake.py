"""Events are taken in before they are acknowledged: whatever raises here, Slack sends again."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from weakref import WeakValueDictionary

from adapters.slack import convert
from adapters.slack.downloads import Downloads
from adapters.slack.people import People
from adapters.slack.whisper import Whisper
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.errors import BatonError, CannotKeep, ThreadCutOff
from bot.domain.identity import Place
from bot.patience import Patience

Json = dict[str, Any]
log = logging.getLogger(__name__)


class Intake:
    """Messages, in each author's order."""

    def __init__(
        self,
        workspace: Workspace,
        baton: Baton,
        people: People,
        downloads: Downloads,
        whisper: Whisper,
    ) -> None:
        self._workspace = workspace
        self._baton = baton
        self._people = people
        self._downloads = downloads
        self._whisper = whisper
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._patience = Patience()

    async def live(self, event: Json) -> None:
        """A message event. Taking it in may last longer than Slack waits, as a file is large or
        nothing can be kept for a while: the same event sent again joins the work that is under way.
        """
        if not convert.matters(event):
            return
        key = f"{event.get('channel')}/{event.get('event_ts')}/{event.get('subtype')}"
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._in_order(event), name=f"slack event {key}")
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        await asyncio.shield(task)

    async def fetched(self, message: Json, channel: str) -> None:
        """A message that back-fill has found."""
        await self._message({**message, "channel": channel}, fetched=True)

    async def finish(self) -> None:
        """Wait for what is under way; what cannot be kept comes again with the next connection."""
        self._patience.give_up()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        self._patience.begin()

    async def _in_order(self, event: Json) -> None:
        inner = event.get("message") or event.get("previous_message") or {}
        who = f"{event.get('channel')}/{event.get('user') or inner.get('user')}"
        lock = self._orders.setdefault(who, asyncio.Lock())
        async with lock:
            await self._patience.until_kept(lambda: self._message(event, fetched=False))

    async def _message(self, event: Json, *, fetched: bool) -> None:
        if change := convert.deleted(event, workspace=self._workspace.id):
            await self._baton.receive(change, fetched=fetched)
        elif event.get("subtype") == "message_changed":
            await self._edit(event, fetched=fetched)
        elif convert.is_written(event):
            await self._written(event, fetched=fetched)

    async def _edit(self, event: Json, *, fetched: bool) -> None:
        names = await self._people.names(event["message"])
        change = convert.edited(event, workspace=self._workspace.id, names=names)
        if change:
            await self._baton.receive(change, fetched=fetched)

    async def _written(self, event: Json, *, fetched: bool) -> None:
        author, names, attachments = await asyncio.gather(
            self._people.person(str(event["user"])),
            self._people.names(event),
            self._downloads.fetch(event.get("files") or []),
        )
        written = convert.written(
            event,
            workspace=self._workspace.id,
            author=author,
            names=names,
            attachments=attachments,
        )
        try:
            await self._baton.receive(written, fetched=fetched)
        except ThreadCutOff as error:
            place = Place(
                workspace=written.workspace, channel=written.channel, thread=written.thread
            )
            await self._whisper.say(place, str(event["user"]), str(error))
        except CannotKeep:
            raise
        except BatonError as error:  # nothing that could be sent again and then be a message
            log.info("message %s is not taken in: %s", written.key, error)
