"""The card of a ticket in Components V2.

Discord: 4,000 characters and 40 components a message, thread names of 100 characters.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import discord
from discord import ui

from adapters.discord.convert import clipped, plain, to_discord
from adapters.discord.views.body import ROW, Body, button, calls
from bot.domain.card import Card, Earlier
from bot.domain.desk import Priority
from bot.domain.states import Status

_NAME = 100
# Shares of the 4,000 characters, with room left for all that has a length of its own.
_LONG, _SHORT, _TOPICS, _BEFORE = 600, 180, 5, 90
_COLOURS = {
    Status.OPEN: 0xED4245,
    Status.IN_PROGRESS: 0x57F287,
    Status.AWAITING: 0xFEE75C,
    Status.CLOSED: 0x99AAB5,
    None: 0x5865F2,
}
_URGENT = {Priority.HIGH: "🔶 ", Priority.URGENT: "🔴 "}


def card(shown: Card) -> Body:
    box: ui.Container[Any] = ui.Container(accent_colour=_COLOURS[shown.status])
    box.add_item(_head(shown))
    box.add_item(ui.Separator())
    box.add_item(ui.TextDisplay(_facts(shown)))
    for row in _rows(shown):
        box.add_item(row)
    layout = ui.LayoutView(timeout=None)
    if called := calls(shown.mentions):
        layout.add_item(ui.TextDisplay(called))
    layout.add_item(box)
    return Body(layout=layout, mentions=shown.mentions)


def card_name(shown: Card) -> str:
    """Never changed later: Discord allows two renames in ten minutes."""
    return clipped(" ".join(shown.title.split()) or "Ticket", _NAME)


def _head(shown: Card) -> ui.Item[Any]:
    status = shown.status or "takeover"
    priority = f"{_URGENT.get(shown.priority, '')}{shown.priority}" if shown.status else ""
    state = " · ".join(part for part in (f"**{status}**", priority, _plain(shown.who)) if part)
    text = f"## {_plain(shown.title)}\n{state}\n-# {_plain(shown.origin)}"
    if not shown.contact.avatar.startswith(("http://", "https://")):
        return ui.TextDisplay(text)
    return ui.Section(text, accessory=ui.Thumbnail(shown.contact.avatar))


def _facts(shown: Card) -> str:
    topics = "\n".join(f"- {clipped(to_discord(one), _SHORT)}" for one in shown.topics[:_TOPICS])
    facts = (
        ("Reason", clipped(to_discord(shown.reason), _LONG)),
        ("Topics", f"\n{topics}" if topics else ""),
        ("Last action", clipped(to_discord(shown.last_action), _SHORT)),
        ("Wants", clipped(to_discord(shown.wants), _SHORT)),
        ("Mood", _plain(shown.mood)),
        ("Language", _plain(shown.language)),
        ("Summary by", _plain(shown.summary_by)),
        ("Tags", _plain(", ".join(shown.tags))),
        ("Opened", _when(shown.opened_at)),
        ("Waiting since", _when(shown.waiting_since)),
        (f"{shown.due.capitalize()} due", _due(shown)),
        ("Resolved in", shown.resolved),
        ("Earlier", "".join(f"\n- {_earlier(one)}" for one in shown.earlier)),
        ("", f"-# {_plain(shown.footer)}" if shown.footer else ""),
    )
    return "\n".join(f"**{name}:** {text}" if name else text for name, text in facts if text)


def _earlier(one: Earlier) -> str:
    number = f"[#{one.number}]({one.link})" if one.link.startswith("http") else f"#{one.number}"
    return f"{number} · {clipped(plain(one.words), _BEFORE)}"


def _rows(shown: Card) -> list[ui.ActionRow[Any]]:
    items = [button(one) for one in shown.buttons]
    return [ui.ActionRow(*items[at : at + ROW]) for at in range(0, len(items), ROW)]


def _when(at: datetime | None) -> str:
    """Discord shows it in the reader's own time, and how long ago it was."""
    return discord.utils.format_dt(at, "R") if at else ""


def _due(shown: Card) -> str:
    long = f" (promised within {shown.promised})" if shown.due_at and shown.promised else ""
    return _when(shown.due_at) + long


def _plain(text: str) -> str:
    return clipped(plain(text), _SHORT)
