"""Text in sentences, and short quotations from it."""

from __future__ import annotations

import re

# After an initial, a number or a common abbreviation a full stop ends nothing.
_END = re.compile(
    r"(?<=[.!?…。！？])(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)(?<!\bDr\.)(?<!\bMr\.)"  # noqa: RUF001
    r"(?<!\bMs\.)(?<!\bMrs\.)[\"')\]”]*(?:\s+|(?<=[。！？]))|\n+"  # noqa: RUF001
)
LONGEST_QUOTE = 240


def sentences(text: str) -> tuple[str, ...]:
    return tuple(stripped for piece in _END.split(text) if (stripped := piece.strip()))


def quote(text: str, limit: int = LONGEST_QUOTE) -> str:
    """A text on one line, cut at a word with an ellipsis where it is too long."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0][: limit - 1].rstrip(",;:. ") + "…"
