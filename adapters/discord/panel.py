"""The panel: a button, a form, a private thread. It needs no privileged intent, and no command."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import discord

from adapters.discord import incoming
from adapters.discord.errors import translated
from adapters.discord.messages import Messages
from adapters.discord.places import thread_name
from adapters.discord.threads import Threads
from adapters.discord.views import posts
from adapters.discord.views.body import Body
from adapters.discord.views.forms import modal
from bot.application import Baton
from bot.commands.registry import Argument, Form, Kind, Response
from bot.domain.card import Button, Post
from bot.domain.errors import BatonError
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, check_text
from bot.ports.inbound import Written
from bot.ports.outlet import OutletError
from bot.ports.store import Tx

log = logging.getLogger(__name__)
OPEN, MORE = "help:open", "help:more"
_LARGEST = 10 * 1024 * 1024
_WORDS = Argument(name="text", kind=Kind.TEXT, help="What do you need?", long=True)
_NOT_SENT = "Your words could not be passed on just now. Please press the button once more."
Interaction = discord.Interaction[Any]


class Panel:
    """Contacts write through it; nobody's role matters."""

    def __init__(self, baton: Baton, messages: Messages, threads: Threads) -> None:
        self._baton = baton
        self._messages = messages
        self._threads = threads

    async def put_up(self, place: Place) -> Response:
        """Post the panel in a channel of contacts."""
        if not await self._baton.store.read(_is_connected, place):
            return Response(
                text="Contacts do not write in this channel: /desk channel add connects it.",
                ok=False,
            )
        button = Button(action=OPEN, label="Get help", value=place.channel, style="primary")
        words = "**Need help?** Press the button: we answer in a thread that only you can see."
        stamp = discord.utils.time_snowflake(discord.utils.utcnow())
        body = Body(content=words, buttons=(button,))
        await self._messages.send(int(place.channel), body, f"panel{stamp}"[:25])
        return Response(text="The panel is up.")

    async def ask(self, interaction: Interaction, action: str, value: str) -> None:
        form = Form(command=action, title="Get help", arguments=(_WORDS,), values={}, files=True)
        made = modal(form, {})
        made.custom_id = f"{action}:{value}"
        await interaction.response.send_modal(made)

    async def submit(
        self,
        interaction: Interaction,
        place: Place,
        author: Person,
        text: str,
        attachments: tuple[Attachment, ...],
    ) -> Response:
        """What somebody wrote in the form is taken in, and only then shown in their thread: a crash
        between the two costs the sight of it there, and not the words.
        """
        try:
            text = check_text(text, attachments)
            with translated():
                place = place if place.thread else await self._opened(interaction, place, author)
            written = Written(
                workspace=place.workspace,
                channel=place.channel,
                thread=place.thread,
                source_id=f"help-{interaction.id}",
                author=author,
                text=text,
                attachments=attachments,
                at=discord.utils.utcnow(),
            )
            await self._baton.store.transact(_watch, place, str(interaction.id))
            await self._baton.receive(written)
        except BatonError as error:
            return Response(text=str(error), ok=False)
        except OutletError as error:
            log.warning("somebody's words cannot be taken by the panel: %s", error)
            return Response(text=_NOT_SENT, ok=False)
        await self._show(interaction, place, written)
        return Response(text=f"Thank you. We answer you in <#{place.thread}>.")

    async def _opened(self, interaction: Interaction, place: Place, author: Person) -> Place:
        channel_id, name = int(place.channel), thread_name(author.name)
        opened = await self._threads.private(
            place.workspace, channel_id, name, interaction.user.id, None
        )
        return incoming.within(place, str(opened))

    async def _show(self, interaction: Interaction, place: Place, written: Written) -> None:
        button = Button(action=MORE, label="Write more", value=place.thread or "")
        post = Post(
            voice="contact",
            speaker=written.author,
            text=written.text,
            attachments=written.attachments,
            buttons=(button,),
        )
        body = posts.in_thread(post, _LARGEST)
        key = f"help{interaction.id}"[:25]
        try:
            with translated():
                sent = await self._messages.send(int(place.thread or 0), body, key)
        except OutletError as error:
            log.warning("what the panel took in cannot be shown in %s: %s", place.thread, error)
        else:
            await self._baton.store.transact(_stands_there, place, written.source_id, sent)


def _watch(tx: Tx, place: Place, mark: str) -> None:
    """A mark is a message's id: what a form brings has none of its own."""
    tx.sources.watch(place.workspace, place.channel, "", mark)


def _stands_there(tx: Tx, place: Place, source_id: str, sent: int | None) -> None:
    """From now on it is known by the post, so that it goes when the post is deleted."""
    message = tx.messages.find_source(place.workspace, place.channel, source_id)
    if message and sent is not None:
        tx.messages.put(replace(message, source_id=str(sent)))


def _is_connected(tx: Tx, place: Place) -> bool:
    return tx.desk.get().channel_at(place.workspace, place.channel, direct=False) is not None
