"""What people do."""

from tests.emulators.slack import interactions, messages, modals
from tests.emulators.slack import text as texts
from tests.emulators.slack.control.registry import verb
from tests.emulators.slack.core import Core
from tests.emulators.slack.errors import ControlError, Json
from tests.emulators.slack.model import Channel, Message, User
from tests.emulators.slack.render import message_json, view_json
from tests.emulators.slack.values import new_file


def _shown(core: Core, message: Message) -> Json:
    return {**message_json(core.world, message, metadata=True), "channel": message.channel}


def _writer(core: Core, body: Json) -> tuple[User, Channel]:
    user, channel = core.world.user(body["user"]), core.world.channel(body["channel"])
    interactions.refuse_outsiders(channel, user)
    if channel.is_archived:
        raise ControlError("is_archived", channel=channel.id)
    return user, channel


@verb("post")
async def post(core: Core, body: Json) -> Json:
    """`literal` types the text letter by letter, so that nothing in it means anything."""
    user, channel = _writer(core, body)
    raw = body.get("text", "")
    stored = texts.literal(raw) if body.get("literal") else texts.stored(raw)
    thread = body.get("thread_ts")
    root = channel.messages.get(thread) if thread else None
    if thread and (root is None or root.thread_ts):
        raise ControlError("no_such_thread", thread_ts=thread)
    files = [new_file(core, user.id, one) for one in body.get("files", [])]
    if not stored.strip() and not files:
        raise ControlError("nothing_to_post")
    blocks = body.get("blocks") or _rich(core, stored)
    message = Message(
        ts=core.clock.ts(),
        channel=channel.id,
        team=user.team_id,
        user=user.id,
        text=stored,
        blocks=blocks,
        made_blocks="blocks" not in body,
        thread_ts=thread,
        broadcast=body.get("broadcast", False),
        client_msg_id=core.ids.token(32),
        files=[file.id for file in files],
    )
    if channel.is_ext_shared:
        message.extra = {"user_team": user.team_id, "source_team": user.team_id}
    messages.post(core, channel, message)
    return {"ok": True, "message": _shown(core, message)}


def _rich(core: Core, stored: str) -> list[Json]:
    return [texts.rich_text(stored, core.ids.new("", 5))] if stored else []


def _own(core: Core, body: Json) -> Message:
    message = core.world.message(body["channel"], body["ts"])
    if message.user != body["user"]:
        raise ControlError("not_your_message")
    return message


@verb("edit")
async def edit(core: Core, body: Json) -> Json:
    message = _own(core, body)
    stored = texts.literal(body["text"]) if body.get("literal") else texts.stored(body["text"])
    changes = {"text": stored, "blocks": _rich(core, stored)}
    messages.edit(core, message, editor=message.user, changes=changes)
    return {"ok": True, "message": _shown(core, message)}


@verb("delete")
async def delete(core: Core, body: Json) -> Json:
    """`anyone` lets an admin delete what others wrote."""
    user = core.world.user(body["user"])
    message = core.world.message(body["channel"], body["ts"])
    if message.user != user.id and not (user.is_admin or user.is_owner):
        raise ControlError("not_your_message")
    messages.delete(core, message)
    return {"ok": True}


@verb("react")
async def react(core: Core, body: Json) -> Json:
    message = core.world.message(body["channel"], body["ts"])
    interactions.refuse_outsiders(
        core.world.channel(message.channel), core.world.user(body["user"])
    )
    change = messages.unreact if body.get("remove") else messages.react
    return {"ok": change(core, message, user=body["user"], name=body["name"])}


@verb("command")
async def command(core: Core, body: Json) -> Json:
    return await interactions.command(
        core,
        user=core.world.user(body["user"]),
        name=body["command"],
        text=body.get("text", ""),
        channel=core.world.channel(body["channel"]),
        thread_ts=body.get("thread_ts"),
    )


@verb("act")
async def act(core: Core, body: Json) -> Json:
    """Press or choose: `action` is an action_id (or block_id), `value` what is chosen."""
    return await interactions.act(
        core,
        user=core.world.user(body["user"]),
        place=interactions.place_for(core, body),
        name=body["action"],
        value=body.get("value"),
    )


@verb("suggest")
async def suggest(core: Core, body: Json) -> Json:
    return await interactions.suggest(
        core,
        user=core.world.user(body["user"]),
        place=interactions.place_for(core, body),
        name=body["action"],
        query=body.get("query", ""),
    )


@verb("fill")
async def fill(core: Core, body: Json) -> Json:
    view = modals.fill(core, body["view"], body["values"])
    return {"ok": True, "view": view_json(view, app=core.world.app(view.app_id))}


@verb("submit")
async def submit(core: Core, body: Json) -> Json:
    return await modals.submit(
        core, user=body["user"], view_id=body["view"], values=body.get("values", {})
    )


@verb("close")
async def close(core: Core, body: Json) -> Json:
    whole = bool(body.get("whole_stack"))
    return await modals.close(core, user=body["user"], view_id=body["view"], whole_stack=whole)


@verb("shortcut")
async def shortcut(core: Core, body: Json) -> Json:
    user = core.world.user(body["user"])
    if "ts" not in body:
        return await interactions.global_shortcut(core, user=user, callback_id=body["callback_id"])
    return await interactions.message_shortcut(
        core,
        user=user,
        channel=core.world.channel(body["channel"]),
        ts=body["ts"],
        callback_id=body["callback_id"],
    )


@verb("home")
async def home(core: Core, body: Json) -> Json:
    return interactions.open_home(
        core,
        user=core.world.user(body["user"]),
        app=core.world.app(body.get("app")),
        tab=body.get("tab", "home"),
    )
