"""conversations.* for reading. Slack: scopes follow the kind of conversation."""

import base64
import binascii
from typing import TypeVar

from tests.emulators.slack.api.registry import Context, method
from tests.emulators.slack.errors import ApiError, Json
from tests.emulators.slack.messages import UNTHREADED
from tests.emulators.slack.model import Channel, Message
from tests.emulators.slack.render import channel_json, message_json

FAMILIES = ("channels", "groups", "im", "mpim")
READ = tuple(f"{family}:read" for family in FAMILIES)
HISTORY = tuple(f"{family}:history" for family in FAMILIES)
KINDS = {"public_channel": "channel", "private_channel": "group", "mpim": "mpim", "im": "im"}
SCOPE_OF_KIND = {"channel": "channels", "group": "groups", "mpim": "mpim", "im": "im"}
PAGE = 100
# Slack: unlisted commercial apps get 15 messages at a time.
SMALL_PAGE = 15
T = TypeVar("T")


def encode_cursor(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def decode_cursor(context: Context) -> str:
    raw = context.args.text("cursor")
    try:
        return base64.b64decode(raw, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError("invalid_cursor") from None


def page(context: Context, items: list[T], *, default: int = PAGE) -> tuple[list[T], Json]:
    """One page of a list, and the metadata that leads to the next."""
    limit = context.args.number("limit", default, error="invalid_limit") or default
    if not 1 <= limit <= 1000:
        raise ApiError("invalid_limit")
    start = int(decode_cursor(context).removeprefix("at:") or 0)
    rest = start + limit < len(items)
    cursor = encode_cursor(f"at:{start + limit}") if rest else ""
    return items[start : start + limit], {"response_metadata": {"next_cursor": cursor}}


@method("conversations.info", *READ)
async def info(context: Context) -> Json:
    channel = context.channel()
    context.need(f"{channel.scope}:read")
    body = channel_json(channel, viewer=context.app)
    if context.args.flag("include_num_members"):
        body["num_members"] = len(channel.members)
    return {"channel": body}


@method("conversations.list", *READ)
async def list_channels(context: Context) -> Json:
    """Slack: each type that is asked for needs its scope."""
    kinds = _kinds(context)
    found = [
        channel
        for channel in context.world.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or context.app.bot_user in channel.members)
        and (channel.team_id == context.app.team_id or context.app.bot_user in channel.members)
        and not (context.args.flag("exclude_archived") and channel.is_archived)
    ]
    return _listing(context, found)


@method("users.conversations", *READ)
async def users_conversations(context: Context) -> Json:
    kinds = _kinds(context)
    user = context.args.text("user") or context.app.bot_user
    found = [
        channel
        for channel in context.world.channels.values()
        if channel.kind in kinds
        and user in channel.members
        and (channel.kind == "channel" or context.app.bot_user in channel.members)
        and not (context.args.flag("exclude_archived") and channel.is_archived)
    ]
    return _listing(context, found)


def _kinds(context: Context) -> set[str]:
    names = context.args.ids("types") or ["public_channel"]
    if unknown := set(names) - set(KINDS):
        raise ApiError("invalid_types", types=sorted(unknown))
    kinds = {KINDS[name] for name in names}
    for kind in kinds:
        context.need(f"{SCOPE_OF_KIND[kind]}:read")
    return kinds


def _listing(context: Context, found: list[Channel]) -> Json:
    shown, metadata = page(context, found)
    return {"channels": [channel_json(one, viewer=context.app) for one in shown], **metadata}


@method("conversations.members", *READ)
async def members(context: Context) -> Json:
    channel = context.channel()
    context.need(f"{channel.scope}:read")
    shown, metadata = page(context, channel.members)
    return {"members": shown, **metadata}


@method("conversations.history", *HISTORY)
async def history(context: Context) -> Json:
    """Slack: newest first; replies are left out unless they were broadcast."""
    channel = _readable(context)
    visible = [
        one
        for one in channel.messages.values()
        if one.thread_ts is None or one.thread_ts == one.ts or one.broadcast
    ]
    return _messages(context, list(reversed(visible)))


@method("conversations.replies", *HISTORY)
async def replies(context: Context) -> Json:
    """Slack: oldest first, the root at the head of every page. `ts` may be a reply's."""
    channel = _readable(context)
    named = channel.messages.get(context.args.required("ts"))
    root = channel.messages.get(named.thread_ts or named.ts) if named else None
    if root is None or root.subtype in UNTHREADED:
        raise ApiError("thread_not_found")
    thread = [channel.messages[ts] for ts in channel.threads.get(root.ts, [])]
    return _messages(context, thread, root=root)


def _readable(context: Context) -> Channel:
    channel = context.channel()
    context.need(f"{channel.scope}:history")
    if context.app.bot_user not in channel.members:
        raise ApiError("not_in_channel")
    return channel


def _messages(context: Context, found: list[Message], *, root: Message | None = None) -> Json:
    args = context.args
    within = [one for one in found if _inside(context, one.ts)]
    if cursor := decode_cursor(context):
        start = next((i for i, one in enumerate(within) if f"ts:{one.ts}" == cursor), len(within))
        within = within[start:]
    limit = args.number("limit", PAGE, error="invalid_limit") or PAGE
    if not 1 <= limit <= 999:
        raise ApiError("invalid_limit")
    if context.core.config.non_marketplace:
        limit = min(limit, SMALL_PAGE)
    metadata = args.flag("include_all_metadata") and context.core.config.metadata_shown
    shown = ([root] if root else []) + within[:limit]
    body: Json = {
        "messages": [message_json(context.world, one, metadata=metadata) for one in shown],
        "has_more": len(within) > limit,
    }
    if len(within) > limit:
        next_cursor = encode_cursor(f"ts:{within[limit].ts}")
        if context.core.config.cursors:
            body["response_metadata"] = {"next_cursor": next_cursor}
    return body


def _inside(context: Context, ts: str) -> bool:
    """Slack: `oldest` and `latest` are exclusive unless `inclusive` is set."""
    args = context.args
    low, high = _bound(context, "oldest"), _bound(context, "latest")
    number = _number(ts)
    if args.flag("inclusive"):
        return (low is None or number >= low) and (high is None or number <= high)
    return (low is None or number > low) and (high is None or number < high)


def _bound(context: Context, name: str) -> int | None:
    value = context.args.text(name)
    if not value or value == "0":
        return None
    try:
        return _number(value)
    except ValueError:
        raise ApiError(f"invalid_ts_{name}") from None


def _number(ts: str) -> int:
    seconds, _, part = ts.partition(".")
    return int(seconds) * 1_000_000 + int((part or "0").ljust(6, "0")[:6])
