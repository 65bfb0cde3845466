"""Discord as somewhere to post: each effect once, by Discord's own nonce.

A platform id is the message's; that of a card above its thread has its channel in front, `600/12`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import discord

from adapters.discord.errors import Code, translated
from adapters.discord.messages import Messages
from adapters.discord.places import Side, Spot, spot, thread_name
from adapters.discord.session import Session
from adapters.discord.threads import ARCHIVE_AFTER, Threads
from adapters.discord.views import posts
from adapters.discord.views.body import Body
from adapters.discord.views.card import card, card_name
from bot.domain.card import Card, Content, Post, Transcript
from bot.domain.identity import DIRECTLY, Place
from bot.domain.message import Limits, in_units
from bot.domain.values import replace
from bot.ports.media import MediaPort
from bot.ports.outlet import Attempt, Gone, Refused, Sent, Unreachable
from bot.ports.store import Store, Tx

# Discord knows a nonce for "a few minutes"; after this it is looked for instead.
_NONCE_LASTS = timedelta(minutes=2)
_SKEW = timedelta(seconds=30)


class DiscordOutlet:
    """Discord: 2,000 characters and 10 files of 10 MiB each a message, without boosts."""

    limits = Limits(text=2_000, file_bytes=10 * 1024 * 1024, files=10)
    settle: timedelta | None = None

    def __init__(self, session: Session, store: Store, media: MediaPort) -> None:
        self._session = session
        self._store = store
        self._messages = Messages(session, media)
        self._threads = Threads(session, store)

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        self._check(content)
        if place.channel.startswith(DIRECTLY):
            return await self._tell(await self._direct(place), content, attempt)
        if not place.channel.isdecimal():
            raise Unreachable(f"“{place.channel}” is not the id of a channel on Discord.")
        with self._reached(place):
            if _is_late(attempt) and (found := await self.find(place, content, attempt)):
                return found
            try:
                return await self._stand(place, content, attempt)
            except discord.NotFound as error:
                if place.thread is None and error.code == Code.UNKNOWN_CHANNEL:
                    raise Unreachable(f"The channel {place.channel} was deleted.") from error
                raise

    async def _tell(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        """Say something to a member; who takes no direct messages is not reached."""
        here = Spot(place=place, side=Side.CONTACT, direct=True)
        if _is_late(attempt) and (found := await self._like(here, place, content, attempt)):
            return found
        body = self._body(here, content)
        with translated():
            sent = await self._messages.send(here.target, body, attempt.key)
        return Sent(place=place, platform_id=str(sent or attempt.key))

    async def _direct(self, place: Place) -> Place:
        """Where somebody's direct messages are. Discord: asking again answers with the same."""
        with translated():
            http = await self._session.http()
            opened: Any = await http.start_private_message(
                int(place.channel.removeprefix(DIRECTLY))
            )
        return replace(place, channel=str(opened["id"]))

    async def _stand(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        if isinstance(content, Card) and place.thread is None:
            return await self._open(place, content, attempt)
        here = await self._store.glance(spot, place)
        return await self._say(here, content, attempt)

    async def edit(self, sent: Sent, content: Content) -> None:
        self._check(content)
        channel_id, message_id = _where(sent)
        with self._reached(sent.place):
            here = await self._store.glance(spot, sent.place)
            await self._messages.edit(channel_id, message_id, self._body(here, content))

    async def delete(self, sent: Sent) -> None:
        """A card goes with its thread, which is named after the contact."""
        try:
            channel_id, message_id = _where(sent)
        except Gone:
            return
        with translated():
            await self._messages.delete(channel_id, message_id)
            if sent.place.thread and _heads(sent):
                await self._threads.remove(int(sent.place.thread))

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        if place.channel.startswith(DIRECTLY):
            place = await self._direct(place)
        here = await self._store.glance(spot, place)
        return await self._like(here, place, content, attempt)

    async def _like(
        self, here: Spot, place: Place, content: Content | None, attempt: Attempt
    ) -> Sent | None:
        """A message like it, made since the first try, that is not known as another's copy."""
        since = discord.utils.time_snowflake(attempt.first_at - _SKEW)
        looks = [self._body(here, one) for one in (content, *attempt.looks) if one is not None]
        with translated():
            async for found in self._messages.like(here.target, looks, since):
                if await self._store.glance(_is_known, place, found):
                    continue
                if isinstance(content, Card) and place.thread is None:
                    return await self._with_thread(place, content, found)
                return Sent(place=place, platform_id=str(found))
        return None

    async def link(self, sent: Sent) -> str:
        """Discord: a link to a thread opens it."""
        guild = sent.place.workspace.rpartition(":")[2]
        return f"https://discord.com/channels/{guild}/{sent.place.thread or sent.place.channel}"

    @contextmanager
    def _reached(self, place: Place) -> Iterator[None]:
        """Errors in the port's words; a missing permission is named."""
        try:
            with translated():
                yield
        except Unreachable as error:
            raise Unreachable(self._session.explain(int(place.channel)) or str(error)) from error

    def _body(self, here: Spot, content: Content) -> Body:
        match content:
            case Card():
                return card(content)
            case Transcript():
                return posts.transcript(content)
            case Post() if here.side is Side.TEAM:
                return posts.in_thread(content, self.limits.file_bytes)
            case Post():
                return posts.to_contact(content)

    async def _say(self, here: Spot, content: Content, attempt: Attempt) -> Sent:
        """Post where the thread is; for a contact it may have to be opened first."""
        reply_to = _number(content.reply_to) if isinstance(content, Post) else None
        if here.wants_thread:
            here = await self._private_for_writer(here, reply_to, attempt)
            reply_to = None
        body = self._body(here, content)
        try:
            sent = await self._messages.send(here.target, body, attempt.key, reply_to)
        except discord.HTTPException as error:
            here = await self._elsewhere(here, error, attempt)
            sent = await self._messages.send(here.target, body, attempt.key)
        return Sent(place=here.place, platform_id=str(sent or attempt.key))

    async def _elsewhere(self, here: Spot, error: discord.HTTPException, attempt: Attempt) -> Spot:
        """Where to go on after a post was refused; raises the error where there is nothing."""
        if error.code == Code.UNKNOWN_CHANNEL and here.side is Side.CONTACT and here.place.thread:
            message_id = int(here.place.thread)
            await self._threads.below(here.workspace, here.channel, message_id, here.thread_name)
            return here
        if error.code == Code.DM_REFUSED and (channel := await self._refuge(here)):
            http = await self._session.http()
            direct: Any = await http.get_channel(here.channel)
            refuge = Place(workspace=here.workspace, channel=channel)
            there = replace(here, place=refuge)
            return await self._private(there, direct["recipients"][0], attempt)
        raise error

    async def _refuge(self, here: Spot) -> str:
        """The first connected channel that can have private threads: forums cannot."""
        for channel in here.refuges:
            if not await self._session.is_forum(int(channel)):
                return channel
        return ""

    async def _private_for_writer(self, here: Spot, reply_to: int | None, attempt: Attempt) -> Spot:
        if reply_to is None:
            raise Refused("There is no message of the contact's left to open a thread for.")
        http = await self._session.http()
        said = await http.get_message(here.channel, reply_to)
        return await self._private(here, said["author"], attempt)

    async def _private(self, here: Spot, contact: Any, attempt: Attempt) -> Spot:
        """A private thread for somebody, as Discord describes them."""
        name = thread_name(contact.get("global_name") or contact["username"])
        thread = await self._threads.private(
            here.workspace, here.channel, name, int(contact["id"]), attempt
        )
        return here.within(thread)

    async def _open(self, place: Place, content: Card, attempt: Attempt) -> Sent:
        """A card and its thread. What an earlier try has made is found, not made again."""
        if await self._session.is_forum(int(place.channel)):
            return await self._open_post(place, content, attempt)
        sent = await self._messages.send(int(place.channel), card(content), attempt.key)
        if sent is None:
            raise Gone("The card was deleted at once.")
        return await self._with_thread(place, content, sent)

    async def _with_thread(self, place: Place, content: Card, message_id: int) -> Sent:
        thread = await self._threads.below(
            place.workspace, int(place.channel), message_id, card_name(content)
        )
        within = replace(place, thread=str(thread))
        return Sent(place=within, platform_id=f"{place.channel}/{message_id}")

    async def _open_post(self, place: Place, content: Card, attempt: Attempt) -> Sent:
        """In a forum the card is the first message of its own post."""
        name = card_name(content)
        tags = await self._session.required_tags(int(place.channel))
        more = {"name": name, "auto_archive_duration": ARCHIVE_AFTER, "applied_tags": tags}
        with await self._messages.written(card(content), beside=more) as params:
            thread = await self._threads.post(place, name, attempt, params)
        return Sent(place=replace(place, thread=str(thread)), platform_id=str(thread))

    def _check(self, content: Content) -> None:
        """What Discord would refuse, said in words for an attendant."""
        if not isinstance(content, Post):
            return
        if len(content.text) > self.limits.text:
            raise Refused(f"{self.limits.text:,} characters are the most on Discord.")
        if content.voice in {"contact", "participant", "note"}:
            return
        for file in content.attachments:
            if file.digest and file.size > self.limits.file_bytes:
                raise Refused(
                    f"{file.name} is larger than {in_units(self.limits.file_bytes)}, "
                    "the most on Discord."
                )


def _is_known(tx: Tx, place: Place, message_id: int) -> bool:
    """Whether a message is the copy of something that was recorded."""
    names = (str(message_id), f"{place.channel}/{message_id}")
    return any(tx.outbox.copy_at(place.workspace, place.channel, name) for name in names)


def _is_late(attempt: Attempt) -> bool:
    return attempt.number > 1 and datetime.now(UTC) - attempt.first_at > _NONCE_LASTS


def _where(sent: Sent) -> tuple[int, int]:
    """Channel and message. Raises `Gone` for a message whose id was never learned."""
    channel, _, message = sent.platform_id.rpartition("/")
    number = _number(message)
    if number is None:
        raise Gone("It was deleted on Discord.")
    return int(channel or sent.place.thread or sent.place.channel), number


def _heads(sent: Sent) -> bool:
    """Whether a post is a card: above its thread, or the first message of a forum's post."""
    return "/" in sent.platform_id or sent.platform_id == sent.place.thread


def _number(platform_id: str | None) -> int | None:
    last = (platform_id or "").rpartition("/")[2]
    return int(last) if last.isdecimal() else None
