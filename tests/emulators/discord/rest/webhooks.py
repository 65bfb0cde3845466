"""Webhooks: an interaction's followups, and channel webhooks in brief."""

from tests.emulators.discord import answers, composing, messages, render_messages
from tests.emulators.discord.constants import Json
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.model import Interaction, Message, Webhook
from tests.emulators.discord.pipeline import Reply, Request, Route

BASE = "/webhooks/{webhook_id}/{webhook_token}"


def _source(request: Request) -> Interaction | Webhook:
    """Discord: 50027 for a token that is nobody's."""
    webhook_id, token = request.params["webhook_id"], request.params["webhook_token"]
    webhook = request.world.webhooks.get(webhook_id)
    if webhook and webhook.token == token:
        return webhook
    interaction = answers.alive(request.world, webhook_id, token)
    if interaction is None:
        raise ApiError(50027)
    return interaction


def _show(request: Request, message: Message) -> Json:
    return render_messages.message(request.world, message, message.author_id)


async def execute(request: Request) -> Reply:
    """Discord: an interaction's webhook always answers; a channel's only with ``wait``."""
    source = _source(request)
    if isinstance(source, Interaction):
        message = answers.follow_up(request.world, source, request.json, request.uploads)
        return 200, _show(request, message)
    message = _execute_channel(request, source)
    return (200, _show(request, message)) if request.flag("wait") else (204, None)


def _execute_channel(request: Request, webhook: Webhook) -> Message:
    world = request.world
    channel = world.channel(request.query.get("thread_id") or webhook.channel_id)
    body = {
        name: value
        for name, value in request.json.items()
        if name not in {"username", "avatar_url", "thread_name", "applied_tags", "tts"}
    }
    message = composing.compose(world, webhook.id, channel, body, request.uploads)
    message.webhook = {
        "id": webhook.id,
        "username": request.json.get("username") or webhook.name,
        "avatar": None,
        "discriminator": "0000",
        "public_flags": 0,
        "flags": 0,
        "bot": True,
        "global_name": None,
        "primary_guild": None,
    }
    messages.store(world, channel, message)
    return message


def _target(request: Request) -> Message:
    source = _source(request)
    message_id = request.params.get("message_id", "@original")
    if isinstance(source, Interaction):
        return answers.own_message(request.world, source, message_id)
    channel_id = request.query.get("thread_id") or source.channel_id
    message = request.world.message(channel_id, message_id)
    if message.author_id != source.id:
        raise ApiError(10008)
    return message


async def read(request: Request) -> Reply:
    return 200, _show(request, _target(request))


async def edit(request: Request) -> Reply:
    message = _target(request)
    answers.edit(request.world, message, request.json, request.uploads)
    return 200, _show(request, message)


async def delete(request: Request) -> Reply:
    message = _target(request)
    channel = request.world.channel(message.channel_id)
    messages.remove(request.world, channel, [message.id])
    return 204, None


ROUTES = [
    Route("POST", BASE, execute, bot=False),
    Route("GET", f"{BASE}/messages/@original", read, bot=False),
    Route("PATCH", f"{BASE}/messages/@original", edit, bot=False),
    Route("DELETE", f"{BASE}/messages/@original", delete, bot=False),
    Route("GET", f"{BASE}/messages/{{message_id}}", read, bot=False),
    Route("PATCH", f"{BASE}/messages/{{message_id}}", edit, bot=False),
    Route("DELETE", f"{BASE}/messages/{{message_id}}", delete, bot=False),
]
