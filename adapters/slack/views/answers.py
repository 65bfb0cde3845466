"""What a command or a button answers with, for the one person who used it."""

from __future__ import annotations

import re
from typing import Any

from adapters.slack import rich_text as rich
from adapters.slack.views import blocks, queue
from adapters.slack.views.messages import Rendered
from bot.commands.registry import Response
from bot.domain.message import split

Json = dict[str, Any]

# Slack: about 13,200 characters in all blocks of a message.
LONGEST = 10_000
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)>")
_ESCAPED = re.compile(r"&lt;#([CG][A-Z0-9]+)&gt;")


def render(response: Response) -> Rendered:
    """An ephemeral message."""
    return Rendered(
        text=_ESCAPED.sub(r"<#\1>", blocks.fallback(response.text or "Baton")),
        blocks=body(response)[: blocks.MESSAGE_BLOCKS],
    )


def body(response: Response) -> list[Json]:
    """The blocks of an answer, wherever it is shown."""
    if response.queue:
        return queue.sections(response.queue, room=blocks.MESSAGE_BLOCKS)
    mark = "" if response.ok else "⚠️ "
    pieces = split(f"{mark}{response.text}"[:LONGEST], blocks.SECTION)
    shown = [_with_channels(block) for piece in pieces if (block := rich.rich_text(piece))]
    return [*(shown or [blocks.section("Done.")]), *blocks.actions(response.buttons)]


def _with_channels(part: Json) -> Json:
    """Channels by their names; a mention of one calls nobody."""
    leaves = [
        one
        for leaf in part["elements"]
        for one in (_split(leaf) if leaf["type"] == "text" else [leaf])
    ]
    shown = [_with_channels(one) if "elements" in one else one for one in leaves]
    return {**part, "elements": shown}


def _split(leaf: Json) -> list[Json]:
    """Words, with a channel at every odd place."""
    pieces = _CHANNEL.split(leaf["text"])
    named = [
        {"type": "channel", "channel_id": piece} if at % 2 else {**leaf, "text": piece}
        for at, piece in enumerate(pieces)
    ]
    return [one for one in named if one.get("text") != ""]
