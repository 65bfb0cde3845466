"""Pages of Markdown or plain text as passages: what one answer can rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title[ \t]*:[ \t]*(.+?)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")
# A passage is shown and searched as a whole; longer sections are cut at a blank line.
LONGEST_PASSAGE = 1_500
ARROW = "\u203a"


@dataclass(frozen=True, kw_only=True)
class Passage:
    """`page` is the file; `headings` lead to the passage, outermost first."""

    page: str
    section: str = ""
    headings: tuple[str, ...] = ()
    text: str

    @property
    def source(self) -> str:
        """Its name for people, the page and the section with an arrow between them."""
        return f"{self.page} {ARROW} {self.section}" if self.section else self.page


def passages(name: str, page: str) -> tuple[Passage, ...]:
    """The passages of one page; `name` is its path within the folder."""
    title, body = _front_matter(page)
    found = []
    for headings, text in _sections(body):
        trail = headings if not title or headings[:1] == (title,) else (title, *headings)
        own = headings[1:] if headings[:1] == (title,) else headings
        section = own[-1] if own else ""
        found += [
            Passage(page=name, section=section, headings=trail, text=part) for part in _parts(text)
        ]
    return tuple(found)


def _front_matter(page: str) -> tuple[str, str]:
    page = page.removeprefix("\ufeff").replace("\r\n", "\n")
    match = _FRONT_MATTER.match(page)
    if not match:
        return "", page
    title = _TITLE.search(match[1])
    return (title[1].strip("\"'") if title else ""), page[match.end() :]


def _sections(body: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every stretch of text with the headings above it. Lines in a code fence are no headings."""
    trail: list[tuple[int, str]] = []
    lines: list[str] = []
    fenced = False
    for line in body.splitlines():
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line)
        if not heading:
            lines.append(line)
            continue
        yield tuple(text for _, text in trail), "\n".join(lines).strip()
        level = len(heading[1])
        trail = [*((depth, text) for depth, text in trail if depth < level), (level, heading[2])]
        lines = []
    yield tuple(text for _, text in trail), "\n".join(lines).strip()


def _parts(text: str) -> Iterator[str]:
    """A section in pieces of a readable size, cut between paragraphs where it can be."""
    while len(text) > LONGEST_PASSAGE:
        cut = max(text.rfind("\n\n", 0, LONGEST_PASSAGE), 0)
        cut = cut or max(text.rfind(" ", 0, LONGEST_PASSAGE), 0) or LONGEST_PASSAGE
        yield text[:cut].strip()
        text = text[cut:].strip()
    if text:
        yield text
