"""Records as Slack's JSON."""

from urllib.parse import quote

from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import (
    CHANNEL,
    GROUP,
    IM,
    MPIM,
    App,
    Channel,
    File,
    Group,
    Message,
    User,
    View,
)
from tests.emulators.slack.world import World


def bot_profile(app: App) -> Json:
    return {
        "id": app.bot_id,
        "app_id": app.id,
        "name": app.name,
        "team_id": app.team_id,
        "deleted": False,
        "updated": 0,
        "icons": {"image_48": f"https://emoji.example/{app.id}.png"},
    }


def message_json(world: World, message: Message, *, metadata: bool = False) -> Json:
    body: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": message.team}
    _add_author(world, message, body)
    for name in ("subtype", "client_msg_id", "edited"):
        if value := getattr(message, name):
            body[name] = value
    if message.blocks:
        body["blocks"] = message.blocks
    if message.attachments:
        body["attachments"] = message.attachments
    if message.files:
        body["files"] = [file_json(world.files[one]) for one in message.files]
        body["upload"] = False
        body["display_as_bot"] = False
    if message.reactions:
        body["reactions"] = reactions_json(message)
    if metadata and message.metadata:
        body["metadata"] = message.metadata
    _add_thread(world, message, body)
    return {**body, **message.extra}


def _add_author(world: World, message: Message, body: Json) -> None:
    """Slack: a customised bot message has subtype bot_message, a username and no user."""
    if message.user and message.subtype != "bot_message":
        body["user"] = message.user
    if message.bot_id:
        body["bot_id"] = message.bot_id
        body["app_id"] = message.app_id
        if message.subtype == "bot_message":
            body["username"] = message.username
            body["icons"] = message.icons or {}
        elif message.app_id in world.apps:
            body["bot_profile"] = bot_profile(world.apps[message.app_id])


def _add_thread(world: World, message: Message, body: Json) -> None:
    channel = world.channels[message.channel]
    if message.thread_ts and message.thread_ts != message.ts:
        body["thread_ts"] = message.thread_ts
        root = channel.messages.get(message.thread_ts)
        if root and root.user:
            body["parent_user_id"] = root.user
        if message.broadcast and root:
            body["root"] = message_json(world, root)
    elif replies := channel.threads.get(message.ts):
        authors = [channel.messages[ts].user or channel.messages[ts].bot_id for ts in replies]
        body |= {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users": list(dict.fromkeys(one for one in authors if one))[:5],
            "reply_users_count": len(set(authors)),
            "latest_reply": replies[-1],
            "is_locked": False,
            "subscribed": False,
        }


def reactions_json(message: Message) -> list[Json]:
    return [
        {"name": name, "users": users, "count": len(users)}
        for name, users in message.reactions.items()
    ]


def file_json(file: File) -> Json:
    """Slack: until an upload is processed, its type is unknown and it has no shares."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    place = f"{file.base}/files-pri/{file.team_id}-{file.id}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.filetype.upper(),
        "user": file.user,
        "user_team": file.team_id,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "file_access": "visible",
        "permalink": f"https://{file.team_id.lower()}.slack.example/files/{file.id}",
        "has_rich_preview": False,
        "url_private": f"{place}/{quote(file.name)}",
        "url_private_download": f"{place}/download/{quote(file.name)}",
    }


def shares_json(world: World, file: File) -> Json:
    shares: Json = {}
    for channel_id, ts in file.shares:
        channel = world.channels[channel_id]
        message = channel.messages.get(ts)
        if message is None:
            continue
        entry: Json = {"ts": ts, "channel_name": channel.name, "team_id": message.team}
        if message.thread_ts:
            entry["thread_ts"] = message.thread_ts
        family = "public" if channel.kind == CHANNEL else "private"
        shares.setdefault(family, {}).setdefault(channel_id, []).append(entry)
    return shares


def user_json(user: User, *, viewer: App, email: bool) -> Json:
    """Slack: an address is there only with users:read.email."""
    stranger = user.team_id != viewer.team_id
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "team": user.team_id,
        "title": "",
        "image_24": user.image,
        "image_48": user.image,
        "image_72": user.image,
        "image_192": user.image,
        "image_512": user.image,
    }
    if email and user.email and not stranger:
        profile["email"] = user.email
    if user.bot_id:
        profile |= {"bot_id": user.bot_id, "api_app_id": user.app_id}
    return {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "real_name": user.real_name,
        "tz": user.tz,
        "locale": user.locale,
        "profile": profile,
        "is_admin": user.is_admin or user.is_owner,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_owner,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "is_stranger": stranger,
        "updated": 0,
    }


def group_json(group: Group, *, users: bool) -> Json:
    body: Json = {
        "id": group.id,
        "team_id": group.team_id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "date_delete": 1 if group.disabled else 0,
        "user_count": len(group.users),
    }
    return {**body, "users": list(group.users)} if users else body


def channel_json(channel: Channel, *, viewer: App) -> Json:
    body: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == IM,
        "is_mpim": channel.kind == MPIM,
        "is_channel": channel.kind == CHANNEL,
        "is_group": channel.kind == GROUP,
        "is_private": channel.kind != CHANNEL,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "context_team_id": channel.team_id,
    }
    if channel.kind == IM:
        other = next((one for one in channel.members if one != viewer.bot_user), "")
        return {**body, "user": other, "is_open": True}
    return {
        **body,
        "name": channel.name,
        "name_normalized": channel.name,
        "creator": channel.creator,
        "is_member": viewer.bot_user in channel.members,
        "is_general": channel.name == "general",
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def view_json(view: View, *, app: App) -> Json:
    body = view.body
    return {
        "id": view.id,
        "team_id": view.team_id,
        "app_id": view.app_id,
        "app_installed_team_id": view.team_id,
        "bot_id": app.bot_id,
        "type": body["type"],
        "title": body.get("title"),
        "submit": body.get("submit"),
        "close": body.get("close"),
        "blocks": body["blocks"],
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "external_id": body.get("external_id", ""),
        "clear_on_close": bool(body.get("clear_on_close")),
        "notify_on_close": bool(body.get("notify_on_close")),
        "state": {"values": view.state},
        "hash": view.hash,
        "root_view_id": view.root,
        "previous_view_id": view.previous,
    }
