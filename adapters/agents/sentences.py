"""Text in sentences, and short quotations from it."""

from __future__ import annotations

import re

from adapters.agents.safety import harmless

# After an initial, a number or a common abbreviation a full stop ends nothing.
_END = re.compile(
    r"(?<=[.!?…。！？])(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bNo\.)(?<!\bDr\.)(?<!\bMr\.)"  # noqa: RUF001
    r"(?<!\bMs\.)(?<!\bMrs\.)[\"')\]”]*(?:\s+|(?<=[。！？]))|\n+"  # noqa: RUF001
)
# Says nothing in a quotation: whom the message was addressed to, and where links lead.
_LINK = re.compile(
    r"\[(?P<named>[^\[\]]*)\]\(https?://[^\s()]+\)|<?https?://[^\s<>|]+(?:\|(?P<label>[^<>]*)>|>)?"
)
_ADDRESS = re.compile(r"^(?:\s*(?:<@[^<>\s]+>|@\w[\w.]*)[,:]?\s+)+")
LONGEST_QUOTE = 240


def sentences(text: str) -> tuple[str, ...]:
    return tuple(stripped for piece in _END.split(text) if (stripped := piece.strip()))


def bare(text: str) -> str:
    """A text without links and without the name it is addressed to."""
    return _LINK.sub(
        lambda link: link["named"] or link["label"] or "", _ADDRESS.sub("", f"{text} ")
    ).strip()


def gist(text: str) -> str:
    """The longest sentence, which carries the facts more often than any other."""
    return max(sentences(bare(text)), key=len, default="")


def quote(text: str, limit: int = LONGEST_QUOTE) -> str:
    """A text on one line that calls nobody, cut at a word with an ellipsis where it is too long."""
    line = " ".join(harmless(text).split())
    if len(line) <= limit:
        return line
    return line[: limit - 1].rsplit(" ", 1)[0][: limit - 1].rstrip(",;:. ") + "…"
