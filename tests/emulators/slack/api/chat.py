"""chat.* — Slack: reference/methods/chat.postMessage and its neighbours."""

from tests.emulators.slack import messages
from tests.emulators.slack.api import content
from tests.emulators.slack.api.registry import Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import IM, Channel, Ephemeral, Message
from tests.emulators.slack.render import message_json

CUSTOM = ("username", "icon_url", "icon_emoji")


@method("chat.postMessage", "chat:write")
async def post_message(context: Context) -> Json:
    args = context.args
    channel = target(context, args.required("channel"))
    body = content.read_content(context)
    message = Message(
        ts=context.core.clock.ts(),
        channel=channel.id,
        team=context.app.team_id,
        text=body.text,
        blocks=body.blocks,
        made_blocks=body.made_blocks,
        attachments=body.attachments,
        user=context.app.bot_user,
        bot_id=context.app.bot_id,
        app_id=context.app.id,
        thread_ts=args.text("thread_ts") or None,
        broadcast=args.flag("reply_broadcast"),
        metadata=content.read_metadata(context),
        unfurl={
            "unfurl_links": args.flag("unfurl_links"),
            "unfurl_media": args.flag("unfurl_media", default=True),
        },
    )
    _customise(context, message)
    messages.post(context.core, channel, message)
    shown = message_json(context.world, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def _customise(context: Context, message: Message) -> None:
    """Slack: a name or picture of its own needs chat:write.customize."""
    args = context.args
    if not any(args.text(name) for name in CUSTOM):
        return
    context.need("chat:write.customize")
    message.subtype = "bot_message"
    message.username = args.text("username") or context.app.name
    if args.text("icon_url"):
        message.icons = {"image_48": args.text("icon_url")}
    elif args.text("icon_emoji"):
        message.icons = {"emoji": args.text("icon_emoji")}


def target(context: Context, name: str) -> Channel:
    """Where a message may go: an id, a #name, or a user's id for a direct message."""
    world, app = context.world, context.app
    if name in world.users and name not in world.channels:
        return open_direct_message(context, name)
    channel = world.channel_named(app, name) if name not in world.channels else None
    channel = channel or world.visible_channel(app, name)
    if channel.is_archived:
        raise ApiError("is_archived")
    if app.bot_user not in channel.members and "chat:write.public" not in app.scopes:
        raise ApiError("not_in_channel")
    return channel


def open_direct_message(context: Context, user_id: str) -> Channel:
    world, app = context.world, context.app
    context.need("im:write")
    user = world.visible_user(app, user_id)
    if user.is_bot:
        raise ApiError("cannot_dm_bot")
    if user.deleted:
        raise ApiError("user_disabled")
    known = world.direct_message(app, user_id)
    if known is None:
        known = Channel(
            id=context.core.ids.new("D"),
            team_id=app.team_id,
            name="",
            kind=IM,
            created=int(context.core.clock.now()),
            members=[app.bot_user, user_id],
        )
        world.channels[known.id] = known
    return known


@method("chat.postEphemeral", "chat:write")
async def post_ephemeral(context: Context) -> Json:
    """Slack: only members of the channel can see one; it carries no files."""
    args = context.args
    channel = target(context, args.required("channel"))
    user = args.required("user")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    body = content.read_content(context)
    if any(args.text(name) for name in CUSTOM):
        context.need("chat:write.customize")
    note = Ephemeral(
        ts=context.core.clock.ts(),
        channel=channel.id,
        user=user,
        app_id=context.app.id,
        text=body.text,
        blocks=body.blocks,
        thread_ts=args.text("thread_ts") or None,
    )
    context.world.ephemerals.append(note)
    return {"message_ts": note.ts}


@method("chat.update", "chat:write")
async def update(context: Context) -> Json:
    """Slack: blocks that are not given stay; an empty list takes them away."""
    args = context.args
    channel = context.joined_channel()
    if channel.is_archived:
        raise ApiError("is_archived")
    message = own_message(context, channel, args.required("ts"), "cant_update_message")
    body = content.read_content(context, updating=True)
    changes: Json = {"text": body.text}
    if "blocks" in args or message.made_blocks:
        changes |= {"blocks": body.blocks, "made_blocks": body.made_blocks}
    if "attachments" in args:
        changes["attachments"] = body.attachments
    if "metadata" in args:
        changes["metadata"] = content.read_metadata(context)
    messages.edit(context.core, message, editor=context.app.bot_user, changes=changes)
    shown = message_json(context.world, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def own_message(context: Context, channel: Channel, ts: str, error: str) -> Message:
    message = channel.messages.get(ts)
    if message is None or message.subtype == messages.TOMBSTONE:
        raise ApiError("message_not_found")
    if message.app_id != context.app.id:
        raise ApiError(error)
    return message


@method("chat.delete", "chat:write")
async def delete(context: Context) -> Json:
    channel = context.joined_channel()
    ts = context.args.required("ts")
    message = own_message(context, channel, ts, "cant_delete_message")
    messages.delete(context.core, message)
    return {"channel": channel.id, "ts": ts}


@method("chat.getPermalink")
async def permalink(context: Context) -> Json:
    channel = context.channel()
    ts = context.args.required("message_ts")
    message = channel.messages.get(ts)
    if message is None:
        raise ApiError("message_not_found")
    domain = context.world.workspaces[channel.team_id].domain
    link = f"https://{domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
