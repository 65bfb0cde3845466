"""Posts, cards and transcripts as messages."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from adapters.slack import rich_text as rich
from adapters.slack.mrkdwn import inert, with_links
from adapters.slack.views import blocks
from bot.domain.card import Card, Content, Line, Post, Transcript
from bot.domain.desk import Priority
from bot.domain.identity import local_id, platform_of
from bot.domain.message import Attachment
from bot.domain.states import Status

Json = dict[str, Any]

PRIORITIES = {
    Priority.LOW: "⚪ low",
    Priority.NORMAL: "🟢 normal",
    Priority.HIGH: "🟠 high",
    Priority.URGENT: "🔴 urgent",
}
STATUSES = {
    Status.OPEN: "🔵 open",
    Status.IN_PROGRESS: "🟡 in progress",
    Status.AWAITING: "⏳ awaiting response",
    Status.CLOSED: "✅ closed",
}
# Slack: about 13,200 characters in all blocks of a message (slackapi/bolt-js issue 2509).
_WHOLE = 10_000
_REASON, _TOPIC, _TOPICS, _LAST_ACTION = 1_500, 300, 10, 1_000
_NAME = 80
_LINES = 700
_CHANNEL = re.compile(r"[CG][A-Z0-9]+")
# Contacts' words never go to contacts, so that only the team reads these.
_TAGS = {"contact": " (contact)", "participant": " (participant)"}
_PICTURED = {"contact", "participant", "agent", "attendant", "note"}


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """The arguments of chat.postMessage that say what stands there.

    `text` is for notifications; `username` and `icon_url` can only be given to a new message.
    """

    text: str
    blocks: list[Json] = field(default_factory=list)
    username: str = ""
    icon_url: str = ""


def render(content: Content) -> Rendered:
    match content:
        case Card():
            return _card(content)
        case Transcript():
            return _transcript(content)
        case Post(voice="line"):
            return _line(content)
        case Post():
            return _post(content)


def mentions(people: tuple[str, ...]) -> str:
    """The only way in which a message of Baton's pings anybody."""
    return " ".join(mention for one in people if (mention := _mention(one)))


def _mention(person: str) -> str:
    kind = person.partition(":")[0]
    if platform_of(person) != "slack":
        return ""
    return f"<!subteam^{local_id(person)}>" if kind == "slack-group" else f"<@{local_id(person)}>"


def _post(post: Post) -> Rendered:
    said = rich.rich_text(blocks.clip(post.text, _WHOLE)) if post.text.strip() else None
    shown = [said] if said else []
    notes = [_missing(one) for one in post.attachments if not (one.digest and one.size)]
    if not shown and not notes:
        notes = [f"📎 {_small(one.name)}" for one in post.attachments]
    small = [*notes, *([_small(post.aside)] if post.aside else [])]
    if post.voice == "note":
        small.append("🔒 internal note")
    pinged = mentions(post.mentions)
    made = [
        *([blocks.section(pinged)] if pinged else []),
        *shown,
        *([blocks.context(*(blocks.mrkdwn(one) for one in small))] if small else []),
        *blocks.actions(post.buttons),
    ]
    speaker = post.speaker if post.voice in _PICTURED else None
    words = rich.plain(said) or " ".join(one.name for one in post.attachments) or post.aside
    return Rendered(
        text=f"{pinged} {blocks.fallback(words)}".strip(),
        blocks=made or [blocks.section(blocks.NOTHING)],
        username=_called(post) if speaker else "",
        icon_url=speaker.avatar if speaker and speaker.avatar.startswith("http") else "",
    )


def _called(post: Post) -> str:
    """What says whose words they are stands behind the name, however long that is."""
    name = post.speaker.name if post.speaker else ""
    tag = _TAGS.get(post.voice, "")
    return f"{blocks.one_line(name, _NAME - len(tag))}{tag}"


def _missing(file: Attachment) -> str:
    problem = file.problem or ("not available" if file.size else "is empty")
    return f"📎 {_small(file.name)}: {_small(problem)}"


def _small(text: str) -> str:
    """A line of small print."""
    return inert(blocks.one_line(text, _TOPIC))


def _line(post: Post) -> Rendered:
    """Small print; only who is mentioned makes it a line that pings."""
    pinged = mentions(post.mentions)
    words = with_links(blocks.clip(post.text, _REASON))
    small = [blocks.mrkdwn(words), *([blocks.mrkdwn(_small(post.aside))] if post.aside else [])]
    shown = [blocks.section(f"{pinged} {words}")] if pinged else [blocks.context(*small)]
    return Rendered(
        text=f"{pinged} {blocks.fallback(post.text)}".strip(),
        blocks=[*shown, *blocks.actions(post.buttons)],
    )


def _card(card: Card) -> Rendered:
    pinged = mentions(card.mentions)
    small = [_small(card.footer)] if card.footer else []
    small += [f"Summary by {_small(card.summary_by)}"] if card.summary_by else []
    return Rendered(
        text=f"{pinged} {blocks.fallback(f'{card.title} · {card.reason}')}".strip(),
        blocks=[
            blocks.header(card.title),
            {
                "type": "section",
                "fields": [blocks.mrkdwn(one, blocks.FIELD) for one in _facts(card)],
            },
            {"type": "rich_text", "elements": _story(card)},
            *([blocks.section(earlier)] if (earlier := _earlier(card)) else []),
            *([blocks.section(pinged)] if pinged else []),
            *([blocks.context(*(blocks.mrkdwn(one) for one in small))] if small else []),
            *blocks.actions(card.buttons),
        ],
    )


def _facts(card: Card) -> list[str]:
    facts = {
        "Status": STATUSES[card.status] if card.status else "takeover",
        "Priority": PRIORITIES[card.priority],
        "Contact": inert(blocks.one_line(card.contact.name, _TOPIC)),
        "Writes from": _origin(card),
        "Who": with_links(blocks.one_line(card.who, _TOPIC)),
        "Opened": blocks.date(card.opened_at),
    }
    if card.waiting_since:
        facts["Waiting since"] = blocks.date(card.waiting_since)
    if card.due_at:
        long = f" (promised within {card.promised})" if card.promised else ""
        facts[f"{card.due.capitalize()} due"] = f"{blocks.date(card.due_at)}{long}"
    if card.resolved:
        facts["Resolved in"] = card.resolved
    return [f"*{name}*\n{value}" for name, value in facts.items()]


def _earlier(card: Card) -> str:
    """The tags, and the tickets that the contact had before, with links to their threads."""
    lines = [f"*Tags* {inert(', '.join(card.tags))}"] if card.tags else []
    lines += ["*Earlier tickets*"] if card.earlier else []
    for one in card.earlier:
        number = f"<{one.link}|#{one.number}>" if one.link.startswith("http") else f"#{one.number}"
        lines.append(f"{number} · {inert(blocks.one_line(one.words, _TOPIC))}")
    return "\n".join(lines)


def _origin(card: Card) -> str:
    """A channel of this workspace as a link; a test ticket comes from none."""
    place = card.place
    if place and platform_of(place.workspace) == "slack" and _CHANNEL.fullmatch(place.channel):
        return f"<#{place.channel}>"
    return inert(blocks.one_line(card.origin, _TOPIC))


def _story(card: Card) -> list[Json]:
    """Why, what about, and what the agent tried last: contacts' words among them, so literal."""
    parts = [_labelled("Reason", card.reason, _REASON)]
    if card.topics:
        topics = [blocks.clip(one, _TOPIC) for one in card.topics[:_TOPICS]]
        parts += [rich.section(rich.literal("Topics", bold=True)), rich.bullets(topics)]
    if card.last_action:
        parts.append(_labelled("Last action", card.last_action, _LAST_ACTION))
    more = {"Wants": card.wants, "Mood": card.mood, "Language": card.language}
    parts += [_labelled(label, text, _TOPIC) for label, text in more.items() if text]
    return parts


def _labelled(label: str, text: str, limit: int) -> Json:
    words = blocks.clip(text, limit)
    return rich.section(rich.literal(f"{label}: ", bold=True), rich.literal(words))


def _transcript(transcript: Transcript) -> Rendered:
    """Slack: a long section is shown collapsed, with “See more”. The newest lines come first to
    mind, so they are the ones kept when not all fit.
    """
    lines, left = [], _WHOLE - blocks.SECTION
    for line in reversed(transcript.lines):
        shown = _said(line)
        left -= len(shown) + 1
        if left < 0:
            break
        lines.append(shown)
    dropped = len(transcript.lines) - len(lines)
    note = f" · the first {dropped} are in the history" if dropped else ""
    sections = _packed(list(reversed(lines)))
    return Rendered(
        text=blocks.fallback(transcript.title),
        blocks=[
            blocks.context(blocks.mrkdwn(f"*{inert(transcript.title)}*{note}")),
            *(blocks.section(text, expand=False) for text in sections),
        ],
    )


def _said(line: Line) -> str:
    name = inert(blocks.one_line(line.speaker, _NAME))
    what = " (note)" if line.voice == "note" else ""
    text = inert(blocks.clip(line.text, _LINES)).replace("```", "'''")
    return f"*{name}*{what} {blocks.date(line.at)}\n{text}"


def _packed(lines: list[str]) -> list[str]:
    """Lines joined into texts that each fit a section."""
    sizes, size, number = [], 0, 0
    for line in lines:
        size += len(line) + 1
        if size > blocks.SECTION:
            size, number = len(line) + 1, number + 1
        sizes.append(number)
    pairs = groupby(zip(sizes, lines, strict=True), key=lambda pair: pair[0])
    return ["\n".join(line for _, line in group) for _, group in pairs]
