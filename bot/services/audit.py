"""Who did what, from the log of events, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.thread import Event
from bot.ports.store import Tx
from bot.services import record

# What is said where the event has no words of its own. Every kind that is not here is said plainly.
_SAID: Mapping[str, str] = {
    "claimed": "{who} claimed it.",
    "closed": "{who} closed it.",
    "configured": "{who} changed the desk: {what}",
    "contact_replied": "{who}, the contact, answered.",
    "deleted": "{who} deleted a message of theirs.",
    "edited": "{who} edited a message of theirs.",
    "escalated": "{who} opened it: {reason}",
    "moved": "It went on in another thread.",
    "noted": "{who} wrote a note.",
    "replied": "{who} replied to the contact.",
    "reply_deleted": "{who} took a reply back.",
    "reply_edited": "{who} edited a reply.",
    "retried": "{who} had a failed message sent again.",
    "thanked": "{who}, the contact, thanked.",
    "warned": "The contact was asked whether they are still there.",
}


# Their lines are for the thread in which they stand.
_IN_OTHER_WORDS = {"claimed", "moved"}


class _Known(dict[str, str]):
    def __missing__(self, _: str) -> str:
        return ""


def sentence(tx: Tx, event: Event) -> str:
    """`25 Nov 14:02 · #12 · Alice claimed it.`, in UTC."""
    where = f" · #{event.ticket_number}" if event.ticket_number else ""
    if not where and event.conversation_id:
        where = f" · conversation {event.conversation_id}"
    return f"{event.at:%d %b %Y %H:%M}{where} · {_words(tx, event)}"


def _words(tx: Tx, event: Event) -> str:
    who = _name(tx, event.actor)
    template = _SAID.get(event.kind)
    if event.line and event.kind not in _IN_OTHER_WORDS:
        tells_who = who in event.line or event.actor == record.BATON
        return event.line if tells_who else f"{who}: {event.line}"
    if template is None:
        facts = ", ".join(f"{key} {value}" for key, value in event.data.items() if value)
        return f"{who}: {event.kind.replace('_', ' ')}{f' ({facts})' if facts else ''}."
    said = template.format_map(_Known({**event.data, "who": who})).strip()
    return said if said.endswith((".", "!", "?")) else f"{said}."


def _name(tx: Tx, actor: str) -> str:
    """People by name; the command line and the desk file are nobody's."""
    return record.name(tx, actor) if ":" in actor or actor == record.BATON else f"The {actor}"
