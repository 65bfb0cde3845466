"""What Slack sends → our Markdown; and what we put into Slack's mrkdwn, so that it does nothing.

Slack: `&`, `<` and `>` are its control characters; `<@U…>`, `<#C…>`, `<!…>` and `<url|label>` are
what people pick rather than type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape as _html
from typing import Any

Json = dict[str, Any]

_ENTITY = re.compile(r"<([^<>]+)>")
_USER = re.compile(r"<@([UW][A-Z0-9]+)")
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)")
# Slack: a channel comes with its name, or with none.
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)\|?>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_EDGES = r"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])"
_BOLD = re.compile(_EDGES.format(mark=r"\*"))
_STRIKE = re.compile(_EDGES.format(mark="~"))
_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")
# Two stars within words are a product, not emphasis.
_STARRED = re.compile(r"(?<=\w)\*(?=\w)")
_OPENS = re.compile(r"(?<!\w)([*_~`]+)(?=\S)")
_MARKS = {"bold": "**", "italic": "_", "strike": "~~"}

# What reading blocks raises that are not as Slack documents them.
_NOT_RICH_TEXT = (ArithmeticError, AttributeError, RecursionError, TypeError, ValueError)
_PLAIN_LEAVES = {
    "text": ("", ("text",)),
    "link": ("", ("text", "url")),
    "broadcast": ("@", ("range",)),
    "date": ("", ("fallback",)),
    "color": ("", ("value",)),
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """How people, groups and channels that a message mentions are called."""

    users: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)


def escape(text: str) -> str:
    """Words that mean nothing to Slack. Slack: these three characters are to be escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def inert(text: str) -> str:
    """Escaped words for a mrkdwn text with `verbatim`: no markup of theirs holds.

    Slack has no escape for its formatting characters; a word joiner after one that could open
    takes its effect.
    """
    return _OPENS.sub("\\1\u2060", escape(text))


def with_links(text: str) -> str:
    """Escaped words in which addresses are links; nothing else in them does anything."""
    pieces, end = [], 0
    for match in _ADDRESS.finditer(text):
        pieces += [inert(text[end : match.start()]), f"<{escape(match[0]).replace('|', '%7C')}>"]
        end = match.end()
    return "".join([*pieces, inert(text[end:])])


def mentioned(*messages: Json) -> tuple[frozenset[str], frozenset[str]]:
    """The users and the groups that messages name."""
    text = " ".join(str(message.get("text") or "") for message in messages)
    users, groups = set(_USER.findall(text)), set(_GROUP.findall(text))
    for leaf in _walk([message.get("blocks") or [] for message in messages]):
        if leaf.get("type") == "user":
            users.add(str(leaf.get("user_id")))
        elif leaf.get("type") == "usergroup":
            groups.add(str(leaf.get("usergroup_id")))
    return frozenset(users), frozenset(groups)


def unnamed(*messages: Json) -> frozenset[str]:
    """The channels that messages mention by their ids alone."""
    text = " ".join(str(message.get("text") or "") for message in messages)
    leaves = _walk([message.get("blocks") or [] for message in messages])
    told = {str(one.get("channel_id")) for one in leaves if one.get("type") == "channel"}
    return frozenset({*_CHANNEL.findall(text), *told})


def to_markdown(message: Json, names: Names) -> str:
    """What somebody wrote. Their client's rich text says it best; where it has no markup, or none
    that can be read, the text does as well.
    """
    with suppress(*_NOT_RICH_TEXT):
        blocks = [one for one in message.get("blocks") or [] if one.get("type") == "rich_text"]
        if any(_has_markup(one) for one in blocks):
            return "\n".join(from_rich_text(one, names) for one in blocks).strip()
    return from_text(str(message.get("text") or ""), names).strip()


def from_text(text: str, names: Names) -> str:
    """The text of a message → Markdown; code stays as it is."""
    pieces = _CODE.split(text)
    return "".join(
        _code(piece, names) if number % 2 else _formatted(piece, names)
        for number, piece in enumerate(pieces)
    )


def from_rich_text(block: Json, names: Names) -> str:
    """A rich_text block (also what a rich_text_input gives) → Markdown."""
    parts = block.get("elements") or []
    return "\n".join(text for part in parts if (text := _part(part, names))).strip("\n")


def _code(piece: str, names: Names) -> str:
    return unescape(_ENTITY.sub(lambda match: _entity(match[1], names, link=_bare), piece))


def _formatted(piece: str, names: Names) -> str:
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(_entity(match[1], names, link=_linked))
        return f"\x00{len(kept) - 1}\x00"

    plain = _ENTITY.sub(keep, piece)
    plain = _STARRED.sub(r"\\*", plain)
    plain = _STRIKE.sub(r"~~\1~~", _BOLD.sub(r"**\1**", plain))
    return re.sub("\x00(\\d+)\x00", lambda match: kept[int(match[1])], unescape(plain))


def _entity(inner: str, names: Names, *, link: Any) -> str:
    """`@U1|ann` → `@Ann`, `#C1|general` → `#general`, `!here` → `@here`, `url|label` → a link."""
    target, _, label = inner.partition("|")
    if target.startswith("@"):
        return f"@{names.users.get(target[1:]) or label or target[1:]}"
    if target.startswith("#"):
        return f"#{label or names.channels.get(target[1:]) or target[1:]}"
    if target.startswith("!subteam^"):
        group = target.removeprefix("!subteam^")
        return f"@{names.groups.get(group) or label.removeprefix('@') or group}"
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        return f"@{target[1:]}"
    return str(link(unescape(target), unescape(label)))


def _bare(url: str, label: str) -> str:
    return label or url


def _linked(url: str, label: str) -> str:
    return f"[{label}]({url})" if label and label != url else url.removeprefix("mailto:")


def _part(part: Json, names: Names) -> str:
    kind = part.get("type")
    elements = part.get("elements") or []
    if kind == "rich_text_list":
        ordered = part.get("style") == "ordered"
        pad = "   " * int(part.get("indent") or 0)
        first = int(part.get("offset") or 0) + 1
        return "\n".join(
            f"{pad}{f'{first + number}.' if ordered else '-'} {_part(item, names)}"
            for number, item in enumerate(elements)
        )
    if kind == "rich_text_preformatted":
        return "```\n" + "".join(_leaf_text(leaf, names) for leaf in elements) + "\n```"
    text = "".join(_leaf(leaf, names) for leaf in elements)
    if kind == "rich_text_quote":
        return "\n".join(f"> {line}" for line in text.split("\n"))
    return text


def _leaf(leaf: Json, names: Names) -> str:
    text = _leaf_text(leaf, names)
    style = leaf.get("style") or {}
    if style.get("code"):
        return f"`{text}`"
    if leaf.get("type") == "link":
        text = _linked(str(leaf.get("url") or ""), str(leaf.get("text") or ""))
    else:
        text = _STARRED.sub(r"\\*", text)
    for name, mark in _MARKS.items():
        if style.get(name):
            text = _around(text, mark)
    return text


def _around(text: str, mark: str) -> str:
    """Marks hug the words: a mark beside a blank is none in Markdown."""
    inner = text.strip()
    if not inner:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{inner}{mark}{after}"


def _leaf_text(leaf: Json, names: Names) -> str:
    user, group = str(leaf.get("user_id")), str(leaf.get("usergroup_id"))
    kind = leaf.get("type")
    if kind == "user":
        return f"@{names.users.get(user) or user}"
    if kind == "usergroup":
        return f"@{names.groups.get(group) or group}"
    if kind == "channel":
        channel = str(leaf.get("channel_id"))
        return f"#{names.channels.get(channel) or channel}"
    if kind == "emoji":
        return _emoji(leaf)
    mark, facts = _PLAIN_LEAVES.get(str(kind), ("", ()))
    return next((f"{mark}{leaf[one]}" for one in facts if leaf.get(one)), "")


def _emoji(leaf: Json) -> str:
    """Slack: `unicode` has the code points in hexadecimal; a custom emoji has none."""
    points = str(leaf.get("unicode") or "")
    if points:
        return "".join(_html(f"&#x{one};") for one in points.split("-"))
    return f":{leaf.get('name')}:"


def _has_markup(block: Json) -> bool:
    parts = block.get("elements") or []
    return any(part.get("type") != "rich_text_section" for part in parts) or any(
        leaf.get("style") or leaf.get("type") == "emoji" for leaf in _walk(parts)
    )


def _walk(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        yield from _walk(value.get("elements") or [])
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one)
