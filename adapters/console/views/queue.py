"""The queue as rows: what to do next, and doing it from here."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui.element import Element

from adapters.console.views.elements import box, button, pill, text
from adapters.console.views.posts import Press
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


def ticket(shown: EntryShown, press: Press) -> None:
    entry = shown.entry
    with box(f"entry status-{entry.status.replace(' ', '-')}", "article"):
        with box("entry-words"):
            with box("entry-head"):
                text(f"#{entry.number} · {entry.contact}", "entry-title")
                pill(entry.status, f"status {entry.status.replace(' ', '-')}")
                if entry.priority is not Priority.NORMAL:
                    pill(entry.priority, f"priority {entry.priority}")
            text(entry.reason, "entry-reason")
            with box("entry-facts"):
                text(entry.team, "")
                text(entry.who, "")
                text(shown.waiting, "")
                text(shown.due, "late" if shown.late else "")
        with box("entry-buttons"):
            if entry.status is Status.OPEN:
                claim = Button(
                    action="ticket:claim", label="Claim", value=str(entry.number), style="primary"
                )
                button(claim.label, lambda: press(claim), "primary")
            if shown.link:
                _open(shown.link, entry)


def running(shown: RunningShown, press: Press) -> None:
    one = shown.running
    taken = one.mode is Mode.TAKEOVER
    with box("entry", "article"):
        with box("entry-words"):
            with box("entry-head"):
                text(f"{one.contact}", "entry-title")
                pill("takeover" if taken else "agent", "status takeover" if taken else "status")
            text(one.last_words or "(a file)", "entry-reason")
            with box("entry-facts"):
                text(f"with {one.who}", "")
                text(f"last message {shown.when}", "")
        with box("entry-buttons"):
            value = str(one.conversation_id)
            choices = (
                Button(action="conversation:takeover", label="Take over", value=value),
                Button(action="conversation:escalate", label="Escalate", value=value),
            )
            for choice in choices[1:] if taken else choices:
                button(choice.label, lambda choice=choice: press(choice))


def _open(link: str, entry: Entry) -> Element:
    made = text("Open", "btn quiet", "a")
    made.props["href"] = link
    made.props["aria-label"] = f"Open #{entry.number}"
    return made
