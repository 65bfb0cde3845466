"""What was written while Baton was away: fetched from each place's mark, oldest first.

Slack: the history of a channel leaves replies out, so the threads that are in use are fetched on
their own; neither tells of edits and deletions, so the latest known messages are compared.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from adapters.slack.errors import translated
from adapters.slack.intake import Intake
from adapters.slack.known import Known, known
from adapters.slack.places import Places
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.errors import CannotKeep
from bot.ports.outlet import Busy, Gone, OutletError, Unclear
from bot.ports.repositories.platforms import ANY_DIRECT, Source
from bot.ports.store import Tx
from bot.services import catch_up

Json = dict[str, Any]
log = logging.getLogger(__name__)
_PAGE = 200
_FOLLOWED = timedelta(days=7)
_SWEEP_S = 900.0
_AGAIN_S = 5.0
_TRIES = 3
# One call of many that fails must not have all places wait for another look at everything.
_PAUSES_S = (0.2, 0.5, 1.0)


class CatchUp:
    """`request` makes it look; one look at a time."""

    def __init__(self, workspace: Workspace, baton: Baton, intake: Intake, places: Places) -> None:
        self._workspace = workspace
        self._baton = baton
        self._intake = intake
        self._places = places
        self._wanted = asyncio.Event()
        self.done = asyncio.Event()

    def request(self) -> None:
        """After a connection was made: something may have been missed."""
        self.done.clear()
        self._wanted.set()

    async def run(self) -> None:
        """When asked, and now and then without, so that marks stay near. Ends where Slack cannot be
        asked: another process may have more luck.
        """
        failed = 0
        while failed < _TRIES:
            asked = await self._asked()
            self._wanted.clear()
            try:
                is_complete = await self.look(direct=asked)
            except CannotKeep as error:  # nobody else would have more luck with the database
                log.warning("what was missed on Slack comes later: %s", error)
                is_complete = False
            else:
                failed = 0 if is_complete else failed + 1
            if is_complete:
                self.done.set()
            else:
                await asyncio.sleep(_AGAIN_S)
                self._wanted.set()

    async def look(self, *, direct: bool = True) -> bool:
        """Fetch what was missed everywhere; whether all places could be asked."""
        await self._places.watch()
        listed = not direct or await self._new_direct_messages()
        sources = await self._baton.begin_catching_up(self._workspace.id)
        places = [one for one in sources if not one.thread and one.channel != ANY_DIRECT]
        if not direct:  # nothing of theirs is fetched, so nobody waits for the channels
            await self._release(self._workspace.id, ANY_DIRECT)
            places.sort(key=lambda one: not one.channel.startswith("D"))
        reached = {one.channel: await self._place(one, skip=not direct) for one in places}
        is_heard = all(done for channel, done in reached.items() if channel.startswith("D"))
        if direct and listed and is_heard:  # whoever is new waits for what they wrote before
            await self._release(self._workspace.id, ANY_DIRECT)
        return listed and all(reached.values())

    async def _asked(self) -> bool:
        try:
            async with asyncio.timeout(_SWEEP_S):
                await self._wanted.wait()
        except TimeoutError:
            return False
        return True

    async def _place(self, source: Source, *, skip: bool) -> bool:
        """One broken channel never stops another. What cannot be read is not waited for."""
        if skip and source.channel.startswith("D"):
            await self._release(source.workspace, source.channel)
            return True
        try:
            await self._fetch(source)
        except (Busy, Unclear, CannotKeep, aiohttp.ClientError, TimeoutError) as error:
            log.warning("what was missed in %s comes later: %s", source.channel, error)
            return False
        except OutletError as error:
            log.warning("what was missed in %s cannot be fetched: %s", source.channel, error)
        await self._release(source.workspace, source.channel)
        return True

    async def _release(self, workspace: str, channel: str) -> None:
        """Not where a new connection was made meanwhile: something may be missing before it."""
        await self._baton.caught_up(workspace, channel, unless=self._wanted.is_set)

    async def _fetch(self, source: Source) -> None:
        """Its threads are read one after the other: what was written meanwhile is in some of them,
        so the mark goes no further than the beginning, and the next look reads from there.
        """
        begun = datetime.now(UTC)
        ours = await self._baton.store.read(known, source, begun - _FOLLOWED)
        since = min([source.mark, *ours.all], key=float)
        found = {str(one["ts"]): one async for one in self._history(source.channel, since)}
        for root in self._threads(source, ours, found):
            async for reply in self._replies(source.channel, root, since):
                found.setdefault(str(reply["ts"]), reply)
        await self._changes(source, ours, found)
        missed = sorted(
            (ts for ts in found if float(ts) > float(source.mark) or ts in ours.waiting), key=float
        )
        for ts in missed:
            await self._intake.fetched(found[ts], source.channel)
        sure = [ts for ts in missed if float(ts) <= begun.timestamp()]
        mark = sure[-1] if sure else source.mark
        await self._baton.reached(source.workspace, source.channel, "", mark)
        if missed:
            log.info("fetched %d messages of %s", len(missed), source.channel)

    @staticmethod
    def _threads(source: Source, ours: Known, found: dict[str, Json]) -> list[str]:
        """Threads that are in use, and those with replies that nobody has seen."""
        fresh = {
            ts
            for ts, one in found.items()
            if float(one.get("latest_reply") or 0) > float(source.mark)
            and (ts in ours.messages or float(ts) > float(source.mark))
        }
        return sorted(ours.threads | fresh, key=float)

    async def _changes(self, source: Source, ours: Known, found: dict[str, Json]) -> None:
        """Edits and deletions of what Baton knows already; it ignores those it has heard of. What
        waits and is gone is not taken in any more.
        """
        for ts in sorted(ours.all, key=float):
            message = found.get(ts)
            if message is None or message.get("subtype") == "tombstone":
                change: Json = {"subtype": "message_deleted", "deleted_ts": ts, "ts": ts}
            elif message.get("edited"):
                change = {"subtype": "message_changed", "message": message, "ts": ts}
            else:
                continue
            await self._intake.fetched(change, source.channel)

    async def _history(self, channel: str, since: str) -> AsyncIterator[Json]:
        client = self._workspace.client
        async for one in self._pages(client.conversations_history, channel=channel, oldest=since):
            yield one

    async def _replies(self, channel: str, root: str, since: str) -> AsyncIterator[Json]:
        """A thread that is gone has no replies."""
        client = self._workspace.client
        try:
            async for one in self._pages(
                client.conversations_replies, channel=channel, ts=root, oldest=since
            ):
                yield one
        except Gone:
            return

    async def _pages(self, method: Any, **arguments: Any) -> AsyncIterator[Json]:
        """Slack: 15 messages a page and one page a minute for unlisted commercial apps."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = await self._patient(method, **arguments, inclusive=True, limit=_PAGE, **more)
            for one in answer.get("messages") or []:
                yield one
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    @staticmethod
    async def _patient(method: Any, **arguments: Any) -> Json:
        """Reading twice does no harm: waits when Slack asks to, and asks a few times more when it
        fails. Raises an `OutletError`.
        """
        pauses = iter(_PAUSES_S)
        while True:
            try:
                with translated():
                    answer: Json = (await method(**arguments)).data
            except (Busy, Unclear) as error:
                asked = error.wait if isinstance(error, Busy) else None
                pause = asked.total_seconds() if asked else next(pauses, None)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return answer

    async def _new_direct_messages(self) -> bool:
        """Follow those of people who never wrote before, from when Baton was last there; whether
        Slack could be asked for them.
        """
        now = f"{datetime.now(UTC).timestamp():.6f}"
        last = await self._baton.store.read(_mark, self._workspace.id, ANY_DIRECT)
        if last and await self._places.has_direct():
            try:
                channels = await self._direct_channels()
            except (Busy, Unclear) as error:
                log.warning("Slack does not list direct messages yet: %s", error)
                return False
            except OutletError as error:
                log.warning("Slack does not list direct messages: %s", error)
                channels = []
            for channel in channels:
                await self._baton.store.transact(_watch, self._workspace.id, channel, last)
        await self._baton.reached(self._workspace.id, ANY_DIRECT, "", now)
        return True

    async def _direct_channels(self) -> list[str]:
        """Every direct conversation that the app has. Raises an `OutletError`."""
        found: list[str] = []
        cursor = ""
        method = self._workspace.client.users_conversations
        while True:
            more = {"cursor": cursor} if cursor else {}
            page = await self._patient(method, types="im", limit=_PAGE, **more)
            found += [str(one["id"]) for one in page["channels"]]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return found


def _mark(tx: Tx, workspace: str, channel: str) -> str | None:
    source = tx.sources.get(workspace, channel)
    return source.mark if source else None


def _watch(tx: Tx, workspace: str, channel: str, mark: str) -> None:
    """Somebody new: what they write now waits from the start for what they wrote before."""
    if tx.sources.get(workspace, channel) is None:
        tx.sources.watch(workspace, channel, "", mark)
        catch_up.begin(tx, workspace)
