"""A ticket's conversation as a Markdown file, for whoever keeps or passes it on."""

from __future__ import annotations

import re

from bot.domain.duration import roughly
from bot.domain.identity import platform_of
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import history, record
from bot.services.history import Said

# CommonMark: these begin or end markup. A name is to be read as it is.
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")


def markdown(tx: Tx, ticket: Ticket, *, notes: bool) -> str:
    """Facts, then everything that was said in order. What people wrote is quoted, so that nothing
    in it can pass for a heading or for somebody else's words.
    """
    conversation = tx.conversations.get(ticket.conversation_id)
    said = history.told(tx, conversation.id, notes=notes)
    heading = f"# #{ticket.number} · {escaped(conversation.contact_name)}"
    return "\n".join([heading, "", *_facts(tx, ticket, notes=notes), "", *_lines(said)])


def file_name(ticket: Ticket) -> str:
    return f"ticket-{ticket.number}.md"


def escaped(words: str) -> str:
    """Words in one line without any meaning as Markdown."""
    return _MARKUP.sub(r"\\\1", " ".join(words.split()))


def _facts(tx: Tx, ticket: Ticket, *, notes: bool) -> list[str]:
    conversation = tx.conversations.get(ticket.conversation_id)
    tags = tx.tags.of(ticket.number)
    facts = {
        "Contact": f"{escaped(conversation.contact_name)} (`{conversation.contact}`)",
        "Platform": platform_of(conversation.workspace).capitalize(),
        "Practice": "a played customer, nobody real" if ticket.practice else "",
        "Team": escaped(ticket.team),
        "Status": ticket.status.value,
        "Priority": ticket.priority.value,
        "Tags": ", ".join(tags),
        "Reason": escaped(ticket.reason),
        "Opened": f"{ticket.opened_at:%Y-%m-%d %H:%M} UTC",
        "Closed": f"{ticket.closed_at:%Y-%m-%d %H:%M} UTC" if ticket.closed_at else "",
        "Closed by": escaped(record.name(tx, ticket.closed_by)) if ticket.closed_by else "",
        "Outcome": escaped(ticket.close_reason),
        "Resolved in": roughly(ticket.resolution) if ticket.resolution else "",
        "Internal notes": "included" if notes else "left out",
    }
    return [f"- **{name}:** {value}" for name, value in facts.items() if value]


def _lines(said: tuple[Said, ...]) -> list[str]:
    lines: list[str] = []
    day = ""
    for one in said:
        if (today := f"{one.at:%A, %d %B %Y}") != day:
            lines += [f"## {today}", ""]
            day = today
        lines += [_head(one), "", *_quoted(one.text)]
        lines += [f"> 📎 {escaped(name)}" for name in one.files]
        for before in one.before:
            lines += ["", "Before the edit:", "", *_quoted(before)]
        lines.append("")
    return lines


def _head(one: Said) -> str:
    marks = [mark for mark in ("internal note" if one.is_note else "", one.state) if mark]
    aside = f" _({', '.join(marks)})_" if marks else ""
    return f"**{escaped(one.speaker)}** {one.at:%H:%M}{aside}"


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.splitlines()]
