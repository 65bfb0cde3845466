"""Messages: history, create, edit, delete, bulk delete, pins."""

from tests.emulators.discord import access, announce, messages, render_messages
from tests.emulators.discord.clock import iso
from tests.emulators.discord.constants import Json, MessageType, Permission
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.model import Channel, Message
from tests.emulators.discord.pipeline import Reply, Request, Route

MAX_PINS = 250


def _channel(request: Request, *needed: Permission) -> Channel:
    return access.open_channel(request.world, request.me, request.params["channel_id"], *needed)


def show(request: Request, message: Message, *, nonce: bool = False) -> Json:
    """Discord: content is withheld over REST too when the intent is not switched on."""
    payload = render_messages.message(request.world, message, request.me, nonce=nonce)
    return render_messages.withhold(
        request.world, message, payload, request.me, request.app.privileged
    )


async def history(request: Request) -> Reply:
    """Discord: newest first, whichever of before, after, around is given; 50 unless told.

    Without READ_MESSAGE_HISTORY the list is empty.
    """
    channel = _channel(request)
    limit = request.number("limit", 50, 1, 100)
    given = [name for name in ("around", "before", "after") if name in request.query]
    if len(given) > 1:
        raise invalid(given[0], "BASE_TYPE_EXCLUSIVE", "Only one of around, before, after.")
    allowed = access.granted(request.world, request.me, channel)
    if not allowed & Permission.READ_MESSAGE_HISTORY:
        return 200, []
    found = _window(request.world.live(channel.id), request.query, limit)
    return 200, [show(request, message) for message in reversed(found)]


def _window(stored: list[Message], query: dict[str, str], limit: int) -> list[Message]:
    if "after" in query:
        return [m for m in stored if int(m.id) > int(query["after"])][:limit]
    if "before" in query:
        return [m for m in stored if int(m.id) < int(query["before"])][-limit:]
    if "around" in query:
        pivot = int(query["around"])
        older = [m for m in stored if int(m.id) < pivot][-(limit // 2) :]
        rest = [m for m in stored if int(m.id) >= pivot][: limit - len(older)]
        return older + rest
    return stored[-limit:]


async def one(request: Request) -> Reply:
    channel = _channel(request, Permission.READ_MESSAGE_HISTORY)
    message = request.world.message(channel.id, request.params["message_id"])
    if message.ephemeral:
        raise ApiError(10008)
    return 200, show(request, message)


async def create(request: Request) -> Reply:
    channel = _channel(request)
    message, created = messages.post(
        request.world, request.me, channel, request.json, request.uploads
    )
    request.deduplicated = not created
    return 200, show(request, message, nonce=True)


async def edit(request: Request) -> Reply:
    channel = _channel(request)
    message_id = request.params["message_id"]
    message = messages.edit_as(
        request.world, request.me, channel, message_id, request.json, request.uploads
    )
    return 200, show(request, message)


async def delete(request: Request) -> Reply:
    channel = _channel(request)
    messages.delete_as(request.world, request.me, channel, request.params["message_id"])
    return 204, None


async def bulk_delete(request: Request) -> Reply:
    ids = [str(item) for item in request.json.get("messages") or []]
    messages.bulk_delete_as(request.world, request.me, _channel(request), ids)
    return 204, None


async def pins(request: Request) -> Reply:
    channel = _channel(request, Permission.READ_MESSAGE_HISTORY)
    pinned = [message for message in request.world.live(channel.id) if message.pinned]
    items = [
        {"pinned_at": iso(message.timestamp), "message": show(request, message)}
        for message in reversed(pinned)
    ]
    return 200, {"items": items, "has_more": False}


def _pinnable(request: Request) -> tuple[Channel, Message]:
    channel = _channel(request)
    allowed = access.granted(request.world, request.me, channel)
    if not allowed & (Permission.PIN_MESSAGES | Permission.MANAGE_MESSAGES):
        raise ApiError(50013)
    return channel, request.world.message(channel.id, request.params["message_id"])


async def pin(request: Request) -> Reply:
    """Discord: 250 pins a channel (30003); a notice appears in the channel."""
    channel, message = _pinnable(request)
    world = request.world
    if len([m for m in world.live(channel.id) if m.pinned]) >= MAX_PINS:
        raise ApiError(30003)
    if message.pinned:
        return 204, None
    message.pinned = True
    announce.message(world, "MESSAGE_UPDATE", message)
    announce.pins(world, channel)
    notice = Message(
        id=world.ids.next(),
        channel_id=channel.id,
        author_id=request.me,
        timestamp=world.clock.now(),
        type=MessageType.CHANNEL_PINNED,
        reference={"type": 0, "channel_id": channel.id, "message_id": message.id},
    )
    messages.store(world, channel, notice)
    return 204, None


async def unpin(request: Request) -> Reply:
    channel, message = _pinnable(request)
    message.pinned = False
    announce.message(request.world, "MESSAGE_UPDATE", message)
    announce.pins(request.world, channel)
    return 204, None


ROUTES = [
    Route("GET", "/channels/{channel_id}/messages", history),
    Route("POST", "/channels/{channel_id}/messages", create),
    Route("POST", "/channels/{channel_id}/messages/bulk-delete", bulk_delete),
    Route("GET", "/channels/{channel_id}/messages/pins", pins),
    Route("PUT", "/channels/{channel_id}/messages/pins/{message_id}", pin),
    Route("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", unpin),
    Route("GET", "/channels/{channel_id}/messages/{message_id}", one),
    Route("PATCH", "/channels/{channel_id}/messages/{message_id}", edit),
    Route("DELETE", "/channels/{channel_id}/messages/{message_id}", delete),
]
