"""How an interaction is answered: in time, with a message or a form, if somebody still listens."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import discord

from adapters.discord import completion, gifts
from adapters.discord.errors import translated
from adapters.discord.incoming import where, who
from adapters.discord.session import Session
from adapters.discord.views import answers, forms
from bot.application import Baton
from bot.commands.registry import Form, Invocation, Response
from bot.ports.outlet import OutletError

log = logging.getLogger(__name__)
# Discord: the first answer within 3 seconds.
_PROMPT = 1.5
_FAULT = "Something went wrong inside Baton; it is in the log."
Interaction = discord.Interaction[Any]
Json = dict[str, Any]


class Answering:
    """Answers only whoever pressed or typed."""

    def __init__(self, baton: Baton, session: Session) -> None:
        self._baton = baton
        self._session = session

    async def answer(
        self, interaction: Interaction, work: Coroutine[Any, Any, Response], data: Json
    ) -> None:
        """What takes a while, as files do, is acknowledged first."""
        task = asyncio.ensure_future(work)
        if not data.get("resolved", {}).get("attachments"):
            await asyncio.wait({task}, timeout=_PROMPT)
        if not task.done():
            with _if_it_still_listens():
                await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            response = await task
        except Exception:
            log.exception("an interaction on Discord could not be handled")
            response = Response(text=_FAULT, ok=False)
        if response.repeated:
            return
        with _if_it_still_listens():
            await self.show(interaction, response)

    async def show(self, interaction: Interaction, response: Response) -> None:
        # Discord: a form cannot be answered with another one.
        is_form = interaction.type is discord.InteractionType.modal_submit
        if response.form and not is_form and not interaction.response.is_done():
            await self._ask(interaction, response.form)
            return
        if response.form:
            late = "That took too long. Please try once more."
            text = "Something is missing. Please try once more." if is_form else late
            response = Response(text=text, ok=False)
        response = await gifts.warned(self._baton.store, interaction.guild, response)
        response = await gifts.given(self._session, interaction, response)
        parts = answers.answer(response).parts()
        if interaction.response.is_done():
            await interaction.followup.send(**parts)
        else:
            await interaction.response.send_message(**parts)

    async def _ask(self, interaction: Interaction, form: Form) -> None:
        choices = await self._baton.store.read(completion.for_form, form, who(interaction))
        token = ""
        if not forms.has_room(form):
            call = Invocation(
                person=who(interaction),
                place=where(interaction),
                command=form.command,
                values=forms.unasked(form),
            )
            token = await self._baton.put_aside(call)
        await interaction.response.send_modal(forms.modal(form, choices, token))


@contextmanager
def _if_it_still_listens() -> Iterator[None]:
    """What was asked for is done, even where nobody can be told: the 3 seconds are over, say."""
    try:
        with translated():
            yield
    except OutletError as error:
        log.warning("an interaction on Discord cannot be answered: %s", error)
