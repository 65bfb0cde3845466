"""Posting, editing and deleting: the one place where messages change."""

import mimetypes

from tests.emulators.slack import events
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import Channel, File, Message
from tests.emulators.slack.render import message_json

SLACKBOT = "USLACKBOT"
TOMBSTONE = "tombstone"
# Slack: notes about joining and leaving cannot be replied to.
UNTHREADED = {"channel_join", "channel_leave", "group_join", "group_leave"}


def post(core: Core, channel: Channel, message: Message) -> Message:
    """Slack: a thread_ts that names no thread root is dropped without a word."""
    root = channel.messages.get(message.thread_ts or "")
    if root is None or root.thread_ts or root.subtype in UNTHREADED:
        message.thread_ts = None
        message.broadcast = False
    else:
        channel.threads.setdefault(root.ts, []).append(message.ts)
        if message.broadcast:
            message.subtype = "thread_broadcast"
    channel.messages[message.ts] = message
    for file in message.files:
        core.world.files[file].shares.append((channel.id, message.ts))
    events.message_posted(core, message)
    for file in message.files:
        share: Json = {"type": "file_shared", "file_id": file, "user_id": message.user}
        share |= {"file": {"id": file}, "channel_id": channel.id}
        events.emit(core, share, channel=channel)
    return message


def edit(core: Core, message: Message, *, editor: str | None, changes: Json) -> None:
    previous = message_json(core.world, message)
    message.revisions.append(message.text)
    for name, value in changes.items():
        setattr(message, name, value)
    second = core.clock.ts().partition(".")[0]
    message.edited = {"user": editor, "ts": f"{second}.000000"}  # Slack: to the second
    events.message_changed(core, message, previous)


def delete(core: Core, message: Message) -> None:
    """Slack: a root that has replies stays as a tombstone, so does its thread."""
    channel = core.world.channels[message.channel]
    previous = message_json(core.world, message)
    if channel.threads.get(message.ts):
        _bury(channel, message)
        events.message_changed(core, message, previous)
        return
    _remove(channel, message)
    events.message_deleted(core, message, previous)
    root = channel.messages.get(message.thread_ts or "")
    if root is not None and root.subtype == TOMBSTONE and root.ts not in channel.threads:
        _remove(channel, root)
        core.world.touch()


def _bury(channel: Channel, message: Message) -> None:
    channel.deleted.append(_copy(message))
    message.subtype = TOMBSTONE
    message.text = "This message was deleted."
    message.user = SLACKBOT
    message.bot_id = message.app_id = message.username = message.icons = None
    message.metadata = message.client_msg_id = message.edited = None
    message.blocks, message.attachments, message.files = [], [], []
    message.reactions = {}
    message.extra = {"hidden": True}


def _copy(message: Message) -> Message:
    return Message(**vars(message))


def _remove(channel: Channel, message: Message) -> None:
    channel.messages.pop(message.ts)
    channel.deleted.append(message)
    replies = channel.threads.get(message.thread_ts or "")
    if replies and message.ts in replies:
        replies.remove(message.ts)
        if not replies:
            del channel.threads[str(message.thread_ts)]


def react(core: Core, message: Message, *, user: str, name: str) -> bool:
    users = message.reactions.setdefault(name, [])
    if user in users:
        return False
    users.append(user)
    events.reaction(core, message, user=user, name=name, added=True)
    return True


def unreact(core: Core, message: Message, *, user: str, name: str) -> bool:
    users = message.reactions.get(name, [])
    if user not in users:
        return False
    users.remove(user)
    if not users:
        del message.reactions[name]
    events.reaction(core, message, user=user, name=name, added=False)
    return True


def join(core: Core, channel: Channel, user: str, *, inviter: str = "") -> None:
    channel.members.append(user)
    note = Message(
        ts=core.clock.ts(),
        channel=channel.id,
        team=channel.team_id,
        user=user,
        subtype="channel_join" if channel.kind == "channel" else "group_join",
        text=f"<@{user}> has joined the channel",
        extra={"inviter": inviter} if inviter else {},
    )
    post(core, channel, note)
    events.membership(core, channel, user=user, joined=True, inviter=inviter)


def leave(core: Core, channel: Channel, user: str) -> None:
    """Slack: a bot that is taken out gets channel_left; the others hear of the leaver."""
    channel.members.remove(user)
    prefix = "channel" if channel.kind == "channel" else "group"
    note = Message(
        ts=core.clock.ts(),
        channel=channel.id,
        team=channel.team_id,
        user=user,
        subtype=f"{prefix}_leave",
        text=f"<@{user}> has left the channel",
    )
    post(core, channel, note)
    events.membership(core, channel, user=user, joined=False)
    for app in core.world.apps.values():
        if app.bot_user == user:
            left = {"type": f"{prefix}_left", "channel": channel.id, "actor_id": ""}
            events.emit_to(core, app, left)


def finish_file(file: File) -> None:
    """What processing finds out about an upload."""
    guessed = mimetypes.guess_type(file.name)[0] or _sniff(file.content)
    file.mimetype = guessed
    suffix = file.name.rpartition(".")[2].lower() if "." in file.name else ""
    file.filetype = {"jpeg": "jpg", "txt": "text"}.get(suffix, suffix) or "binary"
    file.ready = True


def _sniff(content: bytes) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "text/plain"
