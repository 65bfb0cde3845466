"""Discord's Markdown to plain Markdown and back; pure.

Source: https://discord.com/developers/docs/reference#message-formatting
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_CODE = re.compile(r"(```.*?```|``.+?``|`[^`\n]+`)", re.DOTALL)
_TOKEN = re.compile(
    r"<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|a?:(?P<emoji>\w+):\d+"
    r"|t:(?P<time>-?\d+)(?::[tTdDfFsSR])?|/(?P<command>[^:>]+):\d+|id:(?P<guide>\w+)"
    r"|(?P<link>https?://[^\s<>]+))>"
)
_SMALL_PRINT = re.compile(r"^-# ", re.MULTILINE)
_DEEP_HEADING = re.compile(r"^#{4,6} +(.+?)(?: #+)?$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)\+ ", re.MULTILINE)
_TASK = re.compile(r"^([ \t]*)[-*+] \[([ xX])\] ", re.MULTILINE)
# Neither part goes on for ever: `![![![…` would be read to its end from each of its beginnings.
_IMAGE = re.compile(r"!\[([^\[\]]{0,500})\]\((https?://[^\s)]+)\)")
_RULE = re.compile(r"^(?:-{3,}|\*{3,}|_{3,})$", re.MULTILINE)
_TABLE = re.compile(r"(?:^\|.*\|[ \t]*(?:\n|$)){2,}", re.MULTILINE)
# What would ping somebody, or look as if it did.
_PING = re.compile(r"<(?=@[!&]?\d)|@(?=everyone\b|here\b)")
_APART = "\u200b"


@dataclass(frozen=True, kw_only=True)
class Names:
    """What ids are called. `me` is the bot, whose mention at the beginning only calls it."""

    people: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)
    me: int = 0


def from_discord(text: str, names: Names) -> str:
    """What somebody wrote, with names in place of ids; code stays as it is."""
    text = re.sub(rf"^\s*<@!?{names.me}>[\s,:]*", "", text) if names.me else text
    return _outside_code(text, lambda piece: _SMALL_PRINT.sub("", _named(piece, names)))


def to_discord(text: str) -> str:
    """Plain Markdown as Discord shows it, with nothing in it that calls anybody."""
    return _outside_code(text, lambda piece: defused(_shaped(piece)))


def defused(text: str) -> str:
    """Text in which no mention is left; the words stay readable."""
    return _PING.sub(lambda match: f"{match[0]}{_APART}", text)


def text_of(value: object) -> str:
    """A value that Discord documents as text; nothing is read as empty. Raises `TypeError`."""
    if not isinstance(value, str | None):
        raise TypeError(f"{type(value).__name__} is no text")
    return value or ""


def plain(text: str) -> str:
    """A name or a title: nothing in it is a mention or Markdown."""
    escaped = re.sub(r"([\\*_~`|\[\]])", r"\\\1", " ".join(text.split()))
    return defused(escaped)


def clipped(text: str, limit: int) -> str:
    """The beginning of a text, with a sign that there was more."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    pieces = _CODE.split(text)
    return "".join(piece if at % 2 else change(piece) for at, piece in enumerate(pieces))


def _named(text: str, names: Names) -> str:
    return _TOKEN.sub(lambda match: _name(match, names), text)


def _name(match: re.Match[str], names: Names) -> str:
    kind = match.lastgroup or "link"
    return _SAID[kind](match[kind], names)


def _moment(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y %H:%M} UTC"
    except (ValueError, OverflowError, OSError):
        return str(seconds)


def _shaped(text: str) -> str:
    """What Discord does not know: tables, pictures, deep headings, tasks, rules."""
    text = _TABLE.sub(lambda match: f"```\n{match[0].rstrip()}\n```\n", text)
    text = _TASK.sub(lambda match: f"{match[1]}- {'☐' if match[2] == ' ' else '☑'} ", text)
    text = _DEEP_HEADING.sub(r"**\1**", text)
    text = _IMAGE.sub(lambda match: f"[{match[1] or 'picture'}]({match[2]})", text)
    return _RULE.sub("⎯⎯⎯⎯⎯⎯", _BULLET.sub(r"\1- ", text))


_SAID: Mapping[str, Callable[[str, Names], str]] = {
    "user": lambda value, names: f"@{names.people.get(int(value), 'somebody')}",
    "role": lambda value, names: f"@{names.roles.get(int(value), 'a role')}",
    "channel": lambda value, names: f"#{names.channels.get(int(value), 'a channel')}",
    "emoji": lambda value, _: f":{value}:",
    "time": lambda value, _: _moment(int(value)),
    "command": lambda value, _: f"/{value}",
    "guide": lambda value, _: f"#{value}",
    "link": lambda value, _: value,
}
