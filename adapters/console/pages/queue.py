"""`/queue`: what waits, in the order in which to do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui

from adapters.console import places
from adapters.console.context import Site
from adapters.console.pages.following import follow
from adapters.console.views import queue
from adapters.console.views.cards import due
from adapters.console.views.elements import box, empty, text
from adapters.console.views.frame import Frame, framed
from adapters.console.views.keyed import Draw, Keyed, T
from adapters.console.views.queue import EntryShown, RunningShown
from adapters.console.views.responses import Responder
from adapters.console.visit import Visit
from bot.commands.registry import Form, Response
from bot.domain.card import Button
from bot.domain.duration import roughly
from bot.domain.identity import Person
from bot.domain.message import Attachment
from bot.ports.store import Tx
from bot.services import inbox
from bot.services.inbox import Entry

_HERE = places.thread("", None)
_TOPICS = frozenset({"tickets", "conversations", "posts"})


@dataclass(frozen=True, kw_only=True)
class QueueLook:
    me: Person
    attendants: tuple[Person, ...]
    sections: dict[str, tuple[EntryShown, ...]]
    running: tuple[RunningShown, ...]
    load: tuple[tuple[str, int], ...]


async def show(site: Site, visit: Visit) -> None:
    with framed(site, visit, "Queue", "page-narrow") as frame:
        page = QueuePage(site, frame)
        await follow(site, _TOPICS, page.refresh)


class QueuePage:
    """Rows stay where they are while somebody acts on them."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site = site
        self._frame = frame
        self._me = Person(id="", name="")
        self._responder = Responder(
            press=self._press, submit=self._submit, keep=site.inbound.keep, targets=self._targets
        )
        with box("page-head"):
            text("Queue", "page-title", "h1")
            ui.space()
            self._who = (
                ui.select({}, label="Working as", on_change=self._switched)
                .props("outlined dense options-dense")
                .classes("who")
            )
        self._load = ui.label().classes("page-sub")
        self._nothing = empty(
            "Nothing waits", "New tickets appear here by themselves. Enjoy the quiet.", "done_all"
        )
        self._sections = {
            "Mine": _section("Mine", self._ticket),
            "Unclaimed": _section("Unclaimed", self._ticket),
            "In progress": _section("In progress with others", self._ticket),
            "Awaiting": _section("Awaiting the contact", self._ticket),
        }
        self._running = _section("With the agent", self._conversation)

    async def refresh(self) -> None:
        visit = self._frame.visit
        now = self._site.clock.now()
        found = await self._site.baton.store.read(_look, visit.attendant, now)
        self._me = found.me
        visit.attendant = found.me.id
        people = {one.id: one.name for one in found.attendants}
        self._who.set_options(people, value=found.me.id if people else None)
        self._load.set_text(" · ".join(f"{name} has {count}" for name, count in found.load))
        for name, (section, rows) in self._sections.items():
            entries = found.sections[name]
            section.set_visibility(bool(entries))
            rows.show((one.entry.number, one) for one in entries)
        section, running = self._running
        section.set_visibility(bool(found.running))
        running.show((one.running.conversation_id, one) for one in found.running)
        self._nothing.set_visibility(not found.running and not any(found.sections.values()))

    def _ticket(self, shown: EntryShown) -> Callable[[EntryShown], None]:
        return queue.ticket(shown, self._press)

    def _conversation(self, shown: RunningShown) -> Callable[[RunningShown], None]:
        return queue.running(shown, self._press)

    async def _press(self, pressed: Button) -> None:
        await self._responder.show(await self._site.inbound.press(self._me, _HERE, pressed))

    async def _submit(
        self, form: Form, given: dict[str, str], attachments: tuple[Attachment, ...]
    ) -> Response:
        return await self._site.inbound.submit(self._me, _HERE, form, given, attachments)

    async def _targets(self, form: Form) -> list[str]:
        return await self._site.baton.store.read(places.targets, form.values.get("ticket", ""))

    async def _switched(self) -> None:
        chosen = self._who.value
        if chosen and chosen != self._frame.visit.attendant:
            self._frame.visit.attendant = str(chosen)
            await self.refresh()
            self._frame.moved()


def _section(title: str, draw: Draw[T]) -> tuple[ui.element, Keyed[T]]:
    """One part of the queue, hidden while it is empty."""
    with box("section", "section") as section:
        section.props["aria-label"] = title
        text(title, "section-title", "h2")
        rows = Keyed(draw, classes="rows")
    return section, rows


def _look(tx: Tx, attendant: str, now: datetime) -> QueueLook:
    people = places.attendants(tx)
    nobody = Person(id=places.WORKSPACE + ":visitor", name="Visitor")
    me = next((one for one in people if one.id == attendant), people[0] if people else nobody)
    found = inbox.queue(tx, me.id, now)
    return QueueLook(
        me=me,
        attendants=tuple(people),
        sections={
            "Mine": _entries(tx, found.mine, now),
            "Unclaimed": _entries(tx, found.unclaimed, now),
            "In progress": _entries(tx, found.in_progress, now),
            "Awaiting": _entries(tx, found.awaiting, now),
        },
        running=tuple(
            RunningShown(running=one, when=f"{roughly(now - one.last_message_at)} ago")
            for one in found.with_agent
        ),
        load=found.load,
    )


def _entries(tx: Tx, entries: tuple[Entry, ...], now: datetime) -> tuple[EntryShown, ...]:
    return tuple(_entry(tx, one, now) for one in entries)


def _entry(tx: Tx, entry: Entry, now: datetime) -> EntryShown:
    promised, late = due(entry.due_at, entry.due, now)
    thread = tx.threads.of_ticket(entry.number)
    since = entry.waiting_since
    return EntryShown(
        entry=entry,
        waiting=f"waiting {roughly(now - since)}" if since else "",
        due=promised,
        late=late,
        link=thread.link if thread else "",
    )
