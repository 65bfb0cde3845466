"""Acting as a person on what the bot offers: commands, buttons, selects, modals, menus."""

import base64
from typing import TYPE_CHECKING

from tests.emulators.discord import (
    access,
    commands,
    interactions,
    invocation,
    modals,
    render_messages,
)
from tests.emulators.discord.constants import (
    SELECTS,
    ComponentType,
    InteractionType,
    Json,
)
from tests.emulators.discord.control.action import Action
from tests.emulators.discord.errors import ControlError
from tests.emulators.discord.files import Upload, attach
from tests.emulators.discord.invocation import Invocation
from tests.emulators.discord.model import Application, Channel, Interaction, Message
from tests.emulators.discord.state import World

if TYPE_CHECKING:
    from tests.emulators.discord.app import Emulator


def _place(emulator: "Emulator", body: Json) -> Channel:
    channel = emulator.world.channel(body["channel"])
    access.require(emulator.world, body["user"], channel)
    return channel


def _bot(world: World, body: Json) -> Application:
    """The bot meant; it need not be named while there is only one."""
    if "bot" in body:
        return world.applications[body["bot"]]
    if len(world.applications) != 1:
        raise ControlError("Name the bot: there are several")
    return next(iter(world.applications.values()))


def _file(item: Json) -> Upload:
    data = base64.b64decode(item["data"])
    return Upload(
        index="0", filename=item["name"], data=data, content_type=item.get("content_type")
    )


async def _run(
    emulator: "Emulator",
    body: Json,
    kind: InteractionType,
    data: Json,
    *,
    message: Message | None = None,
    parent: Interaction | None = None,
) -> Json:
    interaction = interactions.begin(
        emulator.world,
        app=_bot(emulator.world, body),
        kind=kind,
        user_id=body["user"],
        channel=_place(emulator, body),
        data=data,
        message=message,
        parent=parent,
    )
    if body.get("wait") is False:
        return interactions.describe(emulator.world, interaction)
    return await interactions.settle(emulator.world, interaction)


def _invocation(emulator: "Emulator", body: Json, focused: str | None = None) -> Invocation:
    return Invocation(
        world=emulator.world,
        app=_bot(emulator.world, body),
        user_id=body["user"],
        channel=_place(emulator, body),
        path=body["command"].removeprefix("/").split(),
        options=body.get("options", {}),
        files={name: _file(item) for name, item in body.get("files", {}).items()},
        focused=focused,
    )


async def slash(emulator: "Emulator", body: Json) -> Json:
    """``command``: "ticket claim"; ``options``: values by name; ``files``: attachments by name."""
    data = _invocation(emulator, body).data()
    return await _run(emulator, body, InteractionType.COMMAND, data)


async def autocomplete(emulator: "Emulator", body: Json) -> Json:
    """What is offered while ``focused`` is typed."""
    data = _invocation(emulator, body, body["focused"]).data()
    return await _run(emulator, body, InteractionType.AUTOCOMPLETE, data)


def _visible(emulator: "Emulator", body: Json) -> Message:
    """An ephemeral message is there only for the one it was shown to."""
    message = emulator.world.message(body["channel"], body["message"])
    if message.ephemeral and message.recipient_id != body["user"]:
        raise ControlError("That message is not visible to this user")
    return message


def _own(world: World, message: Message) -> Json:
    """Components work for the application that sent them."""
    app = world.application_by_bot(message.author_id)
    if app is None:
        raise ControlError("The message is not a bot's")
    return {"bot": app.id}


async def click(emulator: "Emulator", body: Json) -> Json:
    """A button by its ``custom_id``."""
    return await _use(emulator, body, None)


async def choose(emulator: "Emulator", body: Json) -> Json:
    """Values in a select by its ``custom_id``."""
    return await _use(emulator, body, [str(value) for value in body["values"]])


async def _use(emulator: "Emulator", body: Json, values: list[str] | None) -> Json:
    message = _visible(emulator, body)
    channel = _place(emulator, body)
    data = interactions.component_data(emulator.world, channel, message, body["custom_id"], values)
    body = body | _own(emulator.world, message)
    return await _run(emulator, body, InteractionType.COMPONENT, data, message=message)


async def submit(emulator: "Emulator", body: Json) -> Json:
    """Fill in the modal that interaction opened. ``files``: lists of files by field."""
    world = emulator.world
    opener = next((i for i in world.interactions.values() if i.id == body["interaction"]), None)
    if opener is None or opener.modal is None:
        raise ControlError("That interaction opened no modal")
    if opener.modal_used:
        raise ControlError("That modal was submitted already")
    channel = world.channel(opener.channel_id)
    values: dict[str, object] = dict(body.get("values", {}))
    resolved: Json = {}
    for name, items in body.get("files", {}).items():
        made = [attach(world, channel, [_file(item)], [], ephemeral=True)[0] for item in items]
        shown = {item.id: render_messages.attachment(world, item) for item in made}
        resolved.setdefault("attachments", {}).update(shown)
        values[name] = list(shown)
    filled = modals.check_values(opener.modal, values)
    data: Json = {
        "custom_id": opener.modal["custom_id"],
        "components": [_part(part, filled) for part in opener.modal["components"]],
    }
    for item in modals.inputs(opener.modal):
        chosen = filled[item["custom_id"]]
        if item["type"] in SELECTS and isinstance(chosen, list):
            for kind, found in interactions.resolve(world, channel, item["type"], chosen).items():
                resolved.setdefault(kind, {}).update(found)
    if resolved:
        data["resolved"] = resolved
    opener.modal_used = True
    message = world.messages.get(channel.id, {}).get(opener.message_id or "")
    body = {
        "user": opener.user_id,
        "channel": channel.id,
        "bot": opener.application_id,
        "wait": body.get("wait"),
    }
    return await _run(emulator, body, InteractionType.MODAL, data, message=message, parent=opener)


def _part(part: Json, filled: dict[str, object], number: int = 1) -> Json:
    """One top-level part as it comes back."""
    result: Json = {"type": part["type"], "id": part.get("id") or number}
    if part["type"] == ComponentType.LABEL:
        result["component"] = _answer(part["component"], filled)
    elif part["type"] == ComponentType.ROW:
        result["components"] = [_answer(child, filled) for child in part["components"]]
    return result


def _answer(item: Json, filled: dict[str, object]) -> Json:
    value = filled[item["custom_id"]]
    name = "value" if item["type"] == ComponentType.TEXT_INPUT else "values"
    return {
        "type": item["type"],
        "id": item.get("id") or 2,
        "custom_id": item["custom_id"],
        name: value,
    }


async def menu(emulator: "Emulator", body: Json) -> Json:
    """A context-menu command on ``message`` or on ``target`` (a user)."""
    world = emulator.world
    kind = 3 if "message" in body else 2
    channel = _place(emulator, body)
    command = commands.find(_bot(world, body), channel.guild_id, kind, body["command"])
    invocation.allowed(world, body["user"], channel, command)
    data: Json = {"id": command["id"], "name": command["name"], "type": kind}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    if kind == 3:
        message = _visible(emulator, body)
        shown = render_messages.message(world, message, None)
        data |= {"target_id": message.id, "resolved": {"messages": {message.id: shown}}}
    else:
        resolved: Json = {}
        invocation.add_user(world, resolved, channel.guild_id, body["target"])
        data |= {"target_id": body["target"], "resolved": resolved}
    return await _run(emulator, body, InteractionType.COMMAND, data)


async def interaction(emulator: "Emulator", body: Json) -> Json:
    """How an interaction stands by now."""
    for item in emulator.world.interactions.values():
        if item.id == body["interaction"]:
            return interactions.describe(emulator.world, item)
    raise ControlError("No such interaction")


async def available_commands(emulator: "Emulator", body: Json) -> list[Json]:
    """What was synced: for a guild, or globally."""
    app = _bot(emulator.world, body)
    return app.commands.get(body.get("guild", ""), [])


ACTIONS: dict[str, Action] = {
    "slash": slash,
    "autocomplete": autocomplete,
    "click": click,
    "choose": choose,
    "submit": submit,
    "menu": menu,
    "interaction": interaction,
    "commands": available_commands,
}
