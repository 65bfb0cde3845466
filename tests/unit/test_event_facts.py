"""Every fact that the log is told is either counted, and outlives an erasure, or is words."""

from __future__ import annotations

import ast
from pathlib import Path

import bot
from bot.domain.thread import FACTS

# What the calls take for themselves.
_NOT_DATA = {"actor", "now", "ticket", "thread", "conversation", "line", "by"}
# What somebody said, or who it was; and what is of no use once that is gone.
WORDS = {
    "before",
    "button",
    "called",
    "contact",
    "mentions",
    "message",
    "note",
    "reason",
    "tags",
    "what",
    "words",
}
_LOGS = {"log", "post", "tell", "_notice"}


def _told() -> set[str]:
    """The names of everything that any service or lane puts into an event."""
    found: set[str] = set()
    root = Path(bot.__file__).parent
    for path in (*root.rglob("services/**/*.py"), *root.rglob("delivery/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in _LOGS:
                found |= {one.arg for one in node.keywords if one.arg}
    return found - _NOT_DATA


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(value=ast.Name(id="record" | "notify"), attr=name) | ast.Name(id=name):
            return name
    return ""


def test_each_is_known_as_a_fact_or_as_words() -> None:
    told = _told()
    assert {"clock", "terms", "rung", "reason"} <= told, "the search finds what there is"
    assert told - FACTS - WORDS == set()
    assert not FACTS & WORDS
