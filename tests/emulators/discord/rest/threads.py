"""Threads over REST: starting them, membership, archived lists."""

from collections.abc import Callable
from datetime import datetime

from tests.emulators.discord import access, render, thread_state, threads
from tests.emulators.discord.constants import ChannelType, Intent, Permission
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.model import Channel
from tests.emulators.discord.pipeline import Reply, Request, Route
from tests.emulators.discord.rest.messages import show


def _channel(request: Request, *needed: Permission) -> Channel:
    return access.open_channel(request.world, request.me, request.params["channel_id"], *needed)


def _thread(request: Request) -> Channel:
    channel = _channel(request)
    if not channel.is_thread:
        raise ApiError(50024)
    return channel


async def from_message(request: Request) -> Reply:
    channel = _channel(request)
    message_id = request.params["message_id"]
    thread = threads.from_message(request.world, request.me, channel, message_id, request.json)
    return 201, render.channel(request.world, thread, request.me)


async def start(request: Request) -> Reply:
    """In a forum a post with its first message, else a thread without one."""
    channel = _channel(request)
    world = request.world
    if channel.type == ChannelType.FORUM:
        thread, message = threads.forum_post(
            world, request.me, channel, request.json, request.uploads
        )
        payload = render.channel(world, thread, request.me)
        return 201, payload | {"message": show(request, message)}
    thread = threads.without_message(world, request.me, channel, request.json)
    return 201, render.channel(world, thread, request.me)


async def join(request: Request) -> Reply:
    thread = _thread(request)
    thread_state.refuse_archived(thread)
    thread_state.join(request.world, thread, [request.me])
    return 204, None


async def leave(request: Request) -> Reply:
    thread = _thread(request)
    thread_state.refuse_archived(thread)
    thread_state.leave(request.world, thread, request.me)
    return 204, None


async def add(request: Request) -> Reply:
    threads.add_member(request.world, request.me, _thread(request), request.params["user_id"])
    return 204, None


async def remove(request: Request) -> Reply:
    threads.remove_member(request.world, request.me, _thread(request), request.params["user_id"])
    return 204, None


async def member(request: Request) -> Reply:
    thread = _thread(request)
    if request.params["user_id"] not in thread.threaded.members:
        raise ApiError(10007)
    return 200, render.thread_member(thread, request.params["user_id"])


async def members(request: Request) -> Reply:
    """Discord: needs the members intent switched on."""
    thread = _thread(request)
    if not request.app.privileged & Intent.GUILD_MEMBERS:
        raise ApiError(50001)
    limit = request.number("limit", 100, 1, 100)
    after = int(request.query.get("after", 0))
    ids = sorted((who for who in thread.threaded.members if int(who) > after), key=int)
    return 200, [render.thread_member(thread, who) for who in ids[:limit]]


def _archived(request: Request, keep: Callable[[Channel], bool], *, by_id: bool) -> Reply:
    """Discord: newest archived first, ``before`` a time; for one's own private ones by id."""
    channel, world = request.world.channel(request.params["channel_id"]), request.world
    limit = request.number("limit", 50, 2, 100)
    found = [
        thread
        for thread in world.threads_of(channel.guild_id or "")
        if thread.parent_id == channel.id and thread.threaded.archived and keep(thread)
    ]
    before = request.query.get("before")
    if by_id:
        found.sort(key=lambda thread: int(thread.id), reverse=True)
        found = [t for t in found if before is None or int(t.id) < int(before)]
    else:
        found.sort(key=lambda thread: thread.threaded.archive_timestamp, reverse=True)
        limit_time = _moment(before) if before else None
        found = [
            t for t in found if limit_time is None or t.threaded.archive_timestamp < limit_time
        ]
    page = found[:limit]
    mine = [thread for thread in page if request.me in thread.threaded.members]
    return 200, {
        "threads": [render.channel(world, thread) for thread in page],
        "members": [render.thread_member(thread, request.me) for thread in mine],
        "has_more": len(found) > limit,
    }


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise invalid(
            "before", "DATE_TIME_TYPE_PARSE", "Could not parse. Should be ISO8601."
        ) from error


async def archived_public(request: Request) -> Reply:
    _channel(request, Permission.READ_MESSAGE_HISTORY)
    return _archived(request, lambda thread: not thread.is_private_thread, by_id=False)


async def archived_private(request: Request) -> Reply:
    _channel(request, Permission.READ_MESSAGE_HISTORY, Permission.MANAGE_THREADS)
    return _archived(request, lambda thread: thread.is_private_thread, by_id=False)


async def archived_joined(request: Request) -> Reply:
    _channel(request, Permission.READ_MESSAGE_HISTORY)

    def keep(thread: Channel) -> bool:
        return thread.is_private_thread and request.me in thread.threaded.members

    return _archived(request, keep, by_id=True)


ROUTES = [
    Route("POST", "/channels/{channel_id}/messages/{message_id}/threads", from_message),
    Route("POST", "/channels/{channel_id}/threads", start),
    Route("PUT", "/channels/{channel_id}/thread-members/@me", join),
    Route("DELETE", "/channels/{channel_id}/thread-members/@me", leave),
    Route("GET", "/channels/{channel_id}/thread-members/{user_id}", member),
    Route("PUT", "/channels/{channel_id}/thread-members/{user_id}", add),
    Route("DELETE", "/channels/{channel_id}/thread-members/{user_id}", remove),
    Route("GET", "/channels/{channel_id}/thread-members", members),
    Route("GET", "/channels/{channel_id}/threads/archived/public", archived_public),
    Route("GET", "/channels/{channel_id}/threads/archived/private", archived_private),
    Route(
        "GET",
        "/channels/{channel_id}/users/@me/threads/archived/private",
        archived_joined,
    ),
]
