"""What happens on Discord is taken in: each channel in its order, and durably before all else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakValueDictionary

import discord

from adapters.discord import incoming
from adapters.discord.downloads import fetched
from adapters.discord.errors import translated
from adapters.discord.places import direct_workspaces, rooms
from adapters.discord.session import Session
from bot.application import Baton
from bot.domain.desk import Desk
from bot.domain.errors import BadInput, BatonError, CannotKeep, IllegalMove, ThreadCutOff
from bot.domain.identity import Person, Place
from bot.patience import Patience
from bot.ports.outlet import Busy, OutletError, Unclear
from bot.ports.store import Tx
from bot.services import catch_up

log = logging.getLogger(__name__)
_UNHEARD = (
    "This message could not be read: mention the bot at its beginning, or press “Write more” above."
)
_AGAIN = 1.0
T = TypeVar("T")
Warn = Callable[[Place, str], Awaitable[None]]


class Intake:
    """`warn` tells people in a place that what they wrote there reaches nobody."""

    def __init__(self, baton: Baton, session: Session, warn: Warn) -> None:
        self.baton = baton
        self._session = session
        self._warn = warn
        self._lines: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self.reads_everything = True
        self._hinted: set[int] = set()
        self._patience = Patience()

    def in_line(self, channel_id: int) -> asyncio.Lock:
        """Held while something of a channel is taken in: files take their time, order stays."""
        return self._lines.setdefault(channel_id, asyncio.Lock())

    async def settled(self) -> None:
        """Until everything that has come so far is taken in, or kept for later: a lock lets those
        who wait for it in by the order of their coming.
        """
        for line in list(self._lines.values()):
            async with line:
                pass

    async def message(self, message: discord.Message) -> None:
        """A live message. Discord tells it once: while nothing can be kept, it waits."""
        if not incoming.is_somebodys(message):
            return
        async with self.in_line(message.channel.id):
            await self._patience.until_kept(lambda: self._live(message))

    async def _live(self, message: discord.Message) -> None:
        place = await self._place(message)
        if place is not None:
            await self.take(message, place, is_direct=incoming.guild_of(message) is None)
            await self._hint(message, place)

    async def take(
        self, message: discord.Message, place: Place, *, is_direct: bool, is_fetched: bool = False
    ) -> None:
        """Take a message in, with its files. What cannot be one is told to its writer or logged."""
        writer = f"{place.workspace}/{message.author.id}"
        is_public, known = await self.baton.store.glance(_heard, place, writer, is_direct=is_direct)
        if is_public is None:
            return
        author = self._author(message.author, place.workspace, known)
        attachments = await fetched(incoming.files(message), self.baton.media)
        inbound = incoming.written(
            message,
            place,
            author,
            text=await self._words(message),
            attachments=attachments,
            direct=is_direct,
            opens=is_public and place.thread is None,
        )
        try:
            await self.baton.receive(inbound, fetched=is_fetched)
        except (ThreadCutOff, IllegalMove) as error:
            await self._warn(place, str(error))
        except CannotKeep:
            raise
        except BadInput:
            log.debug("message %s on Discord has nothing in it for Baton", message.id)
        except BatonError as error:
            log.warning("message %s on Discord cannot be taken in: %s", message.id, error)

    async def _words(self, message: discord.Message) -> str:
        """Discord: the first message of a forum's post, and no other, has the id of its thread."""
        text = incoming.words(message, await self._session.me())
        post = message.channel.id
        if message.id != post:
            return text
        known = getattr(message.channel, "name", None)
        name = known or await self._told(lambda: self._session.title(post), f"post {post}")
        return incoming.titled(text, name or "")

    async def _hint(self, message: discord.Message, place: Place) -> None:
        """Without the message content intent a contact must be told, once, how to be heard."""
        is_heard = self.reads_everything or message.content or message.attachments
        if is_heard or place.thread is None or message.channel.id in self._hinted:
            return
        if await self.baton.store.glance(_followed, place, is_direct=False) is not None:
            self._hinted.add(message.channel.id)
            await self._warn(place, _UNHEARD)

    async def edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Discord sends an update for a preview as well; only an edit has a time of its own."""
        message = payload.message
        if message.edited_at is None or not incoming.is_somebodys(message):
            return
        async with self.in_line(message.channel.id):
            await self._patience.until_kept(lambda: self._edited(message))

    async def _edited(self, message: discord.Message) -> None:
        """An edit that comes before its message brings it along."""
        place = await self._place(message)
        if place is not None:
            if await self.baton.store.read(catch_up.is_ahead, place, str(message.id)):
                await self.take(message, place, is_direct=incoming.guild_of(message) is None)
            await self.changed(message, place)

    async def changed(
        self, message: discord.Message, place: Place, *, is_fetched: bool = False
    ) -> None:
        if message.edited_at is not None:
            text = await self._words(message)
            change = incoming.edited(message, place, text, message.edited_at)
            await self.baton.receive(change, fetched=is_fetched)

    async def gone(self, channel: object, guild_id: int | None, message_ids: list[int]) -> None:
        """Messages were deleted, one or many at once."""
        channel_id = int(getattr(channel, "id", 0))

        async def take() -> None:
            for message_id in sorted(message_ids):
                place = await self.baton.store.glance(_home_of, channel_id, guild_id, channel)
                if place is not None:
                    await self.baton.receive(incoming.deleted(message_id, place))

        async with self.in_line(channel_id):
            await self._patience.until_kept(take)

    async def _place(self, message: discord.Message) -> Place | None:
        """Where something was said; None for a direct message that no guild of the desk takes."""
        channel, guild = message.channel, incoming.guild_of(message)
        space = (
            incoming.workspace(guild) if guild else await self.home(message.author.id, channel.id)
        )
        if guild and isinstance(channel, discord.PartialMessageable):
            return await self._unknown(space, channel.id)
        return incoming.place_of(channel, space) if space else None

    async def _unknown(self, space: str, channel_id: int) -> Place:
        """Of a channel that discord.py was not told of; a thread has its channel above it."""
        place = Place(workspace=space, channel=str(channel_id))
        if place.channel in await self.baton.store.glance(_rooms, space):
            return place
        if known := await self.baton.store.glance(_thread_home, space, place.channel):
            return known
        above = await self._told(lambda: self._session.above(channel_id), f"channel {channel_id}")
        return Place(workspace=space, channel=str(above), thread=place.channel) if above else place

    async def home(self, user_id: int, channel_id: int) -> str:
        """The guild on whose behalf somebody is talked to directly: where their direct messages
        went before, else the first that they are in; empty where they are in none.
        """
        spaces = await self.baton.store.glance(_direct)
        if len(spaces) == 1:
            return spaces[0]
        if known := await self.baton.store.glance(_direct_home, channel_id):
            return known.workspace
        for space in spaces:
            if await self._is_member(space, user_id):
                return space
        return ""

    async def _is_member(self, space: str, user_id: int) -> bool:
        http = await self._session.http()
        guild_id = int(space.partition(":")[2])
        return bool(await self._told(lambda: http.get_member(guild_id, user_id), f"{space} member"))

    @staticmethod
    async def _told(ask: Callable[[], Awaitable[T]], what: str) -> T | None:
        """Asked until Discord answers: no message is lost to a fault of its own. None: it says that
        there is none, or that it is not to be seen.
        """
        while True:
            try:
                with translated():
                    return await ask()
            except (Busy, Unclear) as error:
                log.warning("%s cannot be looked up yet: %s", what, error)
                wait = error.wait if isinstance(error, Busy) else None
                await asyncio.sleep(wait.total_seconds() if wait else _AGAIN)
            except OutletError:
                return None

    @staticmethod
    def _author(user: discord.abc.User, space: str, known: Person) -> Person:
        """With the roles that were last seen, where this event does not tell them."""
        if isinstance(user, discord.Member):
            return incoming.person(user, space)
        return incoming.person(user, space, known.groups)


def _followed(tx: Tx, place: Place, *, is_direct: bool) -> bool | None:
    """None where Baton does not listen; else whether contacts are answered in public threads."""
    desk = tx.desk.get()
    channel = desk.channel_at(place.workspace, place.channel, direct=is_direct)
    if channel is not None:
        return not is_direct and channel.threads == "public"
    return False if place.thread and _is_teams(tx, desk, place, place.thread) else None


def _is_teams(tx: Tx, desk: Desk, place: Place, thread: str) -> bool:
    """Whether it is a ticket's thread, or may be, as a root stands before that is recorded."""
    where = place.workspace, place.channel
    if tx.threads.at(*where, thread):
        return True
    return desk.team_at(*where) is not None and bool(tx.threads.unnamed(*where))


def _heard(tx: Tx, place: Place, writer: str, *, is_direct: bool) -> tuple[bool | None, Person]:
    """Whether it is `_followed`, and how its writer was last seen."""
    return _followed(tx, place, is_direct=is_direct), tx.people.get(writer)


def _rooms(tx: Tx, space: str) -> tuple[str, ...]:
    return rooms(tx.desk.get(), space)


def _direct(tx: Tx) -> tuple[str, ...]:
    return direct_workspaces(tx.desk.get())


def _home_of(tx: Tx, channel_id: int, guild_id: int | None, channel: object) -> Place | None:
    """Where a deleted message stood; nobody tells whose it was."""
    if guild_id is None:
        return _direct_home(tx, channel_id)
    space = incoming.workspace(guild_id)
    if isinstance(channel, discord.Object):
        return _thread_home(tx, space, str(channel_id))
    return incoming.place_of(channel, space)


def _thread_home(tx: Tx, space: str, thread: str) -> Place | None:
    """A thread that is archived is not known to discord.py. Discord lets people delete in it."""
    for channel in rooms(tx.desk.get(), space):
        where = space, channel, thread
        if tx.threads.at(*where) or tx.conversations.in_thread(*where) or tx.sources.get(*where):
            return Place(workspace=space, channel=channel, thread=thread)
    return None


def _direct_home(tx: Tx, channel_id: int) -> Place | None:
    """The guild whose desk a direct channel belongs to, once something was taken in from it."""
    for space in direct_workspaces(tx.desk.get()):
        if tx.sources.get(space, str(channel_id)):
            return Place(workspace=space, channel=str(channel_id))
    return None
