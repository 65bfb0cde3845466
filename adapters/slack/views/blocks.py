"""The pieces of Block Kit that the views are made of, each cut to what Slack takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from adapters.slack.mrkdwn import escape
from bot.domain.card import Button

Json = dict[str, Any]

# Slack: 50 blocks a message, 100 a modal or Home tab.
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Slack: 25 elements in an actions block, 10 in a context block.
_ACTIONS = 25
_CONTEXT = 10
SECTION = 3_000
FIELD = 2_000
NOTHING = "—"
HEADER = 150
LABEL = 75
TITLE = 24
# Slack: chat.update takes 4,000 bytes of text, counted once escaped.
_FALLBACK_BYTES = 3_800


def clip(text: str, limit: int) -> str:
    """Text of at most `limit` characters, and never none: Slack refuses empty texts."""
    text = text.strip()
    if not text:
        return NOTHING
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def one_line(text: str, limit: int) -> str:
    return clip(" ".join(text.split()), limit)


def plain(text: str, limit: int = SECTION) -> Json:
    """Words as they are; nothing in them means anything."""
    return {"type": "plain_text", "text": clip(text, limit), "emoji": True}


def mrkdwn(text: str, limit: int = SECTION) -> Json:
    """Slack: with `verbatim`, nothing but explicit control sequences is interpreted."""
    return {"type": "mrkdwn", "text": clip(text, limit), "verbatim": True}


def header(text: str) -> Json:
    return {"type": "header", "text": plain(one_line(text, HEADER), HEADER)}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)[:_CONTEXT]}


def actions(buttons: Iterable[Button]) -> list[Json]:
    """An actions block; none without buttons."""
    made = [button(one) for one in buttons][:_ACTIONS]
    return [{"type": "actions", "elements": made}] if made else []


def button(shown: Button) -> Json:
    """The state is in the button: its `action_id` says what, its `value` on which."""
    style = {"style": shown.style} if shown.style else {}
    return {
        "type": "button",
        "action_id": shown.action,
        "text": plain(shown.label, LABEL),
        "value": shown.value,
        **style,
    }


def date(at: datetime) -> str:
    """A moment that each viewer reads in their own time zone."""
    fallback = f"{at:%d %b %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def fallback(text: str) -> str:
    """What notifications and screen readers say; short enough for an edit as well."""
    room = SECTION
    while len((words := escape(clip(text, room))).encode()) > _FALLBACK_BYTES:
        room = room * 2 // 3
    return words
