"""What was written, changed and deleted while Baton was not there is fetched, place by place.

A place's mark moves when everything up to it was taken in and compared, changes and deletions: a
process that ends before that begins there again, and passes over what is known. What follows live
in a place waits until then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import discord

from adapters.discord import history, incoming
from adapters.discord.deletions import Deletions, Seen
from adapters.discord.errors import translated
from adapters.discord.history import Stretch
from adapters.discord.intake import Intake
from adapters.discord.places import rooms, workspaces
from adapters.discord.session import Session
from adapters.discord.threads import Threads
from bot.application import Baton
from bot.domain.errors import CannotKeep
from bot.domain.identity import Place
from bot.ports.outlet import Gone, OutletError, Refused, Unreachable
from bot.ports.repositories.platforms import Source
from bot.ports.store import Tx
from bot.services import catch_up

log = logging.getLogger(__name__)
_SKEW = timedelta(seconds=10)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


class Backfill:
    def __init__(self, baton: Baton, session: Session, threads: Threads, intake: Intake) -> None:
        self._baton = baton
        self._session = session
        self._threads = threads
        self._intake = intake
        self._deletions = Deletions(baton, session)

    async def begin(self) -> None:
        """Before a new session: from here on live events wait. A new channel begins now."""
        for space in await self._baton.store.transact(_watch_rooms, str(_now())):
            await self._baton.begin_catching_up(space)

    async def run(self) -> None:
        """Fetch everything, however long Discord is in trouble."""
        for space in await self._baton.store.read(_workspaces):
            pause = _FIRST_PAUSE
            while True:
                try:
                    with translated():
                        await self._workspace(space)
                    break
                except (OutletError, CannotKeep) as error:
                    log.warning("%s cannot be caught up with yet: %s", space, error)
                except Exception:
                    log.exception("%s cannot be caught up with; it is tried again", space)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        log.info("Discord: caught up with everything")

    async def _workspace(self, space: str) -> None:
        sources = await self._baton.store.read(_sources, space)
        followed = await self._baton.store.read(_rooms, space)
        unopened = {
            one: await self._deletions.unopened(Place(workspace=space, channel=one))
            for one in followed
        }
        listed, active = _now(), await self._active(space, sources)
        for source in sources:
            if source.thread or not source.catching_up:
                continue
            if source.channel not in followed:
                await self._direct(source)
            elif active is not None:
                await self._channel(source, active, unopened[source.channel], listed)
            await self._let_go(source)

    async def _active(self, space: str, sources: list[Source]) -> list[Any] | None:
        """The threads that are open; None where the guild is out of reach."""
        try:
            with translated():
                return await self._threads.active(space)
        except (Unreachable, Gone) as error:
            log.warning("%s cannot be followed: %s", space, error)
            return None
        except Refused as error:  # it will not be listed a minute later either
            log.warning("New threads of %s cannot be found: %s", space, error)
            return [{"id": one.thread, "parent_id": one.channel} for one in sources if one.thread]

    async def _let_go(self, source: Source) -> None:
        """What waited is taken in, and live events flow again.

        A step of this that has begun is waited for even when it is not wanted any more, as a new
        session begins: carried out after that, it would let live events of the new one through.
        """
        is_over = asyncio.Event()
        letting = asyncio.ensure_future(
            self._baton.caught_up(source.workspace, source.channel, unless=is_over.is_set)
        )
        try:
            await asyncio.shield(letting)
        finally:
            is_over.set()
            await letting

    async def _direct(self, source: Source) -> None:
        if not source.channel.isdecimal():
            return
        place = Place(workspace=source.workspace, channel=source.channel)
        waiting = await self._deletions.waiting(place)
        with _skipping(source.channel):
            seen = await self._place(place, int(source.mark), is_direct=True)
            await self._deletions.find(place, {None: seen}, waiting)
            await self._reached(place, seen.newest, source.mark)

    async def _channel(
        self, source: Source, active: list[Any], unopened: set[str], listed: int
    ) -> None:
        """The channel first, as threads begin below its messages; then every thread of it. What was
        `unopened` before the threads were `listed` may not be among them.
        """
        space, channel = source.workspace, source.channel
        threads = {str(one["id"]) for one in active if str(one["parent_id"]) == channel}
        since = discord.utils.snowflake_time(int(source.mark))
        for private in (False, True):
            with _skipping(channel):
                threads |= await self._threads.archived(int(channel), since, private=private)
        root = Place(workspace=space, channel=channel)
        marks = await self._baton.store.transact(_watch_threads, root, threads, source.mark)
        waiting = await self._deletions.waiting(root)
        seen: Seen = {}
        with _skipping(channel):
            if not await self._session.is_forum(int(channel)):
                seen[None] = await self._place(root, int(source.mark), is_direct=False)
        for thread in sorted(threads, key=int):
            with _skipping(thread):
                place = incoming.within(root, thread)
                seen[thread] = await self._place(place, int(marks[thread]), is_direct=False)
        await self._deletions.find(root, seen, waiting, unopened - seen.keys())
        for thread in threads.intersection(seen):
            place = incoming.within(root, thread)
            await self._reached(place, seen[thread].newest, marks[thread])
        # Threads that were not listed yet are looked for from here on, so it goes no further.
        told = [seen[None]] if None in seen else seen.values()
        newest = max((one.newest for one in told), default=0)
        await self._reached(root, min(newest, listed), source.mark)

    async def _place(self, place: Place, mark: int, *, is_direct: bool) -> Stretch:
        """Everything after the mark is taken in, and what was changed there and shortly before;
        answers with all that stands there.
        """
        client = await self._session.client()
        where = client.get_partial_messageable(int(place.thread or place.channel))
        ids = set()
        async for message in history.around(where, mark):
            ids.add(message.id)
            if not incoming.is_somebodys(message):
                continue
            try:
                if message.id > mark:
                    await self._take(message, place, is_direct=is_direct)
                await self._intake.changed(message, place, is_fetched=True)
            except history.UNREADABLE:
                log.exception("message %s of Discord cannot be taken in", message.id)
        return history.stretch(ids, mark)

    async def _take(self, message: discord.Message, place: Place, *, is_direct: bool) -> None:
        """What came in live is known: its files need not be fetched once more."""
        if await self._baton.store.read(catch_up.is_known, place, str(message.id)):
            return
        if is_direct and not await self._session.is_private(int(place.channel)):
            return  # a channel of the guild that was connected once
        await self._intake.take(message, place, is_direct=is_direct, is_fetched=True)

    async def _reached(self, place: Place, newest: int, mark: str) -> None:
        if newest > int(mark):
            where = place.workspace, place.channel, place.thread or ""
            await self._baton.reached(*where, str(newest))


def _now() -> int:
    """The id of what is written now, or a little before, as clocks differ."""
    return discord.utils.time_snowflake(discord.utils.utcnow() - _SKEW)


@contextmanager
def _skipping(what: str) -> Iterator[None]:
    """A place that is gone, or out of sight, holds nothing up."""
    try:
        yield
    except (discord.NotFound, discord.Forbidden) as error:
        log.warning("Discord channel %s cannot be read: %s", what, error)


def _watch_rooms(tx: Tx, mark: str) -> tuple[str, ...]:
    desk = tx.desk.get()
    for space in workspaces(desk):
        for channel in filter(str.isdecimal, rooms(desk, space)):
            tx.sources.watch(space, channel, "", mark)
    return workspaces(desk)


def _watch_threads(tx: Tx, root: Place, threads: set[str], mark: str) -> dict[str, str]:
    """A thread that is new began after the channel was last seen; answers with all marks."""
    for thread in threads:
        tx.sources.watch(root.workspace, root.channel, thread, mark)
    sources = {one: tx.sources.get(root.workspace, root.channel, one) for one in threads}
    return {thread: source.mark for thread, source in sources.items() if source}


def _workspaces(tx: Tx) -> tuple[str, ...]:
    return workspaces(tx.desk.get())


def _rooms(tx: Tx, space: str) -> tuple[str, ...]:
    return rooms(tx.desk.get(), space)


def _sources(tx: Tx, space: str) -> list[Source]:
    return tx.sources.of(space)
