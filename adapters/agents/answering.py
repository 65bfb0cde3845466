"""A passage as a readable answer: what of it is to the point, in plain Markdown."""

from __future__ import annotations

import re

from adapters.agents.language import likely_language
from adapters.agents.lexical import Hit
from adapters.agents.phrasebook import Sayings
from adapters.agents.safety import harmless
from adapters.agents.transcript import with_source
from adapters.agents.words import stems
from bot.ports.agent import Answer

# As much as is gladly read in a chat.
_LONGEST = 700
_RULE_LINE = re.compile(r"^\|?[\s:|-]+\|[\s:|-]*$")


def reply(hit: Hit, question: str, words: Sayings) -> Answer:
    """An answer that names its source."""
    source = hit.passage.source
    return Answer(text=with_source(draft(hit, question), words.source, source), sources=(source,))


def draft(hit: Hit, question: str) -> str:
    """The relevant part of a passage under its heading."""
    body = harmless(_relevant(_without_tables(hit.passage.text), question))
    heading = hit.passage.headings[-1] if hit.passage.headings else ""
    return f"**{heading}**\n\n{body}" if heading else body


def _relevant(text: str, question: str) -> str:
    """All of a short text; of a long one the paragraphs that share most with the question."""
    if len(text) <= _LONGEST:
        return text
    spoken = likely_language(text) or "en"
    wanted = set(stems(question, spoken))
    blocks = text.split("\n\n")
    ranked = sorted(
        range(len(blocks)), key=lambda at: (-len(wanted & set(stems(blocks[at], spoken))), at)
    )
    kept: list[int] = []
    for at in ranked:
        if not kept or sum(len(blocks[one]) for one in (*kept, at)) <= _LONGEST:
            kept.append(at)
    return "\n\n".join(blocks[at] for at in sorted(kept))


def _without_tables(text: str) -> str:
    """Tables as lists, a row a line, since no chat shows a table."""
    lines: list[str] = []
    header: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.lstrip().startswith("|"):
            header = []
            lines.append(line)
        elif not header:
            header = cells
        elif not _RULE_LINE.match(line):
            lines.append(_row(header, cells))
    return "\n".join(lines)


def _row(header: list[str], cells: list[str]) -> str:
    named = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip(header[1:], cells[1:], strict=False)
    ]
    return f"- **{cells[0]}**: {', '.join(named)}" if named else f"- {cells[0]}"
