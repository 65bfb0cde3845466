"""What people pass on from elsewhere in Slack, which stands beside the words of their message."""

from __future__ import annotations

from typing import Any

from adapters.slack.mrkdwn import Names, to_markdown

Json = dict[str, Any]


def shared(message: Json) -> list[Json]:
    """Slack marks what was forwarded; other attachments are previews of links in the text."""
    return [one for one in message.get("attachments") or [] if one.get("is_share")]


def words(message: Json, names: Names) -> str:
    """All that was said: the words, and what was passed on."""
    parts = [to_markdown(message, names)]
    for one in shared(message):
        whose = f"Forwarded from {one['author_name']}:" if one.get("author_name") else "Forwarded:"
        told = to_markdown({"text": one.get("text") or one.get("title")}, names)
        parts.append("\n".join([whose, *(f"> {line}" for line in told.splitlines())]))
    return "\n".join(part for part in parts if part)


def files(message: Json) -> list[Json]:
    """Its own files, and those of what it passes on."""
    passed_on = (file for one in shared(message) for file in one.get("files") or [])
    return [*(message.get("files") or []), *passed_on]
