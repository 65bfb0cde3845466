"""The queue, in the App Home and as an answer to /queue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from adapters.slack.mrkdwn import inert
from adapters.slack.views import blocks
from adapters.slack.views.messages import PRIORITIES, STATUSES
from bot.domain.card import Button
from bot.domain.conversation import Mode
from bot.services.inbox import Entry, Queue, Running

Json = dict[str, Any]
_REASON, _WORDS, _NAME = 200, 120, 80
# How many of a section are shown in 100 blocks; /ticket search finds the others.
_SHARES = {"mine": 18, "unclaimed": 24, "in_progress": 8, "awaiting": 10, "with_agent": 8}


def home(queue: Queue, *, hint: str = "") -> Json:
    """The Home tab of somebody who works here."""
    top = [blocks.context(blocks.mrkdwn(hint))] if hint else []
    shown = [*top, *sections(queue, room=blocks.VIEW_BLOCKS - len(top))]
    return {"type": "home", "blocks": shown}


def stranger(words: str) -> Json:
    """The Home tab of somebody who is in no team."""
    return {"type": "home", "blocks": [blocks.header("Baton"), blocks.section(words)]}


def sections(queue: Queue, *, room: int) -> list[Json]:
    """Mine, unclaimed by due time, others', awaiting, with the agent, and who has how many."""
    share = room / blocks.VIEW_BLOCKS
    made = [
        *(
            block
            for section, title, button in _SECTIONS
            for block in _tickets(queue, section, title, button, int(_SHARES[section] * share))
        ),
        *_with_agent(queue.with_agent, int(_SHARES["with_agent"] * share)),
    ]
    if not made:
        made = [blocks.section("🎉 *Nothing waits.* The queue is empty.")]
    return [*made, *_load(queue.load)][:room]


def _tickets(queue: Queue, section: str, title: str, button: Any, most: int) -> list[Json]:
    entries: tuple[Entry, ...] = getattr(queue, section)
    if not entries:
        return []
    total = queue.total(section)
    rest = total - min(most, len(entries))
    return [
        blocks.header(f"{title} ({total})"),
        *(_ticket(one, button(one)) for one in entries[:most]),
        *([blocks.context(blocks.mrkdwn(f"and {rest} more"))] if rest > 0 else []),
    ]


def _ticket(entry: Entry, button: Button) -> Json:
    name = inert(blocks.one_line(entry.contact, _NAME))
    is_link = entry.link.startswith("http")
    number = f"<{entry.link}|#{entry.number}>" if is_link else f"#{entry.number}"
    facts = [STATUSES[entry.status], PRIORITIES[entry.priority], inert(entry.team)]
    facts += [f"#{inert(tag)}" for tag in entry.tags]
    facts.append(inert(blocks.one_line(entry.who, _NAME)))
    if entry.due_at:
        facts.append(f"{entry.due} due {blocks.date(entry.due_at)}")
    elif entry.waiting_since:
        facts.append(f"waiting since {blocks.date(entry.waiting_since)}")
    reason = inert(blocks.one_line(entry.reason, _REASON))
    text = f"*{number} · {name}*\n{' · '.join(facts)}\n{reason}"
    return blocks.section(text, accessory=blocks.button(button))


def _claim(entry: Entry) -> Button:
    value = str(entry.number)
    return Button(action="ticket:claim", label="Claim", value=value, style="primary")


def _reply(entry: Entry) -> Button:
    return Button(action="ticket:reply", label="Reply", value=str(entry.number))


def _more(entry: Entry) -> Button:
    return Button(action="ticket:more", label="More", value=str(entry.number))


_SECTIONS = (
    ("mine", "Mine", _reply),
    ("unclaimed", "Unclaimed", _claim),
    ("in_progress", "In progress", _more),
    ("awaiting", "Awaiting the contact", _more),
)


def _with_agent(running: tuple[Running, ...], most: int) -> list[Json]:
    if not running:
        return []
    title = blocks.header(f"With the agent ({len(running)})")
    return [title, *(block for one in running[:most] for block in _running(one))]


def _running(one: Running) -> list[Json]:
    name = inert(blocks.one_line(one.contact, _NAME))
    words = inert(blocks.one_line(one.last_words, _WORDS))
    value = str(one.conversation_id)
    buttons = [Button(action="conversation:escalate", label="Escalate", value=value)]
    if one.mode is Mode.AGENT:
        buttons.insert(0, Button(action="conversation:takeover", label="Take over", value=value))
    text = f"*{name}* · {inert(one.who)} · {blocks.date(one.last_message_at)}\n{words}"
    return [blocks.section(text), *blocks.actions(buttons)]


def _load(load: Iterable[tuple[str, int]]) -> list[Json]:
    people = [f"{inert(blocks.one_line(name, _NAME))} {count}" for name, count in load]
    return [blocks.context(blocks.mrkdwn(f"Load: {' · '.join(people)}"))] if people else []
