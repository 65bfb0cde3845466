"""How an application answers an interaction: callbacks, followups, the original.

Source: "Responding to an Interaction": first answer within 3 seconds, once; the token lives 15
minutes; ephemeral messages are seen by one person and reached only through the token.
"""

from tests.emulators.discord import composing, messages, modals
from tests.emulators.discord.constants import (
    CallbackType,
    InteractionType,
    Json,
    MessageFlag,
    MessageType,
)
from tests.emulators.discord.errors import ApiError, FormErrors, invalid
from tests.emulators.discord.files import Upload
from tests.emulators.discord.model import Channel, Interaction, Message
from tests.emulators.discord.state import World

ALLOWED = {
    InteractionType.COMMAND: {
        CallbackType.MESSAGE,
        CallbackType.DEFERRED_MESSAGE,
        CallbackType.MODAL,
    },
    InteractionType.COMPONENT: {
        CallbackType.MESSAGE,
        CallbackType.DEFERRED_MESSAGE,
        CallbackType.DEFERRED_UPDATE,
        CallbackType.UPDATE,
        CallbackType.MODAL,
    },
    InteractionType.AUTOCOMPLETE: {CallbackType.AUTOCOMPLETE},
    InteractionType.MODAL: {
        CallbackType.MESSAGE,
        CallbackType.DEFERRED_MESSAGE,
        CallbackType.DEFERRED_UPDATE,
        CallbackType.UPDATE,
    },
}


def answerable(world: World, interaction_id: str, token: str) -> Interaction:
    """Discord: 10062 when unknown or later than 3 s, 40060 when answered before."""
    interaction = world.interactions.get(token)
    if interaction is None or interaction.id != interaction_id:
        raise ApiError(10062)
    if interaction.callback_type is not None:
        raise ApiError(40060)
    if world.clock.time() - interaction.created > world.settings.interaction_answer:
        raise ApiError(10062)
    return interaction


def alive(world: World, application_id: str, token: str) -> Interaction | None:
    """The interaction of a token; None when the token is a webhook's.

    Discord: 50027 once the 15 minutes are over, 10015 before the first answer.
    """
    interaction = world.interactions.get(token)
    if interaction is None or interaction.application_id != application_id:
        return None
    if world.clock.time() - interaction.created > world.settings.interaction_token:
        raise ApiError(50027)
    if interaction.callback_type is None:
        raise ApiError(10015)
    return interaction


def callback(
    world: World, interaction: Interaction, body: Json, uploads: list[Upload]
) -> Message | None:
    """The first answer. Nothing is kept of one that is not valid."""
    kind = body.get("type")
    allowed = ALLOWED[InteractionType(interaction.type)]
    updates = {CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE}
    if kind not in allowed or (kind in updates and interaction.message_id is None):
        choices = ", ".join(str(int(item)) for item in sorted(allowed))
        raise invalid("type", "BASE_TYPE_CHOICES", f"Value must be one of ({choices}).")
    data = body.get("data") or {}
    channel = world.channel(interaction.channel_id)
    message: Message | None = None
    if kind in {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}:
        message = _respond(world, interaction, channel, data, uploads, deferred=kind == 5)
    elif kind in updates:
        message = world.message(channel.id, interaction.message_id or "")
        if kind == CallbackType.UPDATE:
            messages.edit(world, message, data, uploads)
    elif kind == CallbackType.MODAL:
        modals.validate(data)
        interaction.modal = data
    else:
        interaction.choices = _choices(interaction, data.get("choices") or [])
    interaction.callback_type = int(kind)
    interaction.response_message_id = message.id if message else None
    interaction.answered.set()
    world.touch()
    return message


def _choices(interaction: Interaction, choices: list[Json]) -> list[Json]:
    """Discord: 25 choices at most, names of 1 to 100 characters."""
    errors = FormErrors()
    if len(choices) > 25:
        errors.add("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    for index, choice in enumerate(choices):
        if not 1 <= len(str(choice.get("name") or "")) <= 100:
            errors.out_of_range(f"data.choices.{index}.name", 1, 100)
        if isinstance(choice.get("value"), str) and len(choice["value"]) > 100:
            errors.too_long(f"data.choices.{index}.value", 100)
    errors.raise_if_any()
    return choices


def _respond(
    world: World,
    interaction: Interaction,
    channel: Channel,
    data: Json,
    uploads: list[Upload],
    *,
    deferred: bool,
) -> Message:
    body = dict(data)
    if deferred:
        ephemeral = (data.get("flags") or 0) & MessageFlag.EPHEMERAL
        body = {"flags": int(MessageFlag.LOADING | ephemeral)}
    message = _compose(world, interaction, channel, body, uploads)
    messages.store(world, channel, message)
    return message


def _compose(
    world: World, interaction: Interaction, channel: Channel, body: Json, uploads: list[Upload]
) -> Message:
    bot_id = world.applications[interaction.application_id].bot_id
    extra = int(MessageFlag.EPHEMERAL | MessageFlag.LOADING)
    message = composing.compose(world, bot_id, channel, body, uploads, extra_flags=extra)
    message.application_id = interaction.application_id
    message.interaction_metadata = interaction.metadata
    if message.ephemeral:
        message.recipient_id = interaction.user_id
    if interaction.type == InteractionType.COMMAND:
        menu = interaction.data["type"] != 1
        message.type = MessageType.CONTEXT_MENU_COMMAND if menu else MessageType.CHAT_INPUT_COMMAND
    elif interaction.message_id:
        message.type = MessageType.REPLY
        message.reference = {
            "type": 0,
            "channel_id": channel.id,
            "message_id": interaction.message_id,
            **({"guild_id": channel.guild_id} if channel.guild_id else {}),
        }
    return message


def follow_up(world: World, interaction: Interaction, body: Json, uploads: list[Upload]) -> Message:
    """Discord: the first followup to a deferred answer takes its place, ephemeral or not."""
    channel = world.channel(interaction.channel_id)
    original = world.messages.get(channel.id, {}).get(interaction.response_message_id or "")
    if original and not original.deleted and original.flags & MessageFlag.LOADING:
        edit(world, original, body, uploads)
        return original
    message = _compose(world, interaction, channel, body, uploads)
    metadata = dict(interaction.metadata)
    if interaction.response_message_id:
        metadata["original_response_message_id"] = interaction.response_message_id
    message.interaction_metadata = metadata
    messages.store(world, channel, message)
    interaction.followups.append(message.id)
    return message


def edit(world: World, message: Message, body: Json, uploads: list[Upload]) -> None:
    """Filling a deferred answer is no edit in a reader's eyes."""
    loading = message.flags & MessageFlag.LOADING
    message.flags &= ~MessageFlag.LOADING
    try:
        messages.edit(world, message, body, uploads, first=bool(loading))
    except ApiError:
        message.flags |= loading
        raise


def own_message(world: World, interaction: Interaction, message_id: str) -> Message:
    """Only the interaction's own messages are reached through its token."""
    mine = [interaction.response_message_id, *interaction.followups]
    target = interaction.response_message_id if message_id == "@original" else message_id
    if target is None or target not in mine:
        raise ApiError(10008)
    return world.message(interaction.channel_id, target)
