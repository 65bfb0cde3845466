"""What was written while Baton was away: fetched from each place's mark, oldest first.

Slack: the history of a channel leaves replies out, but says of each thread when the last one came;
the threads with news are fetched on their own. Neither tells of edits and deletions, so the latest
known messages are compared: afterwards, as nobody has to wait for that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from adapters.slack.intake import Intake
from adapters.slack.known import known
from adapters.slack.look import Look
from adapters.slack.places import Places
from adapters.slack.reading import Reading
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.errors import CannotKeep
from bot.ports.outlet import Busy, OutletError, Unclear
from bot.ports.repositories.platforms import ANY_DIRECT, Source
from bot.ports.store import Tx
from bot.services import catch_up

Json = dict[str, Any]
log = logging.getLogger(__name__)
_FOLLOWED = timedelta(days=7)
_SWEEP_S, _SOON_S = 900.0, 3.0
_AGAIN_S = 5.0
# Slack: events are limited minute by minute.
_DROPS_S = 61.0
_TRIES = 3


class CatchUp:
    """`request` makes it look; one look at a time."""

    def __init__(self, workspace: Workspace, baton: Baton, intake: Intake, places: Places) -> None:
        self._workspace = workspace
        self._reading = Reading(workspace)
        self._baton = baton
        self._intake = intake
        self._places = places
        self._wanted = asyncio.Event()
        self._was_early = False
        self.done = asyncio.Event()

    def request(self) -> None:
        """After a connection was made: something may have been missed."""
        self.done.clear()
        self._wanted.set()

    def dropped(self) -> None:
        """Slack leaves out a minute's events: they are looked for now, and when it is over."""
        self.request()
        asyncio.get_running_loop().call_later(_DROPS_S, self.request)

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
                if not self._wanted.is_set():
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
        looked = {one.channel: await self._place(one, skip=not direct) for one in places}
        is_heard = all(looks for channel, looks in looked.items() if channel.startswith("D"))
        if direct and listed and is_heard:  # whoever is new waits for what they wrote before
            await self._release(self._workspace.id, ANY_DIRECT)
        is_compared = await self._compare([look for look in looked.values() if look])
        return listed and all(looked.values()) and is_compared

    async def _asked(self) -> bool:
        """Whether somebody did, or the last look could not tell of everything yet."""
        soon, self._was_early = self._was_early, False
        try:
            async with asyncio.timeout(_SOON_S if soon else _SWEEP_S):
                await self._wanted.wait()
        except TimeoutError:
            return soon
        return True

    async def _place(self, source: Source, *, skip: bool) -> Look | None:
        """Fetch what was missed there; None where that has to be tried again. One broken channel
        never stops another, and what cannot be read is not waited for.
        """
        look = Look(source=source)
        if not (skip and source.channel.startswith("D")):
            try:
                look = await self._fetch(source)
            except (Busy, Unclear, aiohttp.ClientError, TimeoutError) as error:
                log.warning("what was missed in %s comes later: %s", source.channel, error)
                return None
            except OutletError as error:
                log.warning("what was missed in %s cannot be fetched: %s", source.channel, error)
        await self._release(source.workspace, source.channel)
        return look

    async def _compare(self, looks: list[Look]) -> bool:
        """Look for edits and deletions; whether that has come to its end. A new connection has
        other things to do first.
        """
        comparing = asyncio.ensure_future(self._compared(looks))
        asked = asyncio.ensure_future(self._wanted.wait())
        try:
            await asyncio.wait({comparing, asked}, return_when=asyncio.FIRST_COMPLETED)
            return comparing.result() if comparing.done() else True
        finally:
            comparing.cancel()
            asked.cancel()
            await asyncio.gather(comparing, asked, return_exceptions=True)

    async def _compared(self, looks: list[Look]) -> bool:
        """One place after the other, whatever happens in one."""
        is_complete = True
        for look in looks:
            channel = look.source.channel
            try:
                for root in look.unread:
                    look.found.update(await self._reading.thread(channel, root, look.since))
                await self._changes(look, look.ours.messages)
            except (Busy, Unclear, aiohttp.ClientError, TimeoutError) as error:
                log.warning("what was changed in %s shows later: %s", channel, error)
                is_complete = False
            except OutletError as error:
                log.warning("changes in %s cannot be fetched: %s", channel, error)
            else:
                oldest = look.ours.latest
                await self._baton.store.transact(catch_up.compared, look.source, oldest)
        return is_complete

    async def _release(self, workspace: str, channel: str) -> None:
        """Not where a new connection was made meanwhile: something may be missing before it."""
        await self._baton.caught_up(workspace, channel, unless=self._wanted.is_set)

    async def _fetch(self, source: Source) -> Look:
        """Its threads are read one after the other: what was written meanwhile is in some of them,
        so the mark goes no further than what Slack told of at first, and the next look reads from
        there.
        """
        ours = await self._baton.store.read(known, source, datetime.now(UTC) - _FOLLOWED)
        since = min([source.mark, *ours.all], key=float)
        listed = await self._reading.channel(source.channel, since, ours.threads)
        look = Look(source=source, ours=ours, since=since, listed=listed)
        for root in sorted(look.with_news(), key=float):
            look.found.update(await self._reading.thread(source.channel, root, since))
            look.read.add(root)
        await self._changes(look, ours.waiting)
        missed = sorted(look.missed(), key=float)
        for ts in missed:
            if not await self._baton.store.read(catch_up.is_known, source, ts):
                await self._intake.fetched(look.found[ts], source.channel)
        sure = [ts for ts in missed if float(ts) <= listed.told]
        mark = max([source.mark, *sure], key=float)
        await self._baton.reached(source.workspace, source.channel, "", mark)
        if missed:
            log.info("fetched %d messages of %s", len(missed), source.channel)
        return look

    async def _changes(self, look: Look, stamps: Iterable[str]) -> None:
        """Edits and deletions of what Baton knows already; it ignores those it has heard of. What
        waits and is gone is not taken in any more.

        What was not found may stand in a thread that was not read, or be too new to be told of: it
        is asked for by itself, and nobody's words are gone unless Slack says so.
        """
        channel = look.source.channel
        for ts in sorted(stamps, key=float):
            message = look.found.get(ts)
            if message is None:
                if float(ts) > look.listed.shown:
                    self._was_early = True
                    continue
                message = await self._reading.one(channel, ts)
            if message is None or message.get("subtype") == "tombstone":
                change: Json = {"subtype": "message_deleted", "deleted_ts": ts, "ts": ts}
            else:
                look.found[ts] = message
                if not message.get("edited"):
                    continue
                change = {"subtype": "message_changed", "message": message, "ts": ts}
            await self._intake.fetched(change, channel)

    async def _new_direct_messages(self) -> bool:
        """Follow those of people who never wrote before, from when Baton was last there; whether
        Slack could be asked for them.
        """
        now = f"{datetime.now(UTC).timestamp():.6f}"
        last = await self._baton.store.read(_mark, self._workspace.id, ANY_DIRECT)
        if last and await self._places.has_direct():
            try:
                channels = await self._reading.direct_channels()
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


def _mark(tx: Tx, workspace: str, channel: str) -> str | None:
    source = tx.sources.get(workspace, channel)
    return source.mark if source else None


def _watch(tx: Tx, workspace: str, channel: str, mark: str) -> None:
    """Somebody new: what they write now waits from the start for what they wrote before."""
    if tx.sources.get(workspace, channel) is None:
        tx.sources.watch(workspace, channel, "", mark)
        catch_up.begin(tx, workspace)
