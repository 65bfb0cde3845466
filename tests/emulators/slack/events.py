"""Events: what they look like and which app gets them."""

from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import CHANNEL, GROUP, IM, MPIM, App, Channel, Message, User
from tests.emulators.slack.render import message_json, user_json

WRITTEN = {None, "bot_message", "thread_broadcast"}
MESSAGE_KINDS = {CHANNEL: "channels", GROUP: "groups", IM: "im", MPIM: "mpim"}
# Slack: each event type's page names the scopes it needs; any one of them will do.
SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "channel_archive": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_left": ("channels:read",),
    "group_archive": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_deleted": ("groups:read",),
    "group_left": ("groups:read",),
    "file_shared": ("files:read",),
    "file_created": ("files:read",),
    "file_deleted": ("files:read",),
    "user_change": ("users:read",),
    "team_join": ("users:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
}


def wants(app: App, event: Json, channel: Channel | None) -> bool:
    """Slack: an app hears what it subscribed to, has the scope for and is a member of."""
    kind = str(event["type"])
    if kind == "message" and channel is not None:
        family = MESSAGE_KINDS[channel.kind]
        name = f"message.{family}"
        scopes: tuple[str, ...] = (f"{family}:history",)
    else:
        name, scopes = kind, SCOPES.get(kind, ())
    scoped = not scopes or any(scope in app.scopes for scope in scopes)
    member = channel is None or app.bot_user in channel.members
    return name in app.events and scoped and member and not app.revoked


def emit(core: Core, event: Json, *, channel: Channel | None = None, team: str = "") -> None:
    event.setdefault("event_ts", core.clock.ts())
    place = channel.team_id if channel else team
    for app in core.world.apps.values():
        if (channel is not None or app.team_id == place) and wants(app, event, channel):
            core.dispatcher.event(app, event, channel)
    core.world.touch()


def emit_to(core: Core, app: App, event: Json) -> None:
    """An event meant for one app whatever it is a member of."""
    event.setdefault("event_ts", core.clock.ts())
    if wants(app, event, None):
        core.dispatcher.event(app, event, None)
    core.world.touch()


def message_posted(core: Core, message: Message) -> None:
    channel = core.world.channels[message.channel]
    body = message_json(core.world, message)
    if message.files and not message.subtype:
        body["subtype"] = "file_share"
    if channel.is_ext_shared and message.files:
        _hide_foreign_files(core, body)
    event = {**body, "channel": channel.id, "channel_type": channel.kind, "event_ts": message.ts}
    emit(core, event, channel=channel)
    _mentions(core, message, body, channel)


def _hide_foreign_files(core: Core, body: Json) -> None:
    """Slack: in Slack Connect channels a file comes as an id to look up with files.info."""
    for number, file in enumerate(body["files"]):
        body["files"][number] = {
            "id": file["id"],
            "mode": "file_access",
            "file_access": "check_file_info",
            "created": 0,
            "timestamp": 0,
            "user": "",
        }


def _mentions(core: Core, message: Message, body: Json, channel: Channel) -> None:
    """Slack: app_mention is not sent in direct messages, nor for notes of the system."""
    if channel.kind == IM or message.subtype not in WRITTEN:
        return
    for app in core.world.apps.values():
        named = f"<@{app.bot_user}>" in message.text or f"<@{app.bot_user}|" in message.text
        if named and message.app_id != app.id:
            event = {k: v for k, v in body.items() if k != "subtype"}
            event |= {"type": "app_mention", "channel": channel.id, "event_ts": message.ts}
            if wants(app, event, channel):
                core.dispatcher.event(app, event, channel)


def message_changed(core: Core, message: Message, previous: Json) -> None:
    channel = core.world.channels[message.channel]
    emit(core, _hidden(core, channel, "message_changed", message, previous), channel=channel)


def message_deleted(core: Core, message: Message, previous: Json) -> None:
    channel = core.world.channels[message.channel]
    event = _hidden(core, channel, "message_deleted", None, previous)
    event["deleted_ts"] = message.ts
    emit(core, event, channel=channel)


def _hidden(
    core: Core, channel: Channel, subtype: str, message: Message | None, previous: Json
) -> Json:
    ts = core.clock.ts()
    event: Json = {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "previous_message": previous,
        "channel": channel.id,
        "channel_type": channel.kind,
        "ts": ts,
        "event_ts": ts,
    }
    if message is not None:
        event["message"] = message_json(core.world, message)
    return event


def reaction(core: Core, message: Message, *, user: str, name: str, added: bool) -> None:
    event: Json = {
        "type": "reaction_added" if added else "reaction_removed",
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
    }
    if message.user:
        event["item_user"] = message.user
    emit(core, event, channel=core.world.channels[message.channel])


def membership(core: Core, channel: Channel, *, user: str, joined: bool, inviter: str = "") -> None:
    event: Json = {
        "type": "member_joined_channel" if joined else "member_left_channel",
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == CHANNEL else "G",
        "team": channel.team_id,
    }
    if inviter:
        event["inviter"] = inviter
    emit(core, event, channel=channel)


def profile_changed(core: Core, user: User) -> None:
    for app in core.world.apps.values():
        if app.team_id == user.team_id:
            email = "users:read.email" in app.scopes
            shown = user_json(user, viewer=app, email=email)
            emit_to(core, app, {"type": "user_change", "user": shown})


def lifecycle(core: Core, channel: Channel, what: str, *, user: str) -> None:
    """`archive`, `unarchive`, `rename`, `deleted`: prefixed channel_ or group_."""
    prefix = "channel" if channel.kind == CHANNEL else "group"
    event: Json = {"type": f"{prefix}_{what}", "channel": channel.id, "user": user}
    if what == "rename":
        event["channel"] = {"id": channel.id, "name": channel.name, "created": channel.created}
    emit(core, event, channel=channel)
