"""The interaction callback: no bot token, the interaction's own is enough."""

from tests.emulators.discord import answers, render_messages
from tests.emulators.discord.constants import CallbackType, Json, MessageFlag
from tests.emulators.discord.model import Interaction, Message
from tests.emulators.discord.pipeline import Reply, Request, Route


async def callback(request: Request) -> Reply:
    """Discord: 204, or with ``with_response`` the interaction and what it made."""
    params, world = request.params, request.world
    interaction = answers.answerable(world, params["interaction_id"], params["interaction_token"])
    message = answers.callback(world, interaction, request.json, request.uploads)
    if not request.flag("with_response"):
        return 204, None
    return 200, _described(request, interaction, message)


def _described(request: Request, interaction: Interaction, message: Message | None) -> Json:
    about: Json = {
        "id": interaction.id,
        "type": interaction.type,
        "channel_id": interaction.channel_id,
    }
    if interaction.guild_id:
        about["guild_id"] = interaction.guild_id
    if message is None:
        return {"interaction": about}
    about |= {
        "response_message_id": message.id,
        "response_message_loading": bool(message.flags & MessageFlag.LOADING),
        "response_message_ephemeral": message.ephemeral,
    }
    if interaction.callback_type not in {CallbackType.MESSAGE, CallbackType.UPDATE}:
        return {"interaction": about}
    bot_id = request.world.applications[interaction.application_id].bot_id
    shown = render_messages.message(request.world, message, bot_id)
    resource = {"type": interaction.callback_type, "message": shown}
    return {"interaction": about, "resource": resource}


ROUTES = [
    Route(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        callback,
        bot=False,
    )
]
