"""What Baton knows and Discord no longer shows was deleted while nobody listened."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import discord

from adapters.discord import incoming
from adapters.discord.errors import Code
from adapters.discord.history import Stretch
from adapters.discord.session import Session
from bot.application import Baton
from bot.domain.identity import Place
from bot.ports.store import Tx
from bot.services import catch_up, early

# So many messages of a channel, in all its threads, beside as many as were seen.
_KNOWN = 1_000
# What stands in each thread; None is the channel itself.
Seen = dict[str | None, Stretch]
# A message, and the thread that it should stand in.
Known = tuple[int, str | None]


class Deletions:
    def __init__(self, baton: Baton, session: Session) -> None:
        self._baton = baton
        self._session = session

    async def waiting(self, root: Place) -> list[Known]:
        """What came in live and is not taken in yet: a kill leaves it waiting for the next start.

        To be asked before Discord is.
        """
        return await self._baton.store.read(_waiting, root)

    async def unopened(self, root: Place) -> set[str]:
        """The threads that answers are to go into once there are any: one that opens from now on
        may not be among those that are looked at.
        """
        return await self._baton.store.read(_yet_unopened, root)

    async def find(
        self, root: Place, seen: Seen, waiting: list[Known], fresh: AbstractSet[str] = frozenset()
    ) -> None:
        """What is known, or was `waiting`, and not `seen` was deleted, if Discord says so: what
        waits is not taken in any more. `fresh`: threads that were not open yet.
        """
        most = _KNOWN + sum(len(one.ids) for one in seen.values())
        known = await self._baton.store.read(_known, root, most)
        known += await self._baton.store.read(_known_notes, root, most)
        known += waiting
        unopened = fresh | await self._baton.store.read(_unopened, root, known)
        shown = {message_id for one in seen.values() for message_id in one.ids}
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
        began = await self._baton.store.read(_began, root, message_id)
        for channel in {root.channel, thread or root.channel, began or root.channel}:
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
    found = seen.get(None if thread == str(message_id) else thread)
    return found.since if found else message_id


def _waiting(tx: Tx, root: Place) -> list[Known]:
    """Also what waits for the root above it to be recorded."""
    waiting = [
        one
        for channel in (root.channel, early.place(root.channel))
        for one in catch_up.waiting(tx, root.workspace, channel)
    ]
    return [(int(one.source_id), one.thread) for one in waiting if one.source_id.isdecimal()]


def _known(tx: Tx, root: Place, most: int) -> list[Known]:
    """The last messages of a channel, each with the thread it should stand in."""
    return [
        (int(one.source_id), tx.conversations.get(one.conversation_id).thread)
        for one in tx.messages.lately(root.workspace, root.channel, most)
        if one.source_id and one.source_id.isdecimal()
    ]


def _began(tx: Tx, root: Place, message_id: int) -> str:
    """Where else it may stand: its conversation may have begun in direct messages."""
    found = tx.messages.find_source(root.workspace, root.channel, str(message_id))
    return tx.outbox.began(found.conversation_id) if found else ""


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


def _yet_unopened(tx: Tx, root: Place) -> set[str]:
    return _unopened(tx, root, _known(tx, root, _KNOWN) + _waiting(tx, root))


def _known_notes(tx: Tx, root: Place, most: int) -> list[Known]:
    """Those of the threads as they stand: what was older than a rebuilt one went with the old."""
    found: list[Known] = []
    for note in tx.notes.lately(root.workspace, root.channel, most):
        anchor = tx.threads.get(note.thread_id).anchor if note.thread_id else None
        source = note.source_id or ""
        if anchor and source.isdecimal() and int(source) > int(anchor):
            found.append((int(source), anchor))
    return found
