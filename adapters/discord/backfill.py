"""What was written, changed and deleted while Baton was not there is fetched, place by place.

Discord's history is by id, and ids are in the order of time over all channels of a guild. A place
is read from its mark on; what follows in it live waits until then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import discord

from adapters.discord import incoming
from adapters.discord.errors import Code, translated
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
# Edits and deletes do not show in what is new: the last messages of a place are looked at again,
# and of a channel so many in all its threads.
_COMPARED = 200
_KNOWN = 1_000
_SKEW = timedelta(seconds=10)
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
# The ids of the last messages by thread; None is the channel itself.
Seen = dict[str | None, set[int]]
# A message, and the thread that it should stand in.
Known = tuple[int, str | None]


class Backfill:
    def __init__(self, baton: Baton, session: Session, threads: Threads, intake: Intake) -> None:
        self._baton = baton
        self._session = session
        self._threads = threads
        self._intake = intake

    async def begin(self) -> None:
        """Before a new session: from here on live events wait. A new channel begins now."""
        now = discord.utils.time_snowflake(discord.utils.utcnow() - _SKEW)
        for space in await self._baton.store.transact(_watch_rooms, str(now)):
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
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        log.info("Discord: caught up with everything")

    async def _workspace(self, space: str) -> None:
        sources = await self._baton.store.read(_sources, space)
        followed = await self._baton.store.read(_rooms, space)
        unopened = {
            one: await self._baton.store.read(_yet_unopened, space, one) for one in followed
        }
        active: list[Any] = []
        try:
            active = await self._active(space)
        except (Unreachable, Gone) as error:
            log.warning("%s cannot be followed: %s", space, error)
            followed = ()
        except Refused as error:  # it will not be listed a minute later either
            log.warning("New threads of %s cannot be found: %s", space, error)
            active = [{"id": one.thread, "parent_id": one.channel} for one in sources if one.thread]
        for source in sources:
            if source.thread or not source.catching_up:
                continue
            if source.channel in followed:
                await self._channel(source, active, unopened[source.channel])
            elif source.channel.isdecimal():
                with _skipping(source.channel):
                    await self._direct(source)
            await self._baton.caught_up(space, source.channel)

    async def _active(self, space: str) -> list[Any]:
        with translated():
            return await self._threads.active(space)

    async def _direct(self, source: Source) -> None:
        place = Place(workspace=source.workspace, channel=source.channel)
        waiting = await self._baton.store.read(_waiting, place)
        seen = await self._place(place, int(source.mark), is_direct=True)
        await self._compare(place, {None: seen}, waiting)

    async def _channel(self, source: Source, active: list[Any], unopened: set[str]) -> None:
        """The channel first, as threads begin below its messages; then every thread of it. What was
        `unopened` before the threads were listed may not be among them.
        """
        space, channel = source.workspace, source.channel
        threads = {str(one["id"]) for one in active if str(one["parent_id"]) == channel}
        with _skipping(source.channel):
            threads |= {one async for one in self._archived(source)}
        root = Place(workspace=space, channel=channel)
        marks = await self._baton.store.transact(_watch_threads, root, threads, source.mark)
        waiting = await self._baton.store.read(_waiting, root)
        seen: Seen = {}
        with _skipping(channel):
            if not await self._session.is_forum(int(channel)):
                seen[None] = await self._place(root, int(source.mark), is_direct=False)
        for thread in sorted(threads, key=int):
            place = Place(workspace=space, channel=channel, thread=thread)
            with _skipping(thread):
                seen[thread] = await self._place(place, int(marks[thread]), is_direct=False)
        await self._compare(root, seen, waiting, unopened - seen.keys())

    async def _archived(self, source: Source) -> AsyncIterator[str]:
        """The threads that were archived since then."""
        since = discord.utils.snowflake_time(int(source.mark))
        http = await self._session.http()
        for listed in (http.get_public_archived_threads, http.get_joined_private_archived_threads):
            with _skipping(source.channel):
                page = await listed(int(source.channel), limit=100)
                for one in page["threads"]:
                    at = datetime.fromisoformat(one["thread_metadata"]["archive_timestamp"])
                    if at >= since:
                        yield str(one["id"])

    async def _place(self, place: Place, mark: int, *, is_direct: bool) -> set[int]:
        """Everything after the mark is taken in, and edits among the last; answers with the ids."""
        client = await self._session.client()
        where = client.get_partial_messageable(int(place.thread or place.channel))
        recent = [one async for one in where.history(limit=_COMPARED)]
        recent.reverse()
        is_complete = len(recent) < _COMPARED or recent[0].id <= mark
        if is_complete:
            await self._take(place, [one for one in recent if one.id > mark], is_direct=is_direct)
        else:
            await self._pages(where, place, mark, is_direct=is_direct)
        for message in recent:
            if message.edited_at and incoming.is_somebodys(message):
                await self._intake.changed(message, place, is_fetched=True)
        return {one.id for one in recent}

    async def _pages(
        self, where: discord.PartialMessageable, place: Place, mark: int, *, is_direct: bool
    ) -> None:
        while True:
            after = discord.Object(mark)
            page = [one async for one in where.history(limit=100, after=after, oldest_first=True)]
            if not page:
                return
            await self._take(place, page, is_direct=is_direct)
            mark = page[-1].id

    async def _take(
        self, place: Place, messages: list[discord.Message], *, is_direct: bool
    ) -> None:
        for message in messages:
            is_new = not await self._baton.store.read(_is_known, place, str(message.id))
            if is_new and incoming.is_somebodys(message):
                await self._intake.take(message, place, is_direct=is_direct, is_fetched=True)
        if messages:
            newest = str(messages[-1].id)
            await self._baton.reached(place.workspace, place.channel, place.thread or "", newest)

    async def _compare(
        self, root: Place, seen: Seen, waiting: list[Known], fresh: AbstractSet[str] = frozenset()
    ) -> None:
        """What Baton knows and Discord no longer shows was deleted, if Discord says so. So may be
        what came live and was waiting before Discord was asked: it is not taken in any more.
        """
        known = await self._baton.store.read(_known, root)
        known += await self._baton.store.read(_known_notes, root)
        known += waiting
        unopened = fresh | await self._baton.store.read(_unopened, root, known)
        shown = set().union(*seen.values())
        for message_id, thread in known:
            place = None if thread in unopened else thread
            was_looked_at = message_id > _oldest(seen, message_id, place)
            if (
                was_looked_at
                and message_id not in shown
                and await self._is_gone(root, thread, message_id, is_open=place == thread)
            ):
                gone = incoming.deleted(message_id, root)
                await self._baton.receive(gone, fetched=True)

    async def _is_gone(
        self, root: Place, thread: str | None, message_id: int, *, is_open: bool
    ) -> bool:
        """A thread that was deleted took its messages along; nobody took back their words."""
        http = await self._session.http()
        for channel in {root.channel, thread or root.channel}:
            try:
                await http.get_message(int(channel), message_id)
            except discord.NotFound as error:
                if error.code == Code.UNKNOWN_MESSAGE:
                    continue
                if error.code == Code.UNKNOWN_CHANNEL and channel == thread and not is_open:
                    continue
                return False
            except discord.Forbidden:
                return False
            return False
        return True


def _oldest(seen: Seen, message_id: int, thread: str | None) -> int:
    """How far back was looked where it should stand: to the beginning, or nowhere at all. The first
    words of a thread stand in the channel above it.
    """
    ids = seen.get(None if thread == str(message_id) else thread)
    if ids is None:
        return message_id
    return min(ids) if len(ids) >= _COMPARED else 0


@contextmanager
def _skipping(what: str) -> Iterator[None]:
    """A place that is gone, or out of sight, holds nothing up."""
    try:
        yield
    except (discord.NotFound, discord.Forbidden) as error:
        log.warning("Discord channel %s cannot be read: %s", what, error)


def _is_known(tx: Tx, place: Place, source_id: str) -> bool:
    """Whether it came in live: then its files need not be fetched once more."""
    return tx.messages.find_source(place.workspace, place.channel, source_id) is not None


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


def _waiting(tx: Tx, root: Place) -> list[Known]:
    """What came in live and is not taken in yet: a kill leaves it waiting for the next start."""
    waiting = catch_up.waiting(tx, root.workspace, root.channel)
    return [(int(one.source_id), one.thread) for one in waiting if one.source_id.isdecimal()]


def _known(tx: Tx, root: Place) -> list[Known]:
    """The last messages of a channel, each with the thread it should stand in."""
    return [
        (int(one.source_id), tx.conversations.get(one.conversation_id).thread)
        for one in tx.messages.lately(root.workspace, root.channel, _KNOWN)
        if one.source_id and one.source_id.isdecimal()
    ]


def _unopened(tx: Tx, root: Place, known: list[Known]) -> set[str]:
    """The threads that answers are to go into once there are any: the words stand above them."""
    found = set()
    for thread in {one for _, one in known if one}:
        if tx.sources.get(root.workspace, root.channel, thread):
            continue
        conversation = tx.conversations.in_thread(root.workspace, root.channel, thread)
        said = tx.messages.of(conversation.id) if conversation else []
        if conversation and not any(one.delivered_at for one in said):
            found.add(thread)
    return found


def _yet_unopened(tx: Tx, space: str, channel: str) -> set[str]:
    root = Place(workspace=space, channel=channel)
    return _unopened(tx, root, _known(tx, root) + _waiting(tx, root))


def _known_notes(tx: Tx, root: Place) -> list[Known]:
    """Those of the threads as they stand: what was older than a rebuilt one went with the old."""
    found: list[Known] = []
    for note in tx.notes.lately(root.workspace, root.channel, _KNOWN):
        anchor = tx.threads.get(note.thread_id).anchor if note.thread_id else None
        source = note.source_id or ""
        if anchor and source.isdecimal() and int(source) > int(anchor):
            found.append((int(source), anchor))
    return found
