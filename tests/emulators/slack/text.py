"""Text as Slack stores it, and who it would ping."""

import re
from collections.abc import Iterator
from typing import Any

from tests.emulators.slack.errors import Json

ENTITY = re.compile(
    r"<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?"
    r"|#C[A-Z0-9]+(?:\|[^<>]*)?"
    r"|!(?:here|channel|everyone|group)(?:\|[^<>]*)?"
    r"|!subteam\^S[A-Z0-9]+(?:\|[^<>]*)?"
    r"|!date\^[^<>]+"
    r"|(?:https?://|mailto:|tel:)[^<>|\s]+(?:\|[^<>]*)?)>"
)
PING = re.compile(r"<(@[UW][A-Z0-9]+|!(?:here|channel|everyone|group)|!subteam\^S[A-Z0-9]+)")
BARE_PING = re.compile(r"(?<![\w<!])@(here|channel|everyone)\b")
AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
URL = re.compile(r"https?://[^\s<>|]+")


def escape(text: str) -> str:
    """Slack: `&`, `<` and `>` are control characters and stored as entities."""
    return AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """What a person typed without picking anything: every control character is escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def stored(text: str, *, link_urls: bool = True) -> str:
    """Entities stay; what only looks like one is escaped; URLs become links."""
    parts: list[str] = []
    end = 0
    for match in ENTITY.finditer(text):
        parts.extend(
            (
                _plain(text[end : match.start()], link_urls=link_urls),
                AMPERSAND.sub("&amp;", match[0]),
            )
        )
        end = match.end()
    parts.append(_plain(text[end:], link_urls=link_urls))
    return "".join(parts)


def _plain(text: str, *, link_urls: bool) -> str:
    escaped = escape(text)
    return URL.sub(lambda match: f"<{match[0]}>", escaped) if link_urls else escaped


def linked_names(text: str, users: dict[str, str]) -> str:
    """Slack: link_names and parse=full turn @names into mentions, @here and friends too."""
    text = BARE_PING.sub(r"<!\1>", text)
    for name, user in users.items():
        text = re.sub(rf"(?<![\w<])@{re.escape(name)}\b", f"<@{user}>", text)
    return text


def _unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def rich_text(text: str, block_id: str) -> Json:
    """The block that Slack's own clients send beside the text of a message."""
    elements: list[Json] = []
    end = 0
    for match in ENTITY.finditer(text):
        if text[end : match.start()]:
            elements.append({"type": "text", "text": _unescape(text[end : match.start()])})
        elements.append(_element(match[0][1:-1]))
        end = match.end()
    if text[end:]:
        elements.append({"type": "text", "text": _unescape(text[end:])})
    section = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _element(entity: str) -> Json:
    target, _, label = entity.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!date"):
        return {"type": "text", "text": label or target}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link: Json = {"type": "link", "url": _unescape(target)}
    return {**link, "text": _unescape(label)} if label else link


def _objects(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from _objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from _objects(one)


def _rich_ping(element: Json) -> str | None:
    kind = element.get("type")
    if kind == "user" and "user_id" in element:
        return f"@{element['user_id']}"
    if kind == "usergroup":
        return f"!subteam^{element.get('usergroup_id')}"
    return f"!{element.get('range')}" if kind == "broadcast" else None


def pings(text: str, blocks: list[Json]) -> list[str]:
    """Everyone this message would notify: `@U…`, `!subteam^S…`, `!here`, `!channel`."""
    found = PING.findall(text)
    for one in _objects(blocks):
        if one.get("type") == "mrkdwn" or one.get("type") == "markdown":
            found += PING.findall(str(one.get("text", "")))
        elif ping := _rich_ping(one):
            found.append(ping)
    return sorted(set(found))


def doubtful_pings(blocks: list[Json]) -> list[str]:
    """Slack: a mrkdwn text without `verbatim` has "certain mentions" parsed by itself."""
    texts = (
        str(one.get("text", ""))
        for one in _objects(blocks)
        if one.get("type") == "mrkdwn" and not one.get("verbatim")
    )
    return sorted({f"@{name}" for text in texts for name in BARE_PING.findall(text)})
