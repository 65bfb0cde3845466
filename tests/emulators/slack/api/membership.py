"""conversations.* for changing: open, join, create, archive, invite, kick, leave."""

import re

from tests.emulators.slack import events, messages
from tests.emulators.slack.api.chat import open_direct_message
from tests.emulators.slack.api.registry import Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import CHANNEL, GROUP, IM, MPIM, Channel
from tests.emulators.slack.render import channel_json

NAME = re.compile(r"[\w-]{1,80}")
MANAGE = ("channels:manage", "groups:write")


@method("conversations.open", "im:write", "mpim:write")
async def open_conversation(context: Context) -> Json:
    users = context.args.ids("users")
    if not users:
        channel = context.channel()
        return {"channel": channel_json(channel, viewer=context.app), "already_open": True}
    if len(users) > 8:
        raise ApiError("too_many_users")
    known = context.world.direct_message(context.app, users[0])
    channel = open_direct_message(context, users[0]) if len(users) == 1 else _group(context, users)
    context.world.touch()
    full = context.args.flag("return_im")
    shown = channel_json(channel, viewer=context.app) if full else {"id": channel.id}
    return {"channel": shown, "already_open": known is not None, "no_op": known is not None}


def _group(context: Context, users: list[str]) -> Channel:
    context.need("mpim:write")
    members = [context.app.bot_user, *users]
    for user in users:
        context.world.visible_user(context.app, user)
    for channel in context.world.channels.values():
        if channel.kind == MPIM and set(channel.members) == set(members):
            return channel
    return _make(context, name="mpdm", kind=MPIM, members=members)


def _make(context: Context, *, name: str, kind: str, members: list[str]) -> Channel:
    channel = Channel(
        id=context.core.ids.new("C"),
        team_id=context.app.team_id,
        name=name,
        kind=kind,
        creator=context.app.bot_user,
        created=int(context.core.clock.now()),
        members=members,
    )
    context.world.channels[channel.id] = channel
    return channel


@method("conversations.create", *MANAGE)
async def create(context: Context) -> Json:
    """Slack: names have no capitals, spaces or dots, and at most 80 characters."""
    name = context.args.required("name")
    kind = GROUP if context.args.flag("is_private") else CHANNEL
    context.need("groups:write" if kind == GROUP else "channels:manage")
    if len(name) > 80:
        raise ApiError("invalid_name_maxlength")
    if not NAME.fullmatch(name) or name != name.lower():
        raise ApiError("invalid_name_specials")
    same_team = (c for c in context.world.channels.values() if c.team_id == context.app.team_id)
    if any(channel.name == name for channel in same_team):
        raise ApiError("name_taken")
    channel = _make(context, name=name, kind=kind, members=[context.app.bot_user])
    if kind == CHANNEL:
        made = {"id": channel.id, "name": name, "created": channel.created}
        made["creator"] = channel.creator
        event = {"type": "channel_created", "channel": made}
        events.emit(context.core, event, team=channel.team_id)
    return {"channel": channel_json(channel, viewer=context.app)}


@method("conversations.join", "channels:join")
async def join(context: Context) -> Json:
    channel = context.channel()
    if channel.kind != CHANNEL:
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    body = {"channel": channel_json(channel, viewer=context.app)}
    if context.app.bot_user in channel.members:
        return {**body, "warning": "already_in_channel"}
    messages.join(context.core, channel, context.app.bot_user)
    return {"channel": channel_json(channel, viewer=context.app)}


@method("conversations.leave", *MANAGE)
async def leave(context: Context) -> Json:
    channel = context.channel()
    if context.app.bot_user not in channel.members:
        return {"not_in_channel": True}
    messages.leave(context.core, channel, context.app.bot_user)
    return {}


@method("conversations.archive", *MANAGE)
async def archive(context: Context) -> Json:
    channel = _managed(context)
    if channel.is_archived:
        raise ApiError("already_archived")
    if channel.name == "general":
        raise ApiError("cant_archive_general")
    channel.is_archived = True
    events.lifecycle(context.core, channel, "archive", user=context.app.bot_user)
    return {}


@method("conversations.invite", *MANAGE, "channels:write.invites", "groups:write.invites")
async def invite(context: Context) -> Json:
    channel = _managed(context, invites=True)
    users = context.args.ids("users")
    if not users:
        raise ApiError("no_user")
    for user in users:
        context.world.visible_user(context.app, user)
        if user == context.app.bot_user:
            raise ApiError("cant_invite_self")
        if user in channel.members:
            raise ApiError("already_in_channel")
    for user in users:
        messages.join(context.core, channel, user, inviter=context.app.bot_user)
    return {"channel": channel_json(channel, viewer=context.app)}


@method("conversations.kick", *MANAGE)
async def kick(context: Context) -> Json:
    channel = _managed(context)
    user = context.args.required("user")
    if user == context.app.bot_user:
        raise ApiError("cant_kick_self")
    if user not in channel.members:
        raise ApiError("not_in_channel")
    messages.leave(context.core, channel, user)
    return {}


def _managed(context: Context, *, invites: bool = False) -> Channel:
    channel = context.channel()
    if channel.kind in {IM, MPIM}:
        raise ApiError("method_not_supported_for_channel_type")
    scope = "channels:manage" if channel.kind == CHANNEL else "groups:write"
    extra = (f"{channel.scope}:write.invites",) if invites else ()
    context.need(scope, *extra)
    if context.app.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    return channel
