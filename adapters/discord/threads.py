"""Threads: opened for a ticket or for a contact, found again after a crash, and room for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

import discord
from discord.http import MultipartParameters

from adapters.discord.errors import Code
from adapters.discord.session import Session
from bot.domain.identity import Place
from bot.ports.outlet import Attempt
from bot.ports.store import Store, Tx

# Discord: 7 days without a message and a thread is archived; a new message brings it back.
ARCHIVE_AFTER: Final = 10_080
_SKEW = timedelta(minutes=1)
_ROOM = 20
_LISTED = 100


class Threads:
    """Raises what discord.py raises."""

    def __init__(self, session: Session, store: Store) -> None:
        self._session = session
        self._store = store

    async def below(self, workspace: str, channel_id: int, message_id: int, name: str) -> int:
        """The thread of a message, opened if it has none. Discord: both have the same id."""
        http = await self._session.http()

        async def start() -> int:
            opened = await http.start_thread_with_message(
                channel_id, message_id, name=name, auto_archive_duration=ARCHIVE_AFTER
            )
            return int(opened["id"])

        try:
            return await self._with_room(workspace, start)
        except discord.HTTPException as error:
            if error.code != Code.THREAD_EXISTS:
                raise
            return message_id

    async def private(
        self, workspace: str, channel_id: int, name: str, person: int, attempt: Attempt | None
    ) -> int:
        """A thread that only this person and the server's moderators see. Without an attempt it is
        a new one in any case.
        """
        http = await self._session.http()

        async def start() -> int:
            opened = await http.start_thread_without_message(
                channel_id,
                name=name,
                auto_archive_duration=ARCHIVE_AFTER,
                type=discord.ChannelType.private_thread.value,
                invitable=False,
            )
            return int(opened["id"])

        place = Place(workspace=workspace, channel=str(channel_id))
        if attempt is None:
            thread_id = await self._with_room(workspace, start)
        else:
            thread_id = await self._once(place, name, attempt, start)
        await http.add_user_to_thread(thread_id, person)
        return thread_id

    async def remove(self, thread_id: int) -> None:
        """Delete a thread with all that stands in it; one that is gone already is no error."""
        http = await self._session.http()
        try:
            await http.delete_channel(thread_id)
        except discord.NotFound:
            return

    async def post(
        self, place: Place, name: str, attempt: Attempt, params: MultipartParameters
    ) -> int:
        """A post of a forum; its first message has the same id."""
        http = await self._session.http()

        async def start() -> int:
            opened = await http.start_thread_in_forum(int(place.channel), params=params)
            return int(opened["id"])

        return await self._once(place, name, attempt, start)

    async def _once(
        self, place: Place, name: str, attempt: Attempt, start: Callable[[], Awaitable[int]]
    ) -> int:
        """Discord has no nonce for threads: one that an earlier try has made is taken up."""
        if kept := attempt.progress.get("thread"):
            return int(kept)
        found = await self._left_over(place, name, attempt.first_at) if attempt.number > 1 else None
        thread_id = found or await self._with_room(place.workspace, start)
        await attempt.save({**attempt.progress, "thread": str(thread_id)})
        return thread_id

    async def _left_over(self, place: Place, name: str, since: datetime) -> int | None:
        """The bot's own thread of that name, made since then and not in use yet."""
        me = await self._session.me()
        for one in await self.active(place.workspace):
            is_own = int(one.get("owner_id") or 0) == me and one["name"] == name
            made = discord.utils.snowflake_time(int(one["id"]))
            if is_own and str(one["parent_id"]) == place.channel and made >= since - _SKEW:
                anchor = replace(place, thread=str(one["id"]))
                if not await self._store.read(_in_use, anchor):
                    return int(one["id"])
        return None

    async def active(self, workspace: str) -> list[Any]:
        """Every active thread of a guild."""
        http = await self._session.http()
        found = await http.get_active_threads(int(workspace.rpartition(":")[2]))
        return list(found["threads"])

    async def archived(self, channel_id: int, since: datetime, *, private: bool) -> set[str]:
        """The threads of a channel that were archived since then; private ones that the bot is in.

        Discord: public ones are listed by the time of that, the latest first, private ones by id.
        """
        http = await self._session.http()
        public, joined = http.get_public_archived_threads, http.get_joined_private_archived_threads
        listed, found = joined if private else public, set()
        before: Any = None
        while True:
            page = await listed(channel_id, before=before, limit=_LISTED)
            for one in page["threads"]:
                stamp = one["thread_metadata"]["archive_timestamp"]
                is_late = datetime.fromisoformat(stamp) >= since
                before = one["id"] if private else stamp
                if is_late:
                    found.add(str(one["id"]))
            if not page["threads"] or not page["has_more"] or not (private or is_late):
                return found

    async def make_room(self, workspace: str, most: int = _ROOM) -> int:
        """Archive threads: of closed tickets first, then those of the bot that rest the longest.

        Nothing is lost by it: a new message brings a thread back.
        """
        http, me = await self._session.http(), await self._session.me()
        own = [one for one in await self.active(workspace) if int(one.get("owner_id") or 0) == me]
        closed = {
            one["id"]
            for one in own
            if await self._store.read(_is_closed, workspace, str(one["parent_id"]), str(one["id"]))
        }
        own.sort(key=lambda one: (one["id"] not in closed, int(one.get("last_message_id") or 0)))
        for one in own[:most]:
            await http.edit_channel(int(one["id"]), archived=True)
        return len(own[:most])

    async def _with_room(self, workspace: str, start: Callable[[], Awaitable[int]]) -> int:
        """Discord: 1,000 active threads a guild. A ticket is never lost to that."""
        try:
            return await start()
        except discord.HTTPException as error:
            if error.code != Code.TOO_MANY_THREADS or not await self.make_room(workspace):
                raise
            return await start()


def _in_use(tx: Tx, place: Place) -> bool:
    where = place.workspace, place.channel, place.thread or ""
    return bool(tx.threads.at(*where) or tx.conversations.in_thread(*where))


def _is_closed(tx: Tx, workspace: str, channel: str, anchor: str) -> bool:
    thread = tx.threads.at(workspace, channel, anchor)
    number = thread.ticket_number if thread else None
    return number is not None and not tx.tickets.get(number).is_open
