"""What people write, as HTML that cannot do anything: the markup they know, all else as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

_RULES = [
    "autolink",
    "backticks",
    "blockquote",
    "emphasis",
    "escape",
    "fence",
    "heading",
    "link",
    "list",
    "newline",
    "strikethrough",
]
_SAFE = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)
# A bare address, or the console's own for a thread; closing punctuation belongs to the sentence.
_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]|(?<!\S)/team\?channel=[\w%&=.~-]+")

_CODE = re.compile(r"`([^`\n]+)`")
_IN_LINK = "in a link"


class _Renderer(RendererHTML):
    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Plain words, with addresses made into links unless they stand in one."""
        del options
        words = tokens[idx].content
        return escape(words) if env.get(_IN_LINK) else linked(words)

    def link_open(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        tokens[idx].attrSet("target", "_blank")
        env[_IN_LINK] = True
        return self.renderToken(tokens, idx, options, env)

    def link_close(
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType
    ) -> str:
        env[_IN_LINK] = False
        return self.renderToken(tokens, idx, options, env)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"breaks": True, "html": False}, renderer_cls=_Renderer)
    parser.enable(_RULES)
    # A link that is not safe stays the text it was written as.
    parser.validateLink = lambda url: bool(_SAFE.match(url))  # type: ignore[method-assign]
    return parser


_MARKDOWN = _parser()


def render(text: str) -> str:
    """Markdown → HTML: emphasis, lists, quotes, code and links; HTML in it shows as written."""
    return str(_MARKDOWN.render(text))


def linked(text: str) -> str:
    """Plain text → HTML with its addresses as links."""
    pieces, last = [], 0
    for match in _ADDRESS.finditer(text):
        pieces += [escape(text[last : match.start()]), _anchor(match[0])]
        last = match.end()
    return "".join([*pieces, escape(text[last:])])


def coded(text: str) -> str:
    """Plain text → HTML with its addresses as links, and what stands in backticks as code."""
    pieces = _CODE.split(text)
    shown = [
        f"<code>{escape(piece)}</code>" if number % 2 else linked(piece)
        for number, piece in enumerate(pieces)
    ]
    return "".join(shown)


def _anchor(url: str) -> str:
    elsewhere = ' target="_blank" rel="noopener noreferrer nofollow"'
    shown = url if url.startswith("http") else "Open the thread"
    return f'<a href="{escape(url)}"{elsewhere if shown == url else ""}>{escape(shown)}</a>'
