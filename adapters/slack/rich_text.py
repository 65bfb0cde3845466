"""Our Markdown → Slack's rich text: elements that Slack shows as they are and never interprets.

Slack: a `text` element of a rich_text block is literal, so no `<!channel>` in it pings anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

Json = dict[str, Any]

_RULES = (
    "autolink",
    "backticks",
    "blockquote",
    "code",
    "emphasis",
    "escape",
    "fence",
    "heading",
    "hr",
    "link",
    "list",
    "newline",
    "strikethrough",
)
_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# A bare address; closing punctuation belongs to the sentence.
_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
# A line in which nothing can be markup, as most are: to parse it would find a paragraph.
_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.;:?!'\"()#-])*(?<! )")
_STYLES = {"strong": "bold", "em": "italic", "s": "strike"}
_PARAGRAPH = "\n\n"
# Slack: a rich text list is indented 8 levels at the most.
_DEEPEST = 8


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "html": False}).enable(_RULES)
    parser.validateLink = lambda url: bool(_SAFE.match(url))  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    return parser


_MARKDOWN = _parser()


def rich_text(markdown: str) -> Json | None:
    """A rich_text block that says what the Markdown says; None for nothing."""
    if _PLAIN.fullmatch(markdown):
        return {"type": "rich_text", "elements": [section(literal(markdown))]}
    return parsed(markdown)


def parsed(markdown: str) -> Json | None:
    """The same for whatever markup may be in it."""
    parts = _Builder().build(_MARKDOWN.parse(markdown))
    return {"type": "rich_text", "elements": parts} if parts else None


def plain(block: Json | None) -> str:
    """The words of a rich_text block without its markup, for notifications."""
    if block is None:
        return ""
    lines = ["".join(_words(part)) for part in block["elements"]]
    return re.sub(r"\n{3,}", _PARAGRAPH, "\n".join(lines)).strip()


def literal(text: str, **style: bool) -> Json:
    """Words as they are."""
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def section(*elements: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def bullets(lines: Sequence[str]) -> Json:
    """A list of plain lines."""
    return {
        "type": "rich_text_list",
        "style": "bullet",
        "elements": [section(literal(line)) for line in lines],
    }


def _words(part: Json) -> Iterator[str]:
    if part["type"] == "rich_text_list":
        items = ("".join(_words(item)) for item in part["elements"])
        yield "\n".join(f"• {item}" for item in items)
        return
    for leaf in part["elements"]:
        yield leaf.get("text") or leaf.get("url") or ""


class _Builder:
    """Walks the tokens of a document and collects the parts of a rich_text block."""

    def __init__(self) -> None:
        self.parts: list[Json] = []
        self._quotes = 0
        self._lists: list[Json] = []

    def build(self, tokens: Sequence[Token]) -> list[Json]:
        heading = False
        for token in tokens:
            kind = token.type
            if kind in {"heading_open", "heading_close"}:
                heading = kind == "heading_open"
            elif kind.startswith("blockquote"):
                self._quotes += token.nesting
            elif kind.endswith("_list_open"):
                self._lists.append(_new_list(token, len(self._lists)))
            elif kind.endswith("_list_close"):
                self._lists.pop()
            elif kind == "inline":
                self._add_text(_inline(token.children or [], bold=heading))
            elif kind in {"fence", "code_block"}:
                self._add_code(token.content.removesuffix("\n"))
            elif kind == "hr":
                self._add_text([literal("———")])
        return [part for part in self.parts if part["elements"]]

    def _add_text(self, leaves: list[Json]) -> None:
        if not leaves:
            return
        if self._lists:
            self._add_item(leaves)
        else:
            self._add_paragraph("rich_text_quote" if self._quotes else "rich_text_section", leaves)

    def _add_paragraph(self, kind: str, leaves: list[Json]) -> None:
        """Paragraphs that follow each other share a part, as Slack's own clients write them."""
        last = self.parts[-1] if self.parts else None
        if last is not None and last["type"] == kind:
            last["elements"] += [literal(_PARAGRAPH), *leaves]
        else:
            self.parts.append({"type": kind, "elements": leaves})

    def _add_item(self, leaves: list[Json]) -> None:
        """Slack: a nested list is a list of its own with an indent, after the item above it."""
        current = self._lists[-1]
        if not any(part is current for part in self.parts[-1:]):
            current = self._lists[-1] = {**current, "elements": []}
            self.parts.append(current)
        current["elements"].append(section(*leaves))

    def _add_code(self, code: str) -> None:
        if code:
            self.parts.append({"type": "rich_text_preformatted", "elements": [literal(code)]})


def _new_list(token: Token, depth: int) -> Json:
    ordered = token.type.startswith("ordered")
    fresh: Json = {"type": "rich_text_list", "style": "ordered" if ordered else "bullet"}
    if depth:
        fresh["indent"] = min(depth, _DEEPEST)
    start = int(token.attrGet("start") or 1)
    if ordered and start > 1:
        fresh["offset"] = start - 1
    return {**fresh, "elements": []}


def _inline(tokens: Sequence[Token], *, bold: bool) -> list[Json]:
    leaves: list[Json] = []
    style = {"bold": True} if bold else {}
    url = ""
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _STYLES:
            style = _switched(style, _STYLES[name], on=token.nesting == 1)
        elif token.type == "link_open":
            url = str(token.attrGet("href") or "")
        elif token.type == "link_close":
            url = ""
        elif token.type in {"softbreak", "hardbreak"}:
            leaves.append(literal("\n"))
        elif token.content:
            code = {"code": True} if token.type == "code_inline" else {}
            leaves += _leaves(token.content, url, {**style, **code})
    return leaves


def _switched(style: dict[str, bool], name: str, *, on: bool) -> dict[str, bool]:
    return {**{key: True for key in style if key != name}, **({name: True} if on else {})}


def _leaves(text: str, url: str, style: dict[str, bool]) -> Iterator[Json]:
    """Plain words, with bare addresses as links."""
    if url:
        yield _link(url, text, style)
        return
    end = 0
    for match in () if style.get("code") else _ADDRESS.finditer(text):
        if text[end : match.start()]:
            yield literal(text[end : match.start()], **style)
        yield _link(match[0], "", style)
        end = match.end()
    if text[end:]:
        yield literal(text[end:], **style)


def _link(url: str, text: str, style: dict[str, bool]) -> Json:
    shown = {} if text in {"", url, unquote(url)} else {"text": text}
    return {"type": "link", "url": url, **shown, **({"style": style} if style else {})}
