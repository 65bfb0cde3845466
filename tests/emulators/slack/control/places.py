"""What happens to channels: people come and go, Slack leaves notes, links unfold."""

from tests.emulators.slack import events, messages
from tests.emulators.slack.control.registry import verb
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import Json
from tests.emulators.slack.model import IM, Channel, Message
from tests.emulators.slack.render import message_json


@verb("open_dm")
async def open_dm(core: Core, body: Json) -> Json:
    """A person opens the direct conversation with the app."""
    app, user = core.world.app(body.get("app")), core.world.user(body["user"])
    known = core.world.direct_message(app, user.id)
    if known is None:
        known = Channel(
            id=core.ids.new("D"),
            team_id=app.team_id,
            name="",
            kind=IM,
            created=int(core.clock.now()),
            members=[app.bot_user, user.id],
        )
        core.world.channels[known.id] = known
    return {"ok": True, "channel": known.id}


@verb("join")
async def join(core: Core, body: Json) -> Json:
    """A person, or by invitation a bot, joins a channel."""
    channel, user = core.world.channel(body["channel"]), core.world.user(body["user"])
    if user.id not in channel.members:
        messages.join(core, channel, user.id, inviter=body.get("inviter", ""))
    return {"ok": True}


@verb("leave")
async def leave(core: Core, body: Json) -> Json:
    channel = core.world.channel(body["channel"])
    if body["user"] in channel.members:
        messages.leave(core, channel, body["user"])
    return {"ok": True}


@verb("lifecycle")
async def lifecycle(core: Core, body: Json) -> Json:
    """`what`: archive, unarchive, rename (with `name`), deleted."""
    channel, what = core.world.channel(body["channel"]), body["what"]
    if what == "rename":
        channel.name = body["name"]
    elif what == "deleted":
        del core.world.channels[channel.id]
    else:
        channel.is_archived = what == "archive"
    events.lifecycle(core, channel, what, user=body.get("user", ""))
    return {"ok": True}


@verb("system_note")
async def system_note(core: Core, body: Json) -> Json:
    """A message that Slack writes itself: `subtype` channel_topic, pinned_item, bot_add…"""
    channel = core.world.channel(body["channel"])
    note = Message(
        ts=core.clock.ts(),
        channel=channel.id,
        team=channel.team_id,
        user=body.get("user"),
        subtype=body["subtype"],
        text=body.get("text", ""),
        extra=body.get("extra", {}),
    )
    messages.post(core, channel, note)
    return {"ok": True, "message": message_json(core.world, note)}


@verb("unfold_link")
async def unfold_link(core: Core, body: Json) -> Json:
    """Slack: a link's preview comes as message_changed without an `edited`."""
    message = core.world.message(body["channel"], body["ts"])
    previous = message_json(core.world, message)
    title = body.get("title", "Preview")
    message.attachments.append({"id": 1, "title": title, "from_url": body.get("url", "")})
    events.message_changed(core, message, previous)
    return {"ok": True}
