"""The numbers by which a model names its passages, turned into the names of sources."""

from __future__ import annotations

import re
from collections.abc import Sequence

from adapters.agents.passages import Passage

# `[2]`, `[1, 3]` or `【2】`, but not the text of a link.
_NUMBERS = re.compile(r"(?<![ \t])[ \t]*[\[【]\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)\s*[\]】](?!\()")
_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)


def resolved(text: str, found: Sequence[Passage]) -> tuple[str, tuple[str, ...]]:
    """The text without its numbers, and the sources they stand for; unknown numbers are dropped."""
    named: list[str] = []

    def note(match: re.Match[str]) -> str:
        numbers = [int(one) for one in match[1].split(",")]
        named.extend(found[one - 1].source for one in numbers if 0 < one <= len(found))
        return ""

    parts = _CODE.split(text)
    parts[::2] = [_NUMBERS.sub(note, part) for part in parts[::2]]
    return "".join(parts).strip(), tuple(dict.fromkeys(named))
