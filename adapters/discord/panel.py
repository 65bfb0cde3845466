"""The panel: a button, a form, a private thread. It needs no privileged intent, and no command."""

from __future__ import annotations

import logging
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
from bot.domain.errors import BadInput, BatonError
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
        """What somebody wrote in the form stands in their thread, and is taken in from there."""
        try:
            text = check_text(text, attachments)
            with translated():
                place = place if place.thread else await self._opened(interaction, place, author)
                source = await self._shown(interaction, place, author, text, attachments)
            await self._baton.receive(
                Written(
                    workspace=place.workspace,
                    channel=place.channel,
                    thread=place.thread,
                    source_id=str(source),
                    author=author,
                    text=text,
                    attachments=attachments,
                    at=discord.utils.utcnow(),
                )
            )
        except BatonError as error:
            return Response(text=str(error), ok=False)
        except OutletError as error:
            log.warning("somebody's words cannot be taken by the panel: %s", error)
            return Response(text=_NOT_SENT, ok=False)
        return Response(text=f"Thank you. We answer you in <#{place.thread}>.")

    async def _opened(self, interaction: Interaction, place: Place, author: Person) -> Place:
        channel_id, name = int(place.channel), thread_name(author.name)
        opened = await self._threads.private(
            place.workspace, channel_id, name, interaction.user.id, None
        )
        return incoming.within(place, str(opened))

    async def _shown(
        self,
        interaction: Interaction,
        place: Place,
        author: Person,
        text: str,
        attachments: tuple[Attachment, ...],
    ) -> int:
        button = Button(action=MORE, label="Write more", value=place.thread or "")
        post = Post(
            voice="contact",
            speaker=author,
            text=text,
            attachments=attachments,
            buttons=(button,),
        )
        body = posts.in_thread(post, _LARGEST)
        key = f"help{interaction.id}"[:25]
        sent = await self._messages.send(int(place.thread or 0), body, key)
        if sent is None:
            raise BadInput(problem="What you wrote was deleted at once. Write it again.")
        return sent


def _is_connected(tx: Tx, place: Place) -> bool:
    return tx.desk.get().channel_at(place.workspace, place.channel, direct=False) is not None
