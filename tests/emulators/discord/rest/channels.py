"""One channel: read, change, delete, overwrites, typing, webhooks of it."""

import secrets

from tests.emulators.discord import access, announce, overwrites, render, threads
from tests.emulators.discord.constants import ChannelType, Json, Permission
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.model import Channel, Overwrite, Webhook
from tests.emulators.discord.pipeline import Reply, Request, Route
from tests.emulators.discord.state import World

REPLACEABLE = ("name", "topic", "position", "nsfw", "rate_limit_per_user", "flags")


def _channel(request: Request, *needed: Permission) -> Channel:
    return access.open_channel(request.world, request.me, request.params["channel_id"], *needed)


async def read(request: Request) -> Reply:
    return 200, render.channel(request.world, _channel(request), request.me)


async def change(request: Request) -> Reply:
    """A thread has its own rules; else MANAGE_CHANNELS, and MANAGE_ROLES for overwrites."""
    channel = _channel(request)
    body = request.json
    if channel.type == ChannelType.DM:
        raise ApiError(50003)
    if channel.is_thread:
        threads.change(request.world, request.me, channel, body)
    else:
        needed = [Permission.MANAGE_CHANNELS]
        if body.get("permission_overwrites") is not None:
            needed.append(Permission.MANAGE_ROLES)
        access.require(request.world, request.me, channel, *needed)
        _replace(request.world, channel, body)
        announce.channel(request.world, "CHANNEL_UPDATE", channel)
    return 200, render.channel(request.world, channel, request.me)


def _replace(world: World, channel: Channel, body: Json) -> None:
    if "name" in body and not 1 <= len(body["name"]) <= 100:
        raise invalid("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    if len(body.get("topic") or "") > 1024 and channel.type == ChannelType.TEXT:
        raise invalid("topic", "BASE_TYPE_MAX_LENGTH", "Must be 1024 or fewer in length.")
    for name in REPLACEABLE:
        if body.get(name) is not None:
            setattr(channel, name, body[name])
    if "parent_id" in body:
        channel.parent_id = str(body["parent_id"]) if body["parent_id"] else None
    if body.get("permission_overwrites") is not None:
        channel.overwrites = overwrites.read(body["permission_overwrites"])
    if body.get("available_tags") is not None:
        channel.tags = overwrites.read_tags(world, body["available_tags"])


async def delete(request: Request) -> Reply:
    channel = _channel(request)
    world = request.world
    payload = render.channel(world, channel, request.me)
    if channel.is_thread:
        threads.delete(world, request.me, channel)
    elif channel.type != ChannelType.DM:
        access.require(world, request.me, channel, Permission.MANAGE_CHANNELS)
        announce.channel(world, "CHANNEL_DELETE", channel)
        gone = [c.id for c in world.channels.values() if c.is_thread and c.parent_id == channel.id]
        for channel_id in [*gone, channel.id]:
            del world.channels[channel_id]
    return 200, payload


async def set_overwrite(request: Request) -> Reply:
    """Discord: MANAGE_ROLES there, and only permissions one holds oneself."""
    channel = _channel(request, Permission.MANAGE_ROLES)
    target = request.params["overwrite_id"]
    body = request.json
    channel.overwrites[target] = Overwrite(
        id=target,
        type=int(body.get("type") or 0),
        allow=int(body.get("allow") or 0),
        deny=int(body.get("deny") or 0),
    )
    announce.channel(request.world, "CHANNEL_UPDATE", channel)
    return 204, None


async def delete_overwrite(request: Request) -> Reply:
    channel = _channel(request, Permission.MANAGE_ROLES)
    if channel.overwrites.pop(request.params["overwrite_id"], None) is None:
        raise ApiError(10009)
    announce.channel(request.world, "CHANNEL_UPDATE", channel)
    return 204, None


async def typing(request: Request) -> Reply:
    channel = _channel(request)
    if channel.type != ChannelType.DM:
        needed = Permission.SEND_MESSAGES
        if channel.is_thread:
            needed = Permission.SEND_MESSAGES_IN_THREADS
        access.require(request.world, request.me, channel, needed)
    announce.typing(request.world, channel, request.me)
    return 204, None


def _webhook(world: World, item: Webhook) -> Json:
    return {
        "id": item.id,
        "type": 1,
        "application_id": item.application_id,
        "avatar": None,
        "channel_id": item.channel_id,
        "guild_id": item.guild_id,
        "name": item.name,
        "token": item.token,
        "url": f"{world.base_url}/api/webhooks/{item.id}/{item.token}",
        "user": render.user(world.user(item.creator_id)),
    }


async def create_webhook(request: Request) -> Reply:
    channel = _channel(request, Permission.MANAGE_WEBHOOKS)
    item = Webhook(
        id=request.world.ids.next(),
        token=secrets.token_urlsafe(32),
        channel_id=channel.id,
        guild_id=channel.guild_id or "",
        name=request.json["name"],
        creator_id=request.me,
        application_id=request.app.id,
    )
    request.world.webhooks[item.id] = item
    return 200, _webhook(request.world, item)


async def webhooks(request: Request) -> Reply:
    channel = _channel(request, Permission.MANAGE_WEBHOOKS)
    mine = [w for w in request.world.webhooks.values() if w.channel_id == channel.id]
    return 200, [_webhook(request.world, item) for item in mine]


ROUTES = [
    Route("GET", "/channels/{channel_id}", read),
    Route("PATCH", "/channels/{channel_id}", change),
    Route("DELETE", "/channels/{channel_id}", delete),
    Route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", set_overwrite),
    Route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}", delete_overwrite),
    Route("POST", "/channels/{channel_id}/typing", typing),
    Route("POST", "/channels/{channel_id}/webhooks", create_webhook),
    Route("GET", "/channels/{channel_id}/webhooks", webhooks),
]
