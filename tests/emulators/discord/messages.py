"""Messages made, changed and removed, by bots and by people alike."""

from typing import Any

from tests.emulators.discord import (
    access,
    announce,
    composing,
    files,
    render_messages,
    thread_state,
    validation,
)
from tests.emulators.discord.clock import at
from tests.emulators.discord.constants import (
    ChannelType,
    Json,
    MessageFlag,
    MessageType,
    Permission,
)
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.files import Upload
from tests.emulators.discord.model import Channel, Message
from tests.emulators.discord.state import World

TWO_WEEKS = 14 * 86_400
WRITABLE = {ChannelType.TEXT, ChannelType.DM, ChannelType.ANNOUNCEMENT}


def post(
    world: World, author_id: str, channel: Channel, body: Json, uploads: list[Upload]
) -> tuple[Message, bool]:
    """Create a message under every rule. The second value is False for a repeated nonce."""
    allow_posting(world, author_id, channel, body, uploads)
    known = _by_nonce(world, author_id, body)
    if known:
        return known, False
    message = composing.compose(world, author_id, channel, body, uploads)
    _refer(world, message, channel, body, author_id)
    if channel.is_thread:
        thread_state.allow_sending(world, channel, author_id)
    store(world, channel, message)
    if body.get("nonce") is not None:
        key = (author_id, str(body["nonce"]))
        world.nonces[key] = (channel.id, message.id, world.clock.time())
    return message, True


def allow_posting(
    world: World, author_id: str, channel: Channel, body: Json, uploads: list[Upload]
) -> None:
    """Discord: 50008 outside text channels, 50007 for a DM refused, else permissions."""
    if channel.type == ChannelType.DM:
        access.require(world, author_id, channel)
        _deliverable(world, author_id, channel)
        return
    needed = []
    if channel.type in WRITABLE or channel.is_thread:
        needed.append(_sending(channel))
    if uploads:
        needed.append(Permission.ATTACH_FILES)
    if (body.get("flags") or 0) & MessageFlag.VOICE_MESSAGE:
        needed.append(Permission.SEND_VOICE_MESSAGES)
    if body.get("message_reference"):
        _readable(world, author_id, channel)
    access.require(world, author_id, channel, *needed)
    if channel.type not in WRITABLE and not channel.is_thread:
        raise ApiError(50008)


def _sending(channel: Channel) -> Permission:
    if channel.is_thread:
        return Permission.SEND_MESSAGES_IN_THREADS
    return Permission.SEND_MESSAGES


def _readable(world: World, author_id: str, channel: Channel) -> None:
    allowed = access.require(world, author_id, channel)
    if not allowed & Permission.READ_MESSAGE_HISTORY:
        raise ApiError(160002)


def _deliverable(world: World, author_id: str, channel: Channel) -> None:
    """Discord: no DM to who refuses them, or shares no guild."""
    other = world.user(next(who for who in channel.recipients if who != author_id))
    if not world.user(author_id).bot:
        return
    shared = any(author_id in guild.members for guild in world.guilds_of(other.id))
    if other.refuses_dms or other.bot or not shared:
        raise ApiError(50007)


def _by_nonce(world: World, author_id: str, body: Json) -> Message | None:
    """Discord: ``enforce_nonce`` returns the same author's message of the past few minutes."""
    if not (body.get("enforce_nonce") and world.settings.enforce_nonce):
        return None
    known = world.nonces.get((author_id, str(body.get("nonce"))))
    if known is None or world.clock.time() - known[2] > world.settings.nonce_window:
        return None
    world.ledger.deduplicated += 1
    return world.message(known[0], known[1])


def _refer(world: World, message: Message, channel: Channel, body: Json, author_id: str) -> None:
    """Discord: type 0 answers a message of the same channel, type 1 forwards any visible one."""
    reference = body.get("message_reference")
    if not reference:
        return
    forward = reference.get("type", 0) == 1
    source = world.channel(str(reference.get("channel_id") or channel.id))
    target = world.messages.get(source.id, {}).get(str(reference["message_id"]))
    missing = target is None or target.deleted or (source.id != channel.id and not forward)
    if missing and reference.get("fail_if_not_exists", True):
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    if missing or target is None:
        return
    message.reference = {
        "type": int(forward),
        "channel_id": source.id,
        "message_id": target.id,
        **({"guild_id": source.guild_id} if source.guild_id else {}),
    }
    if forward:
        access.require(world, author_id, source, Permission.READ_MESSAGE_HISTORY)
        message.flags |= MessageFlag.SNAPSHOT
        message.snapshots = [{"message": render_messages.minimal(world, target)}]
    else:
        message.type = MessageType.REPLY


def store(world: World, channel: Channel, message: Message) -> None:
    """Keep it and tell everyone. In a thread the author and those mentioned become members."""
    world.messages.setdefault(channel.id, {})[message.id] = message
    if not message.ephemeral:
        channel.last_message_id = message.id
        if channel.is_thread:
            _count_in_thread(world, channel, message)
    announce.message(world, "MESSAGE_CREATE", message, nonce=True)


def _count_in_thread(world: World, thread: Channel, message: Message) -> None:
    part = thread.threaded
    part.active_at = world.clock.time()
    if message.type == MessageType.THREAD_STARTER:
        return
    part.message_count += 1
    parent = access.home(world, thread)
    joining = [message.author_id] if message.webhook is None else []
    if thread_state.may_invite(world, thread, message.author_id):
        joining += [who for who in message.mentions if access.sees(world, who, parent)]
    thread_state.join(world, thread, joining)


def edit(
    world: World, message: Message, body: Json, uploads: list[Upload], *, first: bool = False
) -> None:
    """Change what the body names; what it leaves out stays.

    ``first`` fills a deferred answer, which is no edit in a reader's eyes.

    Discord: Components V2 cannot be taken back; content and embeds must go when it is set.
    """
    channel = world.channel(message.channel_id)
    flags = _edited_flags(message.flags, body)
    described = body.get("attachments")
    remaining = list(message.attachments)
    if described is not None:
        remaining = files.kept(message.attachments, described, uploads)
    whole: dict[str, Any] = {"content": message.content, "embeds": message.embeds} | body
    checked = {n: v for n, v in whole.items() if n not in {"flags", "attachments"}}
    validation.message(
        checked, files=len(uploads) + len(remaining), flags=flags & ~MessageFlag.VOICE_MESSAGE
    )
    added = files.attach(world, channel, uploads, described or [], ephemeral=message.ephemeral)
    before = _snapshot(world, message)
    message.attachments = remaining + added
    if "content" in body:
        message.content = (body["content"] or "").strip()
    message.flags = flags
    composing.dress(world, message, body)
    if composing.is_empty(message):
        raise ApiError(50006)
    composing.mention(world, message, channel, body)
    if not first:
        message.edits.append(before)
        message.edited = world.clock.now()
    announce.message(world, "MESSAGE_UPDATE", message)


def _edited_flags(flags: int, body: Json) -> int:
    """Discord: an edit can set Components V2, and set or lift the suppression of embeds."""
    asked = body.get("flags")
    if asked is None:
        return flags
    kept = flags & ~MessageFlag.SUPPRESS_EMBEDS
    return int(kept | asked & (MessageFlag.COMPONENTS_V2 | MessageFlag.SUPPRESS_EMBEDS))


def _snapshot(world: World, message: Message) -> Json:
    return {
        "at": world.clock.now().isoformat(),
        "content": message.content,
        "embeds": message.embeds,
        "components": message.components,
        "attachments": [item.id for item in message.attachments],
    }


def edit_as(
    world: World, user_id: str, channel: Channel, message_id: str, body: Json, uploads: list[Upload]
) -> Message:
    """Discord: 50005 for another's message, 50083 in an archived thread."""
    message = world.message(channel.id, message_id)
    if message.ephemeral:
        raise ApiError(10008)
    if message.author_id != user_id or message.webhook:
        raise ApiError(50005)
    thread_state.refuse_archived(channel)
    edit(world, message, body, uploads)
    return message


def remove(world: World, channel: Channel, ids: list[str], *, bulk: bool = False) -> None:
    """Mark as deleted; the ledger keeps everything."""
    gone = []
    for message_id in ids:
        message = world.messages.get(channel.id, {}).get(message_id)
        if message and not message.deleted:
            message.deleted = True
            gone.append(message)
    if gone and not all(message.ephemeral for message in gone):
        announce.messages_deleted(world, channel, [m.id for m in gone], bulk=bulk)


def delete_as(world: World, user_id: str, channel: Channel, message_id: str) -> None:
    """Discord: one's own, or any with MANAGE_MESSAGES; in a DM only one's own."""
    message = world.message(channel.id, message_id)
    if message.ephemeral:
        raise ApiError(10008)
    if message.author_id != user_id:
        if channel.type == ChannelType.DM:
            raise ApiError(50003)
        access.require(world, user_id, channel, Permission.MANAGE_MESSAGES)
    remove(world, channel, [message_id])


def bulk_delete_as(world: World, user_id: str, channel: Channel, ids: list[str]) -> None:
    """Discord: 2 to 100 ids, none older than two weeks (50034), MANAGE_MESSAGES."""
    if channel.type == ChannelType.DM:
        raise ApiError(50003)
    access.require(world, user_id, channel, Permission.MANAGE_MESSAGES)
    if not 2 <= len(ids) <= 100 or len(set(ids)) != len(ids):
        raise invalid("messages", "BASE_TYPE_BAD_LENGTH", "Must be between 2 and 100 in length.")
    if any(world.clock.time() - at(message_id) > TWO_WEEKS for message_id in ids):
        raise ApiError(50034)
    remove(world, channel, ids, bulk=True)
