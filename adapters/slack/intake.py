"""Events are taken in before they are acknowledged: whatever raises here, Slack sends again."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from adapters.slack import convert, forwarded
from adapters.slack.downloads import Downloads
from adapters.slack.people import People
from adapters.slack.whisper import Whisper
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.errors import BatonError, CannotRun, ThreadCutOff
from bot.domain.identity import Place
from bot.patience import Patience
from bot.ports.inbound import Edited, Inbound, Written
from bot.services import catch_up

Json = dict[str, Any]
log = logging.getLogger(__name__)


class Intake:
    """Messages, in each author's order. Not `ordered`: each comes by a connection of its own, to
    whichever process, and some once more.
    """

    def __init__(
        self,
        workspace: Workspace,
        baton: Baton,
        people: People,
        downloads: Downloads,
        whisper: Whisper,
        *,
        ordered: bool = True,
    ) -> None:
        self._ordered = ordered
        self._workspace = workspace
        self._baton = baton
        self._people = people
        self._downloads = downloads
        self._whisper = whisper
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._orders: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._patience = Patience()
        self._begun: asyncio.Future[None] | None = None

    def begin(self, begun: asyncio.Future[None] | None = None) -> None:
        """A new connection: what comes by it is taken in, once `begun` is done."""
        self._begun = begun
        self._patience.begin()

    async def live(self, event: Json) -> None:
        """A message event. Taking it in may last longer than Slack waits, as a file is large or
        nothing can be kept for a while: the same event sent again joins the work that is under way.
        """
        if not convert.matters(event):
            return
        key = json.dumps(event, sort_keys=True)
        task = self._under_way.get(key)
        if task is None:
            work = self._in_order(event, self._begun)
            task = asyncio.create_task(work, name=f"slack event {event.get('ts')}")
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        await asyncio.shield(task)

    async def fetched(self, message: Json, channel: str) -> None:
        """A message that back-fill has found."""
        event = {**message, "channel": channel}
        if inbound := await self._read(event):
            await self._receive(inbound, event, fetched=True)

    async def finish(self) -> None:
        """Wait for what is under way; what cannot be kept comes again with the next connection,
        and until then nothing that would be behind it is taken in.
        """
        self._patience.give_up()
        while self._under_way:
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _in_order(self, event: Json, begun: asyncio.Future[None] | None) -> None:
        inner = event.get("message") or event.get("previous_message") or {}
        who = f"{event.get('channel')}/{event.get('user') or inner.get('user')}"
        lock = self._orders.setdefault(who, asyncio.Lock())
        async with lock:
            if begun is not None:
                await asyncio.shield(begun)
            inbound = await self._patience.until_kept(lambda: self._read(event))
            if inbound:  # its files are fetched once, however long the rest takes
                await self._patience.until_kept(
                    lambda: self._receive(inbound, event, fetched=False)
                )

    async def _read(self, event: Json) -> Inbound | None:
        """What an event says, with its files; None when it is nothing that is taken in."""
        if change := convert.deleted(event, workspace=self._workspace.id):
            return change
        if event.get("subtype") == "message_changed":
            names = await self._people.names(event["message"])
            return convert.edited(event, workspace=self._workspace.id, names=names)
        return await self._written(event) if convert.is_written(event) else None

    async def _written(self, event: Json) -> Written:
        author = await self._people.person(str(event["user"]))
        names = await self._people.names(event)
        files = forwarded.files(event)
        attachments = await self._downloads.fetch(files) if files else ()
        return convert.written(
            event,
            workspace=self._workspace.id,
            author=author,
            names=names,
            attachments=attachments,
        )

    async def _take_in(self, inbound: Inbound, *, fetched: bool) -> None:
        await self._baton.receive(inbound, fetched=fetched, ordered=self._ordered or fetched)

    async def _receive(self, inbound: Inbound, event: Json, *, fetched: bool) -> None:
        try:
            if isinstance(inbound, Edited) and not fetched and await self._is_ahead(inbound):
                await self._take_in(await self._edited(event, inbound), fetched=False)
            await self._take_in(inbound, fetched=fetched)
        except ThreadCutOff as error:
            inner = event.get("message") or event
            where = inbound.workspace, inbound.channel
            place = Place(workspace=where[0], channel=where[1], thread=inner.get("thread_ts"))
            await self._whisper.say(place, str(inner["user"]), str(error))
        except CannotRun:
            raise
        except BatonError as error:  # nothing that could be sent again and then be a message
            log.info("message %s is not taken in: %s", inbound.key, error)

    async def _is_ahead(self, change: Edited) -> bool:
        """Whether an edit comes before its message."""
        place = Place(workspace=change.workspace, channel=change.channel)
        return await self._baton.store.read(catch_up.is_ahead, place, change.source_id)

    async def _edited(self, event: Json, change: Edited) -> Written:
        """The message that an edit brings along."""
        where: Json = {one: event[one] for one in ("channel", "channel_type") if one in event}
        return replace(await self._written({**event["message"], **where}), edited_at=change.at)
