"""What a command answers, for the person who used it alone."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from adapters.discord.convert import clipped, defused
from adapters.discord.views.body import CONTENT, ROW, Press, button
from bot.commands.registry import File, Response
from bot.domain.card import Button

# Discord: an interaction may be answered for 15 minutes.
_LIFE = 15 * 60.0
_EACH = 5


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`rest` is the whole text as a file, where it is longer than one message."""

    content: str
    buttons: tuple[Button, ...] = ()
    rest: bytes = b""
    files: tuple[File, ...] = ()

    def parts(self) -> dict[str, Any]:
        """As discord.py's `send_message` wants it."""
        parts: dict[str, Any] = {"content": self.content, "ephemeral": True}
        if self.buttons:
            parts["view"] = _view(self.buttons)
        rest = (File(name="answer.txt", data=self.rest),) if self.rest else ()
        if files := (*self.files, *rest):
            parts["files"] = [discord.File(io.BytesIO(one.data), one.name) for one in files]
        return parts


def answer(response: Response) -> Answer:
    text = defused(response.text) or "Done."
    mark = "" if response.ok else "⚠️ "
    shown = clipped(f"{mark}{text}", CONTENT)
    rest = response.text.encode() if len(mark + text) > CONTENT else b""
    buttons = (*response.buttons, *_in_queue(response))
    return Answer(content=shown, buttons=buttons, rest=rest, files=response.files)


def _in_queue(response: Response) -> tuple[Button, ...]:
    """The queue can be worked on in place: its first entries have buttons."""
    if response.queue is None:
        return ()
    claims = [
        Button(action="ticket:claim", label=f"Claim #{one.number}", value=str(one.number))
        for one in response.queue.unclaimed[:_EACH]
    ]
    replies = [
        Button(action="ticket:reply", label=f"Reply #{one.number}", value=str(one.number))
        for one in response.queue.mine[:_EACH]
    ]
    takeovers = [
        Button(
            action="conversation:takeover",
            label=f"Take over {one.contact}",
            value=str(one.conversation_id),
        )
        for one in response.queue.with_agent[:_EACH]
    ]
    return (*claims, *replies, *takeovers)


def _view(buttons: Sequence[Button]) -> ui.View:
    view = ui.View(timeout=_LIFE)
    for number, one in enumerate(buttons[: ROW * ROW]):
        item = button(one)
        item.row = number // ROW
        view.add_item(Press(item, one.action, one.value))
    return view
