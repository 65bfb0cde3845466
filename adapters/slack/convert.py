"""Slack's message events as what comes in; pure."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.slack.forwarded import words
from adapters.slack.mrkdwn import Names
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
        text=words(event, names),
        attachments=attachments,
        reply_to=event.get("thread_ts") if direct else None,
        at=moment(ts),
        edited_at=_edited_at(event, ""),
    )


def edited(event: Json, *, workspace: str, names: Names) -> Edited | None:
    """Slack also says `message_changed` when it unfolds a link; only a person's edit counts."""
    message: Json = event["message"]
    mark = message.get("edited") or {}
    before = event.get("previous_message") or {}
    is_unfolded = mark == before.get("edited") and message.get("text") == before.get("text")
    event_ts = str(event.get("event_ts") or "")
    at = _edited_at(message, event_ts)
    if at is None or message.get("bot_id") or is_unfolded:
        return None
    text = words(message, names)
    # Of two edits in one second each may be fetched: their words tell them apart.
    which = "" if event_ts else f"/{hashlib.sha256(text.encode(errors='replace')).hexdigest()[:16]}"
    return Edited(
        workspace=workspace,
        channel=str(event["channel"]),
        source_id=str(message["ts"]),
        text=text,
        stamp=at.isoformat() + which,
        at=at,
    )


def _edited_at(message: Json, event_ts: str) -> datetime | None:
    """Slack tells the second of an edit; its event tells which one in it. What is fetched is what
    came out of that second.
    """
    mark = message.get("edited") or {}
    if not mark:
        return None
    second = moment(str(mark["ts"])).replace(microsecond=0)
    latest = second + timedelta(microseconds=999_999)
    return min(latest, max(second, moment(event_ts))) if event_ts else latest


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
