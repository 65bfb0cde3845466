"""What people do on the pages becomes calls of Baton.

What a person writes is stored as a post of their own first and then taken in by Baton under that
post's id: a crash in between loses nothing, as `catchup` takes it in at the next start, and nothing
doubles, as Baton knows a message by that id.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from adapters.console import places
from adapters.console.outlet import standing
from bot.application import Baton
from bot.commands.registry import Form, Invocation, Response
from bot.domain.card import Button, Post
from bot.domain.errors import BadInput, BatonError, NotFound
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, check_text
from bot.failpoints import passing
from bot.ports.inbound import Deleted, Edited, Written
from bot.ports.repositories.platforms import Posted
from bot.ports.store import Tx

_NOTED = "Noted. Only the team sees it."


class Inbound:
    """The way in. Everything a person did wrong is raised as a `BatonError`, before anything is
    stored, or comes back as the `Response` to a command.
    """

    def __init__(self, baton: Baton) -> None:
        self.baton = baton

    async def keep(self, name: str, data: bytes) -> Attachment:
        """Take a file. Raises `FileTooLarge`."""
        return await self.baton.media.keep(name, data)

    async def write(
        self, contact: Person, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> None:
        """A contact writes. Raises `BadInput` for what cannot be a message."""
        post = Post(
            voice="contact",
            speaker=contact,
            text=check_text(text, attachments),
            attachments=attachments,
        )
        await self._take_in(places.direct(contact.id), contact, post)

    async def change(self, contact: Person, post_id: int, text: str) -> None:
        """A contact edits what they wrote."""
        own = await self.baton.store.read(_own, contact, post_id)
        text = check_text(text, own.attachments)
        now = self.baton.clock.now()
        await self.baton.store.transact(_rewrite, contact, post_id, text)
        await self.baton.receive(
            Edited(
                workspace=places.WORKSPACE,
                channel=places.direct(contact.id).channel,
                source_id=str(post_id),
                text=text,
                stamp=secrets.token_hex(8),
                at=now,
            )
        )

    async def remove(self, contact: Person, post_id: int) -> None:
        """A contact takes back what they wrote."""
        await self.baton.store.transact(_remove, contact, post_id)
        await self.baton.receive(
            Deleted(
                workspace=places.WORKSPACE,
                channel=places.direct(contact.id).channel,
                source_id=str(post_id),
                at=self.baton.clock.now(),
            )
        )

    async def say(
        self, member: Person, place: Place, line: str, attachments: tuple[Attachment, ...] = ()
    ) -> Response:
        """What a member types into a box of the team: a slash command, else an internal note."""
        if line.lstrip().startswith("/"):
            return await self.baton.typed(member, place, line, attachments)
        try:
            await self._note(member, place, line, attachments)
        except BatonError as error:
            return Response(text=str(error), ok=False)
        return Response(text=_NOTED)

    async def press(self, member: Person, place: Place, button: Button) -> Response:
        return await self.baton.press(member, place, button.action, button.value)

    async def submit(
        self,
        member: Person,
        place: Place,
        form: Form,
        given: dict[str, str],
        attachments: tuple[Attachment, ...] = (),
    ) -> Response:
        """Run what a form was opened for."""
        return await self.baton.run(
            Invocation(
                person=member,
                place=place,
                command=form.command,
                values={**form.values, **given},
                attachments=attachments,
                preview=True,
            )
        )

    async def again(self, posted: Posted) -> None:
        """Let Baton have a person's own post, which it may have had before."""
        if not isinstance(posted.content, Post) or posted.content.speaker is None:
            return
        await self.baton.receive(
            Written(
                workspace=places.WORKSPACE,
                channel=posted.channel,
                thread=posted.thread,
                direct=places.is_direct(posted.channel),
                source_id=str(posted.id),
                author=posted.content.speaker,
                text=posted.content.text,
                attachments=posted.content.attachments,
                at=posted.at,
            )
        )

    async def _note(
        self, member: Person, place: Place, text: str, attachments: tuple[Attachment, ...]
    ) -> None:
        """A note stands in its thread at once; where the ticket has left it, it is taken back."""
        text = check_text(text, attachments)
        if await self.baton.store.read(standing, place.thread) is None:
            raise BadInput(problem="Open a ticket's thread to write a note, or type a / command.")
        post = Post(voice="note", speaker=member, text=text, attachments=attachments)
        await self._take_in(place, member, post)

    async def _take_in(self, place: Place, author: Person, post: Post) -> None:
        key = secrets.token_hex(10)
        now = self.baton.clock.now()
        posted = await self.baton.store.transact(_put, place, author, post, key, now)
        passing("console.posted")
        try:
            await self.again(posted)
        except BatonError:
            await self.baton.store.transact(_take_back, posted.id)
            raise


def _put(tx: Tx, place: Place, author: Person, post: Post, key: str, at: datetime) -> Posted:
    post_id = tx.posts.add(place, author.id, post, key, at)
    posted = tx.posts.get(post_id)
    if posted is None:
        raise NotFound(what="message", name=post_id)
    return posted


def _take_back(tx: Tx, post_id: int) -> None:
    tx.posts.delete(post_id)


def _own(tx: Tx, author: Person, post_id: int) -> Post:
    """What somebody wrote themselves."""
    posted = standing(tx, str(post_id))
    if posted is None or posted.author != author.id or not isinstance(posted.content, Post):
        raise NotFound(what="message of yours", name=post_id, hint="It may have been deleted.")
    return posted.content


def _rewrite(tx: Tx, author: Person, post_id: int, text: str) -> None:
    tx.posts.edit(post_id, replace(_own(tx, author, post_id), text=text))


def _remove(tx: Tx, author: Person, post_id: int) -> None:
    _own(tx, author, post_id)
    tx.posts.delete(post_id)
