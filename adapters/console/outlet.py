"""The console as a platform: posts stand in the store, pages show them."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.console import places
from bot.domain.card import Card, Content, Post
from bot.domain.identity import Place
from bot.domain.message import Limits, in_units
from bot.ports.clock import Clock
from bot.ports.outlet import Attempt, Gone, Refused, Sent
from bot.ports.repositories.platforms import Posted
from bot.ports.store import Store, Tx

# The author of what Baton posts; people's own posts carry their id.
BATON = "baton"
_DIGITS = 9  # more than any console will ever hold posts, and what any database takes


class ConsoleOutlet:
    """A post is made in one transaction under the attempt's key, so a repeated try finds itself."""

    limits = Limits(direct=False)
    settle: timedelta | None = None

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        self._check(content)
        at = self._clock.now()
        post_id = await self._store.transact(_post, place, content, attempt.key, at)
        return _sent(place, content, str(post_id))

    async def edit(self, sent: Sent, content: Content) -> None:
        self._check(content)
        number = _number(sent)
        if number is None or not await self._store.transact(_edit, number, content):
            raise Gone("The post was deleted.")

    async def delete(self, sent: Sent) -> None:
        number = _number(sent)
        if number is not None:
            await self._store.transact(_delete, number)

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        """By its key."""
        del content
        post_id = await self._store.read(_keyed, attempt.key)
        return Sent(place=place, platform_id=str(post_id)) if post_id else None

    async def link(self, sent: Sent) -> str:
        if places.is_direct(sent.place.channel):
            return ""
        return places.link(sent.place.channel, sent.place.thread or sent.platform_id)

    def _check(self, content: Content) -> None:
        """The same bounds as everywhere else, so that nothing works here only."""
        if not isinstance(content, Post):
            return
        if len(content.text) > self.limits.text:
            raise Refused(f"{self.limits.text:,} characters are the most.")
        files = [one for one in content.attachments if one.digest]  # the others are only named
        if len(files) > self.limits.files:
            raise Refused(f"{self.limits.files} files are the most in one message.")
        for file in files:
            if file.size > self.limits.file_bytes:
                raise Refused(f"{file.name} is larger than {in_units(self.limits.file_bytes)}.")


def _keyed(tx: Tx, key: str) -> int | None:
    return tx.posts.keyed(key)


def standing(tx: Tx, platform_id: str | None) -> Posted | None:
    """A post that nobody has deleted."""
    if platform_id is None or not platform_id.isdecimal() or len(platform_id) > _DIGITS:
        return None
    found = tx.posts.get(int(platform_id))
    return None if found is None or found.deleted else found


def _post(tx: Tx, place: Place, content: Content, key: str, at: datetime) -> int:
    if place.thread is not None and standing(tx, place.thread) is None:
        raise Gone("The thread's first post was deleted.")
    return tx.posts.add(place, BATON, content, key, at)


def _edit(tx: Tx, post_id: int, content: Content) -> bool:
    return tx.posts.edit(post_id, content)


def _delete(tx: Tx, post_id: int) -> None:
    tx.posts.delete(post_id)


def _sent(place: Place, content: Content, post_id: str) -> Sent:
    """A card at the root of a channel opens a thread named after it."""
    opens = place.thread is None and isinstance(content, Card)
    where = places.thread(place.channel, post_id) if opens else place
    return Sent(place=where, platform_id=post_id)


def _number(sent: Sent) -> int | None:
    return int(sent.platform_id) if sent.platform_id.isdecimal() else None
