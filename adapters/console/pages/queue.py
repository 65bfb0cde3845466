"""`/queue`: what waits, in the order in which to do it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic

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
class SectionShown:
    """The first entries of a section, and how many more there are."""

    entries: tuple[EntryShown, ...]
    more: int


@dataclass(frozen=True, kw_only=True)
class QueueLook:
    me: Person
    attendants: tuple[Person, ...]
    sections: dict[str, SectionShown]
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
        self._nothing.set_visibility(False)
        self._sections = {
            "mine": Section("Mine", self._ticket),
            "unclaimed": Section("Unclaimed", self._ticket),
            "in_progress": Section("In progress with others", self._ticket),
            "awaiting": Section("Awaiting the contact", self._ticket),
        }
        self._running = Section("With the agent", self._conversation)

    async def refresh(self) -> None:
        visit = self._frame.visit
        now = self._site.clock.now()
        found = await self._site.baton.store.read(_look, visit.attendant, now)
        self._me = found.me
        visit.attendant = found.me.id
        people = {one.id: one.name for one in found.attendants}
        self._who.set_options(people, value=found.me.id if people else None)
        self._load.set_text(" · ".join(f"{name} has {count}" for name, count in found.load))
        for name, part in self._sections.items():
            shown = found.sections[name]
            part.show([(one.entry.number, one) for one in shown.entries], more=shown.more)
        self._running.show([(one.running.conversation_id, one) for one in found.running])
        is_busy = found.running or any(one.entries for one in found.sections.values())
        self._nothing.set_visibility(not is_busy)

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


class Section(Generic[T]):
    """One part of the queue, hidden while it is empty."""

    def __init__(self, title: str, draw: Draw[T]) -> None:
        with box("section", "section") as self._box:
            self._box.props["aria-label"] = title
            text(title, "section-title", "h2")
            self._rows = Keyed(draw, classes="rows")
            self._more = ui.label().classes("page-sub")
        self._box.set_visibility(False)

    def show(self, entries: Sequence[tuple[Hashable, T]], *, more: int = 0) -> None:
        self._box.set_visibility(bool(entries))
        self._rows.show(entries)
        self._more.set_text(f"and {more} more: /ticket search finds them")
        self._more.set_visibility(more > 0)


def _look(tx: Tx, attendant: str, now: datetime) -> QueueLook:
    people = places.attendants(tx)
    nobody = Person(id=places.WORKSPACE + ":visitor", name="Visitor")
    me = next((one for one in people if one.id == attendant), people[0] if people else nobody)
    found = inbox.queue(tx, me.id, now)
    return QueueLook(
        me=me,
        attendants=tuple(people),
        sections={
            name: _section(found, name, now)
            for name in ("mine", "unclaimed", "in_progress", "awaiting")
        },
        running=tuple(
            RunningShown(running=one, when=f"{roughly(now - one.last_message_at)} ago")
            for one in found.with_agent
        ),
        load=found.load,
    )


def _section(queue: inbox.Queue, name: str, now: datetime) -> SectionShown:
    entries: tuple[Entry, ...] = getattr(queue, name)
    shown = tuple(_entry(one, now) for one in entries)
    return SectionShown(entries=shown, more=queue.total(name) - len(shown))


def _entry(entry: Entry, now: datetime) -> EntryShown:
    promised, late = due(entry.due_at, entry.due, now)
    since = entry.waiting_since
    return EntryShown(
        entry=entry,
        waiting=f"waiting {roughly(now - since)}" if since else "",
        due=promised,
        late=late,
        link=entry.link,
    )
