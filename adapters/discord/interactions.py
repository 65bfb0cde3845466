"""What commands, buttons, forms and menus ask of Baton."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import discord

from adapters.discord import completion, incoming, introductions, panel
from adapters.discord.answering import Answering
from adapters.discord.board import Board
from adapters.discord.commands import FILE, SEND_TO_CONTACT, focused, given, name_of
from adapters.discord.downloads import fetched
from adapters.discord.errors import translated
from adapters.discord.incoming import where, who
from adapters.discord.panel import Panel
from adapters.discord.session import Session
from adapters.discord.views import forms
from adapters.discord.views.body import is_ours
from bot.application import Baton
from bot.commands import REGISTRY
from bot.commands.registry import Invocation, Response
from bot.domain.desk import Role
from bot.domain.errors import BatonError, NotAllowed, NotFound
from bot.domain.identity import Person
from bot.domain.message import Attachment
from bot.ports.outlet import OutletError
from bot.ports.store import Tx
from bot.services import people

# These may name people who have not been seen yet.
_NAMES_PEOPLE = ("desk", "routing")
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
        self._answering = Answering(baton, session)
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
                await self._answering.answer(interaction, self._submitted(interaction, data), data)
            case discord.InteractionType.application_command if data["name"] == SEND_TO_CONTACT:
                await self._answering.answer(interaction, self._sent(interaction, data), data)
            case discord.InteractionType.application_command:
                await self._answering.answer(interaction, self._command(interaction, data), data)
            case discord.InteractionType.component if not is_ours(str(data.get("custom_id", ""))):
                await self._answering.show(interaction, Response(text=_OLD_BUTTON, ok=False))

    async def pressed(self, interaction: Interaction, action: str, value: str) -> None:
        if self._came(interaction):
            return
        if action in {panel.OPEN, panel.MORE}:
            await self._panel.ask(interaction, action, value)
            return
        await self._answering.answer(interaction, self._press(interaction, action, value), {})

    async def _press(self, interaction: Interaction, action: str, value: str) -> Response:
        person, place = who(interaction), where(interaction)
        if interaction.guild_id is None:
            space = await self._home(interaction.user.id, interaction.channel_id or 0)
            person = incoming.person(interaction.user, space)
            place = replace(place, workspace=space)
        is_staff = await self._baton.store.glance(people.is_staff, person)
        return await self._baton.press(
            person, place, action, value, key=_key(interaction, is_staff=is_staff)
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
        role = await self._baton.store.glance(_role, who(interaction))
        if role is not Role.ADMIN:
            return Response(text=str(NotAllowed(needed=Role.ADMIN, role=role)), ok=False)
        place = where(interaction)
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
            text = filled.get("text", "")
            return await self._panel.submit(
                interaction, where(interaction), who(interaction), text, attachments
            )
        try:
            name, values = await self._settled(interaction, data["custom_id"])
        except BatonError as error:
            return Response(text=str(error), ok=False)
        values |= filled
        return await self._run(interaction, name, values, attachments, preview=True)

    async def _settled(self, interaction: Interaction, custom_id: str) -> tuple[str, Values]:
        """What a form did not ask for, and of which command. Raises `BatonError`."""
        if token := forms.token(custom_id):
            call = await self._baton.taken_up(who(interaction), token)
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
        is_staff = await self._baton.store.read(people.is_staff, who(interaction))
        if is_staff:
            await self._introduce(interaction, name, values)
        response = await self._baton.run(
            Invocation(
                person=who(interaction),
                place=where(interaction),
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
            found = await self._baton.store.read(
                completion.choices, who(interaction), argument, typed, channels
            )
        shown = [discord.app_commands.Choice(name=one["name"], value=one["value"]) for one in found]
        await interaction.response.autocomplete(shown)


def _key(interaction: Interaction, *, is_staff: bool) -> str:
    """Nothing is kept of what others press or type: they change nothing by that."""
    return f"discord/interaction/{interaction.id}" if is_staff else ""


def _meet(tx: Tx, roles: Sequence[Person]) -> None:
    """A role that was named by its mention has its name from then on."""
    for role in roles:
        tx.people.put(role)


def _role(tx: Tx, person: Person) -> Role:
    return tx.desk.get().role(*person.ids)
