"""The team's side: its channels, the ticket threads in them, and one thread opened."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from nicegui import ui

from adapters.console import places
from adapters.console.context import Site
from adapters.console.pages.team_look import ChannelShown, TeamLook, look
from adapters.console.views import cards, posts
from adapters.console.views.cards import CardShown
from adapters.console.views.composer import Composer
from adapters.console.views.elements import box, button, empty, line, text
from adapters.console.views.frame import Frame
from adapters.console.views.keyed import Keyed
from adapters.console.views.posts import Shown
from adapters.console.views.responses import Responder
from bot.commands.registry import Form, Response
from bot.domain.card import Button
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment

TOPICS = frozenset({"posts", "tickets"})
_NOTE_HINT = (
    "Plain text here is an internal note: only the team sees it. "
    "To answer the contact use Reply, or /reply."
)


class TeamPanel:
    """What stands in the box is never touched by a refresh; each thread has a draft of its own."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site = site
        self._frame = frame
        self._me = Person(id="", name="")
        self._drafts: dict[str, tuple[str, tuple[Attachment, ...]]] = {}
        self._channel = self._thread = ""
        self.responder = Responder(
            press=self.press,
            submit=self._submit,
            keep=site.inbound.keep,
            targets=self._targets,
        )
        self._panel = box("panel team-panel", "section")
        self._panel.props["aria-label"] = "The team's side"
        with self._panel:
            self._head()
            with box("team-body"):
                self._channel_side()
                self._thread_side()

    async def refresh(self) -> None:
        visit = self._frame.visit
        now = self._site.clock.now()
        found = await self._site.baton.store.read(
            look, visit.attendant, visit.channel, visit.thread, now
        )
        self._me = found.me
        self._channel = found.channel
        visit.attendant, visit.thread = found.me.id, found.thread
        self._show(found)

    async def press(self, pressed: Button) -> None:
        response = await self._site.inbound.press(self._me, self._place(), pressed)
        await self.responder.show(response)

    def _show(self, found: TeamLook) -> None:
        people = {one.id: one.name for one in found.attendants}
        self._who.set_options(people, value=found.me.id if people else None)
        self._channels.show((one.name, one) for one in found.channels)
        self._feed.show((_key(found.channel, one), one) for one in found.feed)
        self._root.show([(found.root.id, found.root)] if found.root else [])
        self._posts.show((one.id, one) for one in found.posts)
        self._turn_to(found.thread)
        self._writing.set_visibility(not found.ended)
        self._ended.show([(found.ended, found.ended)] if found.ended else [])

    def _turn_to(self, thread: str) -> None:
        """Another thread's draft into the box; the layout follows whether one is open."""
        if thread == self._thread:
            return
        self._drafts[self._thread] = self._composer.draft
        self._composer.draft = self._drafts.pop(thread, ("", ()))
        self._thread = thread
        if thread:
            self._panel.classes(add="has-thread")
        else:
            self._panel.classes(remove="has-thread")

    def _head(self) -> None:
        with box("panel-head"):
            with box("panel-titles"):
                text("Team", "panel-title", "h2")
                text("what your people see", "panel-sub")
            ui.space()
            self._who = (
                ui.select({}, label="Working as", on_change=self._switched)
                .props("outlined dense options-dense")
                .classes("who")
            )

    def _channel_side(self) -> None:
        with box("channel-side"):
            self._channels: Keyed[ChannelShown] = Keyed(self._draw_channel, classes="channels")
            with box("scroll-down"):
                self._feed: Keyed[CardShown | Shown] = Keyed(
                    self._draw_root,
                    classes="feed",
                    newest_first=True,
                    empty=lambda: empty(
                        "No tickets here yet",
                        "When the agent gives up, or somebody uses Escalate in the queue, "
                        "the ticket appears here.",
                        "done_all",
                    ),
                )
            with box("channel-command"):
                Composer(
                    "Type / for a command",
                    self._say_in_channel,
                    self._site.inbound.keep,
                    commands=True,
                )

    def _thread_side(self) -> None:
        with box("thread-side"):
            with box("thread-bar"):
                button("← All threads", self._close_thread, "", "quiet")
            with box("scroll"), box("thread"):
                self._root: Keyed[CardShown] = Keyed(self._draw_head)
                self._posts: Keyed[Shown] = Keyed(
                    lambda shown: posts.in_thread(shown, self.press), classes="thread-posts"
                )
            self._ended: Keyed[str] = Keyed(_draw_end)
            with box("writing") as self._writing:
                self._composer = Composer(
                    "Internal note, or / for a command",
                    self._say,
                    self._site.inbound.keep,
                    hint=_NOTE_HINT,
                    commands=True,
                )

    def _draw_channel(self, shown: ChannelShown) -> None:
        async def enter() -> None:
            await self._go(shown.name, "")

        tab = box("channel" + (" current" if shown.current else ""), "button").on("click", enter)
        tab.props["aria-current"] = "true" if shown.current else "false"
        with tab:
            text(f"#{shown.name}", "channel-name")
            if shown.open:
                text(str(shown.open), "count").props["title"] = f"{shown.open} open"

    def _draw_root(self, shown: CardShown | Shown) -> Callable[[Any], None] | None:
        if isinstance(shown, Shown):
            posts.in_thread(shown, self.press)
            return None

        async def enter() -> None:
            await self._go(self._channel, str(shown.id))

        return cards.draw(shown, self.press, enter)

    def _draw_head(self, shown: CardShown) -> Callable[[CardShown], None] | None:
        return cards.draw(shown, self.press, lambda: None)

    async def _go(self, channel: str, thread: str) -> None:
        self._frame.visit.channel, self._frame.visit.thread = channel, thread
        await self.refresh()
        self._frame.moved()

    async def _close_thread(self) -> None:
        await self._go(self._channel, "")

    async def _switched(self) -> None:
        chosen = self._who.value
        if chosen and chosen != self._frame.visit.attendant:
            self._frame.visit.attendant = str(chosen)
            await self.refresh()
            self._frame.moved()

    async def _say(self, line: str, attachments: tuple[Attachment, ...]) -> bool:
        return await self._said(self._place(), line, attachments)

    async def _say_in_channel(self, line: str, attachments: tuple[Attachment, ...]) -> bool:
        return await self._said(places.thread(self._channel, None), line, attachments)

    async def _said(self, place: Place, line: str, attachments: tuple[Attachment, ...]) -> bool:
        response = await self._site.inbound.say(self._me, place, line, attachments)
        is_note = not line.lstrip().startswith("/")
        if not (is_note and response.ok):  # a note shows itself
            await self.responder.show(response)
        return response.ok or bool(response.buttons)

    async def _submit(
        self, form: Form, given: dict[str, str], attachments: tuple[Attachment, ...]
    ) -> Response:
        return await self._site.inbound.submit(self._me, self._place(), form, given, attachments)

    async def _targets(self, form: Form) -> list[str]:
        """Whom something can be given to, as one would type it."""
        return await self._site.baton.store.read(places.targets, form.values.get("ticket", ""))

    def _place(self) -> Place:
        return places.thread(self._channel, self._frame.visit.thread or None)


def _draw_end(words: str) -> None:
    """In place of the box, where what one writes would reach nobody."""
    line(words, "thread-end")


def _key(channel: str, one: CardShown | Shown) -> Hashable:
    """A card that becomes a row (or a row a card) is drawn anew."""
    return channel, one.id, isinstance(one, CardShown) and one.compact
