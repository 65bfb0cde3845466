"""Reactions over REST."""

from tests.emulators.discord import access, reactions, render
from tests.emulators.discord.constants import Permission
from tests.emulators.discord.model import Channel
from tests.emulators.discord.pipeline import Reply, Request, Route

BASE = "/channels/{channel_id}/messages/{message_id}/reactions"


def _channel(request: Request, *needed: Permission) -> Channel:
    return access.open_channel(request.world, request.me, request.params["channel_id"], *needed)


async def add(request: Request) -> Reply:
    params = request.params
    channel = _channel(request)
    reactions.add(request.world, request.me, channel, params["message_id"], params["emoji_name"])
    return 204, None


async def remove_mine(request: Request) -> Reply:
    params = request.params
    reactions.remove(
        request.world, _channel(request), params["message_id"], params["emoji_name"], request.me
    )
    return 204, None


async def remove_other(request: Request) -> Reply:
    params = request.params
    channel = _channel(request, Permission.MANAGE_MESSAGES)
    reactions.remove(
        request.world, channel, params["message_id"], params["emoji_name"], params["user_id"]
    )
    return 204, None


async def users(request: Request) -> Reply:
    channel = _channel(request, Permission.READ_MESSAGE_HISTORY)
    message = request.world.message(channel.id, request.params["message_id"])
    mark = message.reactions.get(request.params["emoji_name"])
    limit = request.number("limit", 25, 1, 100)
    found = mark.users[:limit] if mark else []
    return 200, [render.user(request.world.user(who)) for who in found]


async def clear(request: Request) -> Reply:
    channel = _channel(request, Permission.MANAGE_MESSAGES)
    reactions.clear(request.world, channel, request.params["message_id"])
    return 204, None


ROUTES = [
    Route("DELETE", BASE, clear),
    Route("PUT", f"{BASE}/{{emoji_name}}/@me", add),
    Route("DELETE", f"{BASE}/{{emoji_name}}/@me", remove_mine),
    Route("DELETE", f"{BASE}/{{emoji_name}}/{{user_id}}", remove_other),
    Route("GET", f"{BASE}/{{emoji_name}}", users),
]
