"""What a command or a button answers with, for the one person who used it."""

from __future__ import annotations

from typing import Any

from adapters.slack import rich_text as rich
from adapters.slack.views import blocks, queue
from adapters.slack.views.messages import Rendered
from bot.commands.registry import Response
from bot.domain.message import split

Json = dict[str, Any]

# Slack: about 13,200 characters in all blocks of a message.
LONGEST = 10_000


def render(response: Response) -> Rendered:
    """An ephemeral message."""
    return Rendered(
        text=blocks.fallback(response.text or "Baton"),
        blocks=body(response)[: blocks.MESSAGE_BLOCKS],
    )


def body(response: Response) -> list[Json]:
    """The blocks of an answer, wherever it is shown."""
    if response.queue:
        return queue.sections(response.queue, room=blocks.MESSAGE_BLOCKS)
    mark = "" if response.ok else "⚠️ "
    pieces = split(f"{mark}{response.text}"[:LONGEST], blocks.SECTION)
    shown = [block for piece in pieces if (block := rich.rich_text(piece))]
    return [*(shown or [blocks.section("Done.")]), *blocks.actions(response.buttons)]
