"""Interactions begun by people: what is sent to the application, and waiting for its answer.

Source: "Receiving and Responding to Interactions".
"""

import asyncio
import secrets
from contextlib import suppress

from tests.emulators.discord import announce, components, invocation, render, render_messages
from tests.emulators.discord.constants import (
    SELECTS,
    ComponentType,
    InteractionType,
    Json,
)
from tests.emulators.discord.errors import ControlError
from tests.emulators.discord.model import Application, Channel, Interaction, Message
from tests.emulators.discord.settings import MIB
from tests.emulators.discord.state import World


def begin(
    world: World,
    *,
    app: Application,
    kind: InteractionType,
    user_id: str,
    channel: Channel,
    data: Json,
    message: Message | None = None,
    parent: Interaction | None = None,
) -> Interaction:
    """Make it and send INTERACTION_CREATE to the application's gateway."""
    interaction, payload = prepare(
        world,
        app=app,
        kind=kind,
        user_id=user_id,
        channel=channel,
        data=data,
        message=message,
        parent=parent,
    )
    announce.interaction(world, app.id, payload)
    return interaction


def prepare(
    world: World,
    *,
    app: Application,
    kind: InteractionType,
    user_id: str,
    channel: Channel,
    data: Json,
    message: Message | None = None,
    parent: Interaction | None = None,
) -> tuple[Interaction, Json]:
    """One that can be answered, and what the gateway is to say of it."""
    interaction = Interaction(
        id=world.ids.next(),
        token=secrets.token_urlsafe(48),
        application_id=app.id,
        type=int(kind),
        user_id=user_id,
        channel_id=channel.id,
        guild_id=channel.guild_id,
        created=world.clock.time(),
        answered=asyncio.Event(),
        data=data,
        message_id=message.id if message else None,
        parent_type=parent.type if parent else None,
    )
    interaction.metadata = _metadata(world, interaction, parent)
    world.interactions[interaction.token] = interaction
    return interaction, _payload(world, app, interaction, channel, message)


async def settle(world: World, interaction: Interaction) -> Json:
    """Wait for the first answer as long as Discord does, and tell what became of it."""
    left = world.settings.interaction_answer - (world.clock.time() - interaction.created)
    with suppress(TimeoutError):
        await asyncio.wait_for(interaction.answered.wait(), max(left, 0))
    return describe(world, interaction)


def describe(world: World, interaction: Interaction) -> Json:
    message_id = interaction.response_message_id
    message = world.messages.get(interaction.channel_id, {}).get(message_id or "")
    return {
        "id": interaction.id,
        "token": interaction.token,
        "channel_id": interaction.channel_id,
        "acknowledged": interaction.callback_type is not None,
        "callback_type": interaction.callback_type,
        "message_id": message_id,
        "message": render_messages.message(world, message, None) if message else None,
        "ephemeral": bool(message and message.ephemeral),
        "followups": interaction.followups,
        "modal": interaction.modal,
        "choices": interaction.choices,
    }


def _metadata(world: World, interaction: Interaction, parent: Interaction | None) -> Json:
    owners = {"0": interaction.guild_id or "0"}
    metadata: Json = {
        "id": interaction.id,
        "type": interaction.type,
        "user": render.user(world.user(interaction.user_id)),
        "authorizing_integration_owners": owners,
    }
    if interaction.type == InteractionType.COMPONENT:
        metadata["interacted_message_id"] = interaction.message_id
    if parent is not None:
        metadata["triggering_interaction_metadata"] = parent.metadata
    return metadata


def _payload(
    world: World,
    app: Application,
    interaction: Interaction,
    channel: Channel,
    message: Message | None,
) -> Json:
    payload: Json = {
        "id": interaction.id,
        "application_id": app.id,
        "type": interaction.type,
        "data": interaction.data,
        "channel_id": channel.id,
        "channel": invocation.permissions_shown(world, interaction.user_id, channel),
        "token": interaction.token,
        "version": 1,
        "app_permissions": render.permissions_of(world, app.bot_id, channel),
        "locale": "en-US",
        "entitlements": [],
        "authorizing_integration_owners": {"0": channel.guild_id or "0"},
        "context": 0 if channel.guild_id else 1,
        "attachment_size_limit": world.file_limit(channel.guild_id) or 10 * MIB,
    }
    if message is not None:
        payload["message"] = render_messages.message(world, message, app.bot_id)
    person = world.user(interaction.user_id)
    if channel.guild_id is None:
        return payload | {"user": render.user(person)}
    member = render.member(world, world.member(channel.guild_id, person.id))
    member["permissions"] = render.permissions_of(world, person.id, channel)
    return payload | {
        "guild_id": channel.guild_id,
        "guild": {"id": channel.guild_id, "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member,
    }


def component_data(
    world: World, channel: Channel, message: Message, custom_id: str, values: list[str] | None
) -> Json:
    """What a click or a choice sends; fails where the message has no such component."""
    component = components.find(message.components, custom_id)
    if component is None:
        held = [c["custom_id"] for c in components.walk(message.components) if "custom_id" in c]
        raise ControlError(f"The message has no component {custom_id!r}, only {held}")
    if component.get("disabled"):
        raise ControlError(f"{custom_id!r} is disabled")
    data: Json = {
        "component_type": component["type"],
        "custom_id": custom_id,
        "id": component["id"],
    }
    if component["type"] == ComponentType.BUTTON:
        if values is not None:
            raise ControlError(f"{custom_id!r} is a button")
        return data
    chosen = choose(component, values or [])
    resolved = resolve(world, channel, component["type"], chosen)
    return data | {"values": chosen} | ({"resolved": resolved} if resolved else {})


def choose(component: Json, values: list[str]) -> list[str]:
    """What a person can choose in a select."""
    if component["type"] not in SELECTS:
        raise ControlError(f"{component['custom_id']!r} is no select")
    low, high = component.get("min_values", 1), component.get("max_values", 1)
    if not low <= len(values) <= high:
        raise ControlError(f"Choose {low} to {high}, not {len(values)}")
    if component["type"] == ComponentType.STRING_SELECT:
        offered = [option["value"] for option in component["options"]]
        if not set(values) <= set(offered):
            raise ControlError(f"{component['custom_id']!r} offers {offered}")
    return values


def resolve(world: World, channel: Channel, kind: int, values: list[str]) -> Json:
    """The objects behind the ids of a user, role or channel select."""
    resolved: Json = {}
    roles = world.guild(channel.guild_id).roles if channel.guild_id else {}
    if kind == ComponentType.STRING_SELECT:
        return resolved
    for value in values:
        if kind == ComponentType.CHANNEL_SELECT:
            shown = render.channel(world, world.channel(value))
            resolved.setdefault("channels", {})[value] = shown | {"permissions": "0"}
        elif value in roles:
            resolved.setdefault("roles", {})[value] = render.role(roles[value])
        else:
            invocation.add_user(world, resolved, channel.guild_id, value)
    return resolved
