"""The queue as rows: what to do next, and doing it from here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nicegui.element import Element

from adapters.console.views.buttons import Press, button_row
from adapters.console.views.elements import box, pill, text
from bot.domain.card import Button
from bot.domain.conversation import Mode
from bot.domain.desk import Priority
from bot.domain.states import Status
from bot.services.inbox import Entry, Running


@dataclass(frozen=True, kw_only=True)
class EntryShown:
    entry: Entry
    waiting: str
    due: str
    late: bool
    link: str


@dataclass(frozen=True, kw_only=True)
class RunningShown:
    running: Running
    when: str


def ticket(shown: EntryShown, press: Press) -> Callable[[EntryShown], None]:
    """An open ticket. Its buttons stay while its words change, as a click may be under way."""
    article, words = _skeleton()
    with article, box("entry-buttons"):
        buttons = button_row(press)
        if shown.link:
            _open(shown.link, shown.entry)

    def change(now: EntryShown) -> None:
        article.classes(replace=f"entry status-{now.entry.status.replace(' ', '-')}")
        words.clear()
        with words:
            _ticket_words(now)
        buttons.show((one.action, one) for one in _claim(now.entry))

    change(shown)
    return change


def running(shown: RunningShown, press: Press) -> Callable[[RunningShown], None]:
    """A conversation without a ticket."""
    article, words = _skeleton()
    with article, box("entry-buttons"):
        buttons = button_row(press)

    def change(now: RunningShown) -> None:
        words.clear()
        with words:
            _running_words(now)
        buttons.show((one.action, one) for one in _choices(now.running))

    change(shown)
    return change


def _skeleton() -> tuple[Element, Element]:
    with box("entry", "article") as article:
        words = box("entry-words")
    return article, words


def _ticket_words(shown: EntryShown) -> None:
    entry = shown.entry
    with box("entry-head"):
        text(f"#{entry.number} · {entry.contact}", "entry-title")
        pill(entry.status, f"status {entry.status.replace(' ', '-')}")
        if entry.priority is not Priority.NORMAL:
            pill(entry.priority, f"priority {entry.priority}")
    text(entry.reason, "entry-reason")
    with box("entry-facts"):
        for tag in entry.tags:
            text(f"#{tag}")
        text(entry.team)
        text(entry.who)
        text(shown.waiting)
        text(shown.due, "late" if shown.late else "")


def _running_words(shown: RunningShown) -> None:
    one = shown.running
    taken = one.mode is Mode.TAKEOVER
    with box("entry-head"):
        text(one.contact, "entry-title")
        pill("takeover" if taken else "agent", "status takeover" if taken else "status")
    text(one.last_words.replace("**", "") or "(a file)", "entry-reason")
    with box("entry-facts"):
        text(f"with {one.who}")
        text(f"last message {shown.when}")


def _claim(entry: Entry) -> tuple[Button, ...]:
    if entry.status is not Status.OPEN:
        return ()
    value = str(entry.number)
    return (Button(action="ticket:claim", label="Claim", value=value, style="primary"),)


def _choices(one: Running) -> tuple[Button, ...]:
    """While somebody speaks in place of the agent, only a ticket is left to be wanted."""
    value = str(one.conversation_id)
    takeover = Button(action="conversation:takeover", label="Take over", value=value)
    escalate = Button(action="conversation:escalate", label="Escalate", value=value)
    return (escalate,) if one.mode is Mode.TAKEOVER else (takeover, escalate)


def _open(link: str, entry: Entry) -> Element:
    made = text("Open", "btn quiet", "a")
    made.props["href"] = link
    made.props["aria-label"] = f"Open #{entry.number}"
    return made
