"""The card of a ticket: in full at the head of its thread, and as a row in a list of threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from adapters.console.views.buttons import Press, button_row
from adapters.console.views.elements import Act, box, button, face, line, pill, text
from bot.domain.card import Card
from bot.domain.desk import Priority
from bot.domain.duration import roughly


@dataclass(frozen=True, kw_only=True)
class CardShown:
    """A card with what changes around it; `compact` draws a row that opens the thread."""

    id: int
    card: Card
    when: str
    waiting: str
    due: str
    late: bool = False
    mentioned: tuple[str, ...] = ()
    compact: bool = False
    opens: bool = False
    current: bool = False


def waiting(card: Card, now: datetime) -> str:
    """How long the contact has waited for people."""
    return roughly(now - card.waiting_since) if card.waiting_since else ""


def due(due_at: datetime | None, what: str, now: datetime) -> tuple[str, bool]:
    """When the nearest promise ends, and whether that has passed."""
    if due_at is None:
        return "", False
    late = due_at < now
    when = f"{roughly(now - due_at)} late" if late else f"due in {roughly(due_at - now)}"
    return f"{what} {when}".strip(), late


def draw(shown: CardShown, press: Press, enter: Act) -> Callable[[CardShown], None] | None:
    """A row is drawn anew; a card keeps its buttons, as a click may be under way."""
    if shown.compact:
        _row(shown, enter)
        return None
    return _full(shown, press, enter)


def _row(shown: CardShown, enter: Act) -> None:
    card = shown.card
    row = box("thread-row" + (" current" if shown.current else ""), "button").on("click", enter)
    row.props["aria-label"] = f"Open thread {card.title}"
    if shown.current:
        row.props["aria-current"] = "true"
    with row:
        face(card.contact)
        with box("thread-row-words"):
            text(card.title, "thread-row-title")
            text(card.reason, "thread-row-reason")
        with box("thread-row-side"):
            _status(card)
            text(shown.when, "post-when")


def _full(shown: CardShown, press: Press, enter: Act) -> Callable[[CardShown], None]:
    with box("card", "article") as article:
        words = box("card-words")
        with box("card-foot"):
            buttons = button_row(press)
            if shown.opens:
                button("Open thread", enter, "", "quiet")

    def change(now: CardShown) -> None:
        kind = (now.card.status or "takeover").replace(" ", "-")
        article.classes(replace=f"card status-{kind}")
        words.clear()
        with words:
            _words(now)
        buttons.show(((one.action, one.value, one.label), one) for one in now.card.buttons)

    change(shown)
    return change


def _words(shown: CardShown) -> None:
    card = shown.card
    with box("card-head"):
        face(card.contact)
        with box("card-titles"):
            text(card.title, "card-title", "h3")
            text(f"{card.origin} · {shown.when}", "card-origin")
        with box("card-pills"):
            _status(card)
            if card.priority is not Priority.NORMAL:
                pill(card.priority, f"priority {card.priority}")
    _facts(shown)
    if card.tags:
        with box("topics"):
            for tag in card.tags:
                text(f"#{tag}", "topic")
    if card.earlier:
        text("Earlier tickets", "card-footer")
    for one in card.earlier:
        line(f"#{one.number} · {one.words} {one.link}".rstrip(), "card-footer")
    if card.footer:
        line(card.footer, "card-footer")
    if shown.mentioned:
        with box("mentions"):
            for name in shown.mentioned:
                text(f"@{name}", "mention")


def _status(card: Card) -> None:
    pill(card.status or "takeover", f"status {(card.status or 'takeover').replace(' ', '-')}")


def _facts(shown: CardShown) -> None:
    card = shown.card
    with box("facts", "dl"):
        _fact("Reason", card.reason)
        if card.topics:
            with box("fact"):
                text("Topics", "", "dt")
                with box("topics", "dd"):
                    for topic in card.topics:
                        text(topic, "topic")
        _fact("Last action", card.last_action)
        _fact("Wants", card.wants)
        _fact("Mood", card.mood)
        _fact("Language", card.language)
        _fact("Summary by", card.summary_by)
        _fact("Who", card.who)
        promised = f"promised within {card.promised}" if card.promised else ""
        waiting = (shown.waiting, shown.due, promised)
        _fact("Waiting", " · ".join(filter(None, waiting)), late=shown.late)
        _fact("Resolved in", card.resolved)


def _fact(name: str, words: str, *, late: bool = False) -> None:
    if words:
        with box("fact"):
            text(name, "", "dt")
            with box("late" if late else "", "dd"):
                line(words)
