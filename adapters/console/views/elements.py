"""Small elements that every view is made of."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from html import escape

from nicegui import ui
from nicegui.element import Element

from adapters.console.views.markdown import coded, render
from bot.domain.card import Style
from bot.domain.identity import Person

_TONES = 6
Act = Callable[[], Awaitable[None]] | Callable[[], None]


def box(classes: str, tag: str = "div") -> Element:
    return ui.element(tag).classes(classes)


def text(words: str, classes: str = "", tag: str = "div") -> Element:
    """Words as they are."""
    return ui.html(escape(words), sanitize=False, tag=tag).classes(classes)


def said(words: str, classes: str = "said") -> Element:
    """Words with the markup that people use."""
    return ui.html(render(words), sanitize=False).classes(classes)


def line(words: str, classes: str = "") -> Element:
    """One line of plain words whose addresses can be clicked, and whose code looks like it."""
    return ui.html(coded(words), sanitize=False).classes(classes)


def button(label: str, act: Act, style: Style = "", classes: str = "") -> ui.button:
    look = {"primary": "btn primary", "danger": "btn danger"}.get(style, "btn")
    made = ui.button(label, on_click=act, color=None).props("flat no-caps dense")
    return made.classes(f"{look} {classes}".strip())


def icon_button(icon: str, label: str, act: Act, classes: str = "") -> ui.button:
    """A button that shows only a picture; its label is for those who do not see it."""
    made = ui.button(icon=icon, on_click=act, color=None).props("flat round dense")
    made.props["aria-label"] = label
    made.props["title"] = label
    return made.classes(f"icon-btn {classes}".strip())


def face(person: Person | None) -> Element:
    """Somebody's initials, in a colour of their own."""
    name = person.name if person else ""
    tone = zlib.crc32((person.id if person else "").encode()) % _TONES
    made = text(initials(name), f"face tone-{tone}")
    made.props["aria-hidden"] = "true"
    return made


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    letters = "".join(word[0] for word in (words[:1] + words[1:][-1:]))
    return letters.upper() or "·"


def clock_time(at: datetime, now: datetime) -> str:
    """`14:05` today, `23 Nov, 14:05` on another day; in the time zone of this machine."""
    at, now = at.astimezone(), now.astimezone()
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%b, %H:%M}"


def pill(words: str, kind: str) -> Element:
    return text(words, f"pill {kind}")


def empty(title: str, words: str, icon: str = "inbox") -> Element:
    """Nothing is here yet, and what would change that."""
    with box("empty") as made:
        ui.icon(icon).classes("empty-icon")
        text(title, "empty-title")
        text(words, "empty-words")
    return made
