"""Threads made and changed.

Source: "Start Thread ...", "Modify Channel" for threads, "Threads" topic.
"""

from tests.emulators.discord import access, announce, composing, messages, thread_state, validation
from tests.emulators.discord.constants import (
    THREADS,
    ChannelType,
    Json,
    MessageFlag,
    MessageType,
    Permission,
)
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.files import Upload
from tests.emulators.discord.model import Channel, Message, ThreadPart
from tests.emulators.discord.state import World

DURATIONS = {60, 1440, 4320, 10080}
REQUIRE_TAG = 1 << 4
MAX_TAGS = 5


def _make(
    world: World, parent: Channel, owner_id: str, kind: int, body: Json, thread_id: str
) -> Channel:
    validation.thread_name(body)
    thread_state.room_for_one_more(world, parent.guild_id or "")
    now = world.clock.now()
    thread = Channel(
        id=thread_id,
        type=kind,
        guild_id=parent.guild_id,
        name=body["name"].strip(),
        parent_id=parent.id,
        rate_limit_per_user=body.get("rate_limit_per_user") or 0,
        thread=ThreadPart(
            owner_id=owner_id,
            created=now,
            archive_timestamp=now,
            active_at=world.clock.time(),
            auto_archive_duration=duration(body),
            invitable=body.get("invitable", True),
            members={owner_id: now},
        ),
    )
    world.channels[thread.id] = thread
    return thread


def duration(body: Json) -> int:
    """Discord: 60, 1440, 4320 or 10080 minutes."""
    minutes = body.get("auto_archive_duration") or 4320
    if minutes not in DURATIONS:
        raise invalid(
            "auto_archive_duration",
            "BASE_TYPE_CHOICES",
            "Value must be one of (60, 1440, 4320, 10080).",
        )
    return int(minutes)


def from_message(
    world: World, user_id: str, channel: Channel, message_id: str, body: Json
) -> Channel:
    """Discord: the thread takes the message's id; a message has one thread at most (160004)."""
    access.require(
        world,
        user_id,
        channel,
        Permission.CREATE_PUBLIC_THREADS,
        Permission.READ_MESSAGE_HISTORY,
    )
    message = world.message(channel.id, message_id)
    if message.thread_id:
        raise ApiError(160004)
    if channel.type not in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT}:
        raise ApiError(50024)
    kind = ChannelType.PUBLIC_THREAD
    thread = _make(world, channel, user_id, kind, body, message.id)
    message.thread_id = thread.id
    message.flags |= MessageFlag.HAS_THREAD
    announce.thread(world, "THREAD_CREATE", thread)
    announce.message(world, "MESSAGE_UPDATE", message)
    starter = _system(world, thread, user_id, MessageType.THREAD_STARTER, "")
    starter.reference = {
        "type": 0,
        "channel_id": channel.id,
        "message_id": message.id,
        "guild_id": channel.guild_id,
    }
    messages.store(world, thread, starter)
    return thread


def without_message(world: World, user_id: str, channel: Channel, body: Json) -> Channel:
    """Discord: private unless a type is given; a public one leaves a notice in the channel."""
    kind = body.get("type") or ChannelType.PRIVATE_THREAD
    if kind not in THREADS:
        raise invalid("type", "BASE_TYPE_CHOICES", "Value must be one of (10, 11, 12).")
    private = kind == ChannelType.PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    access.require(world, user_id, channel, needed)
    if channel.type not in {ChannelType.TEXT, ChannelType.ANNOUNCEMENT}:
        raise ApiError(50024)
    thread = _make(world, channel, user_id, int(kind), body, world.ids.next())
    announce.thread(world, "THREAD_CREATE", thread)
    if not private:
        notice = _system(world, channel, user_id, MessageType.THREAD_CREATED, thread.name)
        notice.reference = {"type": 0, "channel_id": thread.id, "guild_id": channel.guild_id}
        messages.store(world, channel, notice)
    return thread


def _system(world: World, channel: Channel, author: str, kind: MessageType, text: str) -> Message:
    return Message(
        id=world.ids.next(),
        channel_id=channel.id,
        author_id=author,
        timestamp=world.clock.now(),
        type=int(kind),
        content=text,
    )


def forum_post(
    world: World, user_id: str, forum: Channel, body: Json, uploads: list[Upload]
) -> tuple[Channel, Message]:
    """Discord: a thread whose first message has its id; SEND_MESSAGES is what it needs."""
    allowed = access.require(world, user_id, forum, Permission.SEND_MESSAGES)
    content = body.get("message")
    if not isinstance(content, dict):
        raise invalid("message", "BASE_TYPE_REQUIRED", "This field is required")
    chosen = tags(forum, body.get("applied_tags"), allowed)
    if forum.flags & REQUIRE_TAG and not chosen:
        raise ApiError(40067)
    message = composing.compose(world, user_id, forum, content, uploads)
    thread = _make(world, forum, user_id, ChannelType.PUBLIC_THREAD, body, message.id)
    thread.threaded.applied_tags = chosen
    message.channel_id = thread.id
    for item in message.attachments:
        item.channel_id = thread.id
    announce.thread(world, "THREAD_CREATE", thread)
    messages.store(world, thread, message)
    return thread, message


def tags(forum: Channel, wanted: list[str] | None, allowed: int) -> list[str]:
    """Discord: five at most, known ones; moderated ones need MANAGE_THREADS."""
    known = {tag.id: tag for tag in forum.tags}
    chosen = [str(tag) for tag in wanted or []]
    if len(chosen) > MAX_TAGS:
        raise invalid("applied_tags", "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
    for tag in chosen:
        if tag not in known:
            raise ApiError(10087)
        if known[tag].moderated and not allowed & Permission.MANAGE_THREADS:
            raise ApiError(50013)
    return chosen


def change(world: World, user_id: str, thread: Channel, body: Json) -> None:
    """Modify a thread: who may depends on what.

    Discord: anyone who may write can unarchive an unlocked thread, and that alone; the owner may
    rename and archive; locking, slowmode and others' threads need MANAGE_THREADS.
    """
    part = thread.threaded
    allowed = access.require(world, user_id, thread)
    moderates = bool(allowed & Permission.MANAGE_THREADS)
    wakes = part.archived and body.get("archived") is False
    if part.archived and not wakes and set(body) - {"archived", "locked"}:
        raise ApiError(50083)
    if wakes and (part.locked and not moderates):
        raise ApiError(50013)
    if not (wakes and set(body) == {"archived"} and allowed & Permission.SEND_MESSAGES_IN_THREADS):
        _may_change(body, owner=part.owner_id == user_id, moderates=moderates)
    _apply(world, thread, body, allowed)
    announce.thread(world, "THREAD_UPDATE", thread)


def _may_change(body: Json, *, owner: bool, moderates: bool) -> None:
    for_moderators = {"locked", "rate_limit_per_user", "flags"}
    if moderates:
        return
    if not owner or set(body) & for_moderators:
        raise ApiError(50013)


def _apply(world: World, thread: Channel, body: Json, allowed: int) -> None:
    part = thread.threaded
    validation.thread_name(body, required=False)
    if "applied_tags" in body:
        parent = world.channel(thread.parent_id or "")
        part.applied_tags = tags(parent, body["applied_tags"], allowed)
    if body.get("auto_archive_duration"):
        part.auto_archive_duration = duration(body)
    if body.get("name"):
        thread.name = body["name"].strip()
    if body.get("rate_limit_per_user") is not None:
        thread.rate_limit_per_user = body["rate_limit_per_user"]
    if body.get("invitable") is not None:
        part.invitable = body["invitable"]
    if body.get("flags") is not None:
        thread.flags = body["flags"]
    if body.get("locked") is not None:
        part.locked = body["locked"]
    if body.get("archived") is not None:
        thread_state.set_archived(world, thread, archived=body["archived"])


def add_member(world: World, user_id: str, thread: Channel, new_id: str) -> None:
    """Discord: who may write may add; a private, uninvitable thread needs owner or moderator."""
    thread_state.refuse_archived(thread)
    access.require(world, user_id, thread, Permission.SEND_MESSAGES_IN_THREADS)
    if not thread_state.may_invite(world, thread, user_id):
        raise ApiError(50013)
    world.member(thread.guild_id or "", new_id)
    if not access.sees(world, new_id, access.home(world, thread)):
        raise ApiError(50001)
    thread_state.join(world, thread, [new_id])


def remove_member(world: World, user_id: str, thread: Channel, old_id: str) -> None:
    """Discord: MANAGE_THREADS, or the owner of a private thread."""
    thread_state.refuse_archived(thread)
    allowed = access.require(world, user_id, thread)
    owner = thread.is_private_thread and thread.threaded.owner_id == user_id
    if not owner and not allowed & Permission.MANAGE_THREADS:
        raise ApiError(50013)
    thread_state.leave(world, thread, old_id)


def delete(world: World, user_id: str, thread: Channel) -> None:
    access.require(world, user_id, thread, Permission.MANAGE_THREADS)
    watching = {
        app.bot_id for app in world.applications.values() if access.sees(world, app.bot_id, thread)
    }
    del world.channels[thread.id]
    announce.thread_deleted(world, thread, watching.__contains__)
