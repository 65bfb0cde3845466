"""files.* — Slack: ask for an upload URL, send the bytes, complete the upload."""

from tests.emulators.slack import events, messages, text
from tests.emulators.slack.api.content import read_blocks
from tests.emulators.slack.api.registry import Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.model import App, Channel, File, Message
from tests.emulators.slack.render import file_json, message_json, shares_json
from tests.emulators.slack.world import World

SIZE_LIMIT = 1_000_000_000


@method("files.getUploadURLExternal", "files:write")
async def get_upload_url(context: Context) -> Json:
    name = context.args.required("filename")
    context.args.required("length")
    length = context.args.number("length", 0)
    if length < 1:
        problem = "must be greater than 0 [json-pointer:/length]"
        raise ApiError("invalid_arguments", messages=[problem])
    if length > SIZE_LIMIT:
        raise ApiError("file_upload_size_restricted")
    core = context.core
    file = File(
        id=core.ids.new("F"),
        team_id=context.app.team_id,
        name=name,
        title=name,
        user=context.app.bot_user,
        created=int(core.clock.now()),
        length=length,
        alt_txt=context.args.text("alt_txt"),
        base=core.base,
    )
    core.world.files[file.id] = file
    ticket = core.ids.token(32)
    core.world.upload_urls[ticket] = file.id
    return {"upload_url": f"{core.base}/upload/v1/{ticket}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
async def complete(context: Context) -> Json:
    """Slack: answers at once; the share shows up when processing is over."""
    sent = context.args.json("files", error="invalid_arguments")
    if not isinstance(sent, list) or not sent:
        raise ApiError("invalid_arguments", messages=["files [json-pointer:/files]"])
    found = [_uploaded(context, one) for one in sent]
    names = context.args.ids("channel_id") or context.args.ids("channels")
    channels = [_destination(context, name) for name in names]
    if len(channels) > 1 and context.args.text("thread_ts"):
        raise ApiError("invalid_arguments", messages=["thread_ts goes with one channel"])
    comment = context.args.text("initial_comment")
    raw = None if comment else context.args.json("blocks", error="invalid_blocks_format")
    blocks = read_blocks(context, raw)
    for file, one in zip(found, sent, strict=True):
        file.completed = True
        file.title = str(one.get("title") or file.name)
    context.core.spawn(_process(context, found, channels, text.stored(comment), blocks))
    return {"files": [{"id": one.id, "title": one.title} for one in found]}


def _destination(context: Context, name: str) -> Channel:
    """Slack: files go to channels by id, and only where the bot is a member."""
    channel = context.world.visible_channel(context.app, name)
    if channel.is_archived:
        raise ApiError("is_archived")
    if context.app.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _uploaded(context: Context, sent: Json) -> File:
    """Slack: an upload can be completed once, by its owner, after the bytes came."""
    file = context.world.files.get(str(sent.get("id")) if isinstance(sent, dict) else "")
    mine = file is not None and file.user == context.app.bot_user
    if file is None or not mine or not file.uploaded or file.completed:
        raise ApiError("file_not_found")
    return file


async def _process(
    context: Context, found: list[File], channels: list[Channel], comment: str, blocks: list[Json]
) -> None:
    await context.core.clock.sleep(context.core.config.file_delay)
    for file in found:
        messages.finish_file(file)
    for channel in channels:
        message = Message(
            ts=context.core.clock.ts(),
            channel=channel.id,
            team=context.app.team_id,
            text=comment,
            blocks=blocks,
            user=context.app.bot_user,
            bot_id=context.app.bot_id,
            app_id=context.app.id,
            thread_ts=context.args.text("thread_ts") or None,
            files=[file.id for file in found],
        )
        messages.post(context.core, channel, message)
    context.world.touch()


def visible_file(context: Context, file_id: str) -> File:
    file = context.world.files.get(file_id)
    if file is None or not file.completed or not sees(context.world, context.app, file):
        raise ApiError("file_not_found")
    if file.deleted:
        raise ApiError("file_deleted")
    return file


def sees(world: World, app: App, file: File) -> bool:
    """A bot sees its own files, those given to it in a modal, and those in its channels."""
    shared = (world.channels[channel] for channel, _ in file.shares)
    given = file.user == app.bot_user or app.id in file.given_to
    return given or any(app.bot_user in one.members for one in shared)


@method("files.info", "files:read")
async def info(context: Context) -> Json:
    file = visible_file(context, context.args.required("file"))
    body = file_json(file)
    if context.core.config.shares_told:
        body["shares"] = shares_json(context.world, file)
    body["channels"] = sorted({channel for channel, _ in file.shares})
    return {"file": body, "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", "files:write")
async def delete(context: Context) -> Json:
    file = visible_file(context, context.args.required("file"))
    if file.user != context.app.bot_user:
        raise ApiError("cant_delete_file")
    before = _messages_with(context, file)
    file.deleted = True
    file.content = b""
    for message, previous in before:
        events.message_changed(context.core, message, previous)
    event = {"type": "file_deleted", "file_id": file.id}
    events.emit(context.core, event, team=file.team_id)
    return {}


def _messages_with(context: Context, file: File) -> list[tuple[Message, Json]]:
    found = (context.world.channels[channel].messages.get(ts) for channel, ts in file.shares)
    return [(one, message_json(context.world, one)) for one in found if one is not None]
