"""Slack's message events as what comes in; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from adapters.slack.mrkdwn import Names, to_markdown
from bot.domain.identity import Person
from bot.domain.message import Attachment
from bot.ports.inbound import Deleted, Edited, Written

Json = dict[str, Any]

# Slack: what a person writes has no subtype or one of these; all else is noise of the channel.
WRITTEN = {"", "file_share", "thread_broadcast", "me_message"}
_TOMBSTONE = "tombstone"


def moment(ts: str) -> datetime:
    """A `ts` is the time of a message, and its id in the channel."""
    return datetime.fromtimestamp(float(ts), UTC)


def is_direct(event: Json) -> bool:
    return event.get("channel_type") == "im" or str(event.get("channel", "")).startswith("D")


def is_written(message: Json) -> bool:
    """Whether a person wrote it: no bot, no note about joining."""
    known = str(message.get("subtype") or "") in WRITTEN
    return known and bool(message.get("user")) and not message.get("bot_id")


def matters(event: Json) -> bool:
    """Whether an event can mean anything: most are echoes of the app's own posts."""
    subtype = str(event.get("subtype") or "")
    if subtype == "message_changed":
        message = event.get("message") or {}
        return message.get("subtype") == _TOMBSTONE or not message.get("bot_id")
    return subtype == "message_deleted" or is_written(event)


def written(
    event: Json,
    *,
    workspace: str,
    author: Person,
    names: Names,
    attachments: tuple[Attachment, ...] = (),
) -> Written:
    """A message; in a channel, answers to it belong into a thread below it."""
    ts, thread, direct = str(event["ts"]), event.get("thread_ts"), is_direct(event)
    thread = None if direct or thread == ts else thread
    return Written(
        workspace=workspace,
        channel=str(event["channel"]),
        thread=thread,
        opens=None if direct or thread else ts,
        direct=direct,
        source_id=ts,
        author=author,
        text=to_markdown(event, names),
        attachments=attachments,
        reply_to=event.get("thread_ts") if direct else None,
        at=moment(ts),
    )


def edited(event: Json, *, workspace: str, names: Names) -> Edited | None:
    """Slack also says `message_changed` when it unfolds a link; only a person's edit counts."""
    message: Json = event["message"]
    mark = message.get("edited") or {}
    before = event.get("previous_message") or {}
    if (
        not mark
        or message.get("bot_id")
        or mark.get("ts") == (before.get("edited") or {}).get("ts")
    ):
        return None
    return Edited(
        workspace=workspace,
        channel=str(event["channel"]),
        source_id=str(message["ts"]),
        text=to_markdown(message, names),
        stamp=str(mark["ts"]),
        at=moment(str(mark["ts"])),
    )


def deleted(event: Json, *, workspace: str) -> Deleted | None:
    """Slack: a deleted message with replies stays as a tombstone."""
    message = event.get("message") or {}
    if event.get("subtype") == "message_deleted":
        ts = str(event.get("deleted_ts") or (event.get("previous_message") or {}).get("ts") or "")
    elif message.get("subtype") == _TOMBSTONE:
        ts = str(message["ts"])
    else:
        return None
    at = moment(str(event.get("event_ts") or event.get("ts") or ts))
    return Deleted(workspace=workspace, channel=str(event["channel"]), source_id=ts, at=at)
