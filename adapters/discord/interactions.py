"""Commands, buttons, forms and menus: acknowledge, convert, call, render."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import discord

from adapters.discord import completion, gifts, incoming, introductions, panel
from adapters.discord.board import Board
from adapters.discord.commands import FILE, SEND_TO_CONTACT, focused, given, name_of
from adapters.discord.downloads import fetched
from adapters.discord.errors import translated
from adapters.discord.panel import Panel
from adapters.discord.session import Session
from adapters.discord.views import answers, forms
from adapters.discord.views.body import is_ours
from bot.application import Baton
from bot.commands import REGISTRY
from bot.commands.registry import Form, Invocation, Response
from bot.domain.desk import Role
from bot.domain.errors import BatonError, NotAllowed, NotFound
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.ports.outlet import OutletError
from bot.ports.store import Tx
from bot.services import people

log = logging.getLogger(__name__)
# Discord: the first answer within 3 seconds.
_PROMPT = 1.5
# These may name people who have not been seen yet.
_NAMES_PEOPLE = ("desk", "routing")
_FAULT = "Something went wrong inside Baton; it is in the log."
_OLD_BUTTON = "This button is not in use any more. The ticket's card has those that are."
_NOT_A_PERSONS = "Only what a person wrote can be sent to the contact."
# Interactions are answered within seconds: more than can come until a session is resumed.
_REMEMBERED = 1_000
Interaction = discord.Interaction[Any]
Home = Callable[[int, int], Awaitable[str]]
Json = dict[str, Any]
Values = dict[str, str]


class Interactions:
    """`home` tells on behalf of which guild somebody is talked to directly, by their id and the
    channel's: a press there names none.
    """

    def __init__(
        self, baton: Baton, session: Session, help_panel: Panel, board: Board, home: Home
    ) -> None:
        self._baton = baton
        self._home = home
        self._session = session
        self._panel = help_panel
        self._seen: deque[int] = deque(maxlen=_REMEMBERED)
        self._own = {"panel": help_panel.put_up, "board": board.put_up}

    async def interaction(self, interaction: Interaction) -> None:
        """All but buttons, which find their own way here by what stands in their id."""
        data: Any = interaction.data or {}
        if interaction.type is not discord.InteractionType.component and self._came(interaction):
            return
        match interaction.type:
            case discord.InteractionType.autocomplete:
                await self._complete(interaction, data)
            case discord.InteractionType.modal_submit:
                await self._answer(interaction, self._submitted(interaction, data), data)
            case discord.InteractionType.application_command if data["name"] == SEND_TO_CONTACT:
                await self._answer(interaction, self._sent(interaction, data), data)
            case discord.InteractionType.application_command:
                await self._answer(interaction, self._command(interaction, data), data)
            case discord.InteractionType.component if not is_ours(str(data.get("custom_id", ""))):
                await self._show(interaction, Response(text=_OLD_BUTTON, ok=False))

    async def pressed(self, interaction: Interaction, action: str, value: str) -> None:
        if self._came(interaction):
            return
        if action in {panel.OPEN, panel.MORE}:
            await self._panel.ask(interaction, action, value)
            return
        await self._answer(interaction, self._press(interaction, action, value), {})

    async def _press(self, interaction: Interaction, action: str, value: str) -> Response:
        who, where = _who(interaction), _where(interaction)
        if interaction.guild_id is None:
            space = await self._home(interaction.user.id, interaction.channel_id or 0)
            who = incoming.person(interaction.user, space)
            where = replace(where, workspace=space)
        is_staff = await self._baton.store.glance(people.is_staff, who)
        return await self._baton.press(
            who, where, action, value, key=_key(interaction, is_staff=is_staff)
        )

    def _came(self, interaction: Interaction) -> bool:
        """Whether the gateway has brought it before, as it may when a session is resumed. A process
        that was frozen may have a session beside the one that went on: see `Invocation.key`.
        """
        known = interaction.id in self._seen
        self._seen.append(interaction.id)
        return known

    async def _command(self, interaction: Interaction, data: Json) -> Response:
        words, values = given(data.get("options", []))
        name = name_of(" ".join((data["name"], *words)))
        if name in self._own:
            return await self._put_up(interaction, name)
        attachments = await self._files(interaction, data, [values.pop(FILE, "")])
        return await self._run(interaction, name, values, attachments)

    async def _put_up(self, interaction: Interaction, name: str) -> Response:
        """What only Discord has, for admins."""
        role = await self._baton.store.glance(_role, _who(interaction))
        if role is not Role.ADMIN:
            return Response(text=str(NotAllowed(needed=Role.ADMIN, role=role)), ok=False)
        place = _where(interaction)
        try:
            with translated():
                return await self._own[name](place)
        except OutletError as error:
            why = self._session.explain(int(place.channel)) or str(error)
            return Response(text=f"It cannot be posted here. {why}", ok=False)

    async def _submitted(self, interaction: Interaction, data: Json) -> Response:
        uploaded = list(data.get("resolved", {}).get("attachments", {}))
        attachments = await self._files(interaction, data, uploaded)
        filled = forms.fields(data["components"])
        if data["custom_id"].startswith((panel.OPEN, panel.MORE)):
            who, where = _who(interaction), _where(interaction)
            text = filled.get("text", "")
            return await self._panel.submit(interaction, where, who, text, attachments)
        try:
            name, values = await self._settled(interaction, data["custom_id"])
        except BatonError as error:
            return Response(text=str(error), ok=False)
        values |= filled
        return await self._run(interaction, name, values, attachments, preview=True)

    async def _settled(self, interaction: Interaction, custom_id: str) -> tuple[str, Values]:
        """What a form did not ask for, and of which command. Raises `BatonError`."""
        if token := forms.token(custom_id):
            call = await self._baton.taken_up(_who(interaction), token)
            return call.command, dict(call.values)
        return forms.settled(custom_id)

    async def _sent(self, interaction: Interaction, data: Json) -> Response:
        """The menu on a message: what stands there goes to the contact of the thread's ticket."""
        raw = data["resolved"]["messages"][data["target_id"]]
        channel: Any = interaction.channel
        message = discord.Message(state=interaction._state, channel=channel, data=raw)  # noqa: SLF001 - as discord.py's own menus do
        if not incoming.is_somebodys(message):
            return Response(text=_NOT_A_PERSONS, ok=False)
        text = incoming.words(message, await self._session.me())
        attachments = await fetched(incoming.files(message), self._baton.media)
        return await self._run(interaction, "reply", {"text": text}, attachments)

    async def _run(
        self,
        interaction: Interaction,
        name: str,
        values: dict[str, str],
        attachments: tuple[Attachment, ...],
        *,
        preview: bool = False,
    ) -> Response:
        try:
            values = completion.named(name, values, interaction.guild)
        except NotFound as error:
            return Response(text=str(error), ok=False)
        is_staff = await self._baton.store.read(people.is_staff, _who(interaction))
        if is_staff:
            await self._introduce(interaction, name, values)
        response = await self._baton.run(
            Invocation(
                person=_who(interaction),
                place=_where(interaction),
                command=name,
                values=values,
                attachments=attachments,
                preview=preview,
                key=_key(interaction, is_staff=is_staff),
            )
        )
        return replace(response, text=completion.linked(response.text, name, values))

    async def _introduce(self, interaction: Interaction, name: str, values: Values) -> None:
        """Roles and people that are named have their names from then on."""
        await self._baton.store.transact(_meet, completion.roles(values, interaction.guild))
        if name.startswith(_NAMES_PEOPLE) and interaction.guild:
            said = " ".join(values.values())
            await introductions.meet(self._baton.store, interaction.guild, said)

    async def _files(
        self, interaction: Interaction, data: Json, ids: list[str]
    ) -> tuple[Attachment, ...]:
        known = data.get("resolved", {}).get("attachments", {})
        files = [
            discord.Attachment(data=known[one], state=interaction._state)  # noqa: SLF001 - as discord.py's own commands do
            for one in ids
            if one in known
        ]
        return await fetched(files, self._baton.media)

    async def _complete(self, interaction: Interaction, data: Json) -> None:
        words, values = given(data.get("options", []))
        command = REGISTRY.get(name_of(" ".join((data["name"], *words))))
        name = focused(data.get("options", []))
        arguments = command.arguments if command else ()
        argument = next((one for one in arguments if one.name == name), None)
        found: list[Json] = []
        if argument is not None:
            channels = completion.channels_of(interaction.guild)
            typed = str(values.get(name, ""))
            who = _who(interaction)
            found = await self._baton.store.read(completion.choices, who, argument, typed, channels)
        shown = [discord.app_commands.Choice(name=one["name"], value=one["value"]) for one in found]
        await interaction.response.autocomplete(shown)

    async def _answer(
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
            await self._show(interaction, response)

    async def _show(self, interaction: Interaction, response: Response) -> None:
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
        choices = await self._baton.store.read(completion.for_form, form, _who(interaction))
        token = ""
        if not forms.has_room(form):
            call = Invocation(
                person=_who(interaction),
                place=_where(interaction),
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


def _key(interaction: Interaction, *, is_staff: bool) -> str:
    """Nothing is kept of what others press or type: they change nothing by that."""
    return f"discord/interaction/{interaction.id}" if is_staff else ""


def _who(interaction: Interaction) -> Person:
    return incoming.person(interaction.user, _space(interaction))


def _meet(tx: Tx, roles: Sequence[Person]) -> None:
    """A role that was named by its mention has its name from then on."""
    for role in roles:
        tx.people.put(role)


def _role(tx: Tx, person: Person) -> Role:
    return tx.desk.get().role(*person.ids)


def _where(interaction: Interaction) -> Place:
    channel = interaction.channel or discord.Object(interaction.channel_id or 0)
    return incoming.place_of(channel, _space(interaction))


def _space(interaction: Interaction) -> str:
    return incoming.workspace(interaction.guild_id or 0)
