"""The contact's side: one conversation with whoever answers."""

from __future__ import annotations

from collections.abc import Awaitable, Hashable
from dataclasses import dataclass
from datetime import datetime

from nicegui import ui
from nicegui.element import Element

from adapters.console import places
from adapters.console.context import Site
from adapters.console.outlet import BATON
from adapters.console.views import posts
from adapters.console.views.composer import Composer
from adapters.console.views.elements import box, button, clock_time, empty, icon_button, text
from adapters.console.views.frame import Frame
from adapters.console.views.keyed import Keyed
from adapters.console.views.posts import Shown
from adapters.console.views.responses import Responder
from adapters.console.views.toasts import toast
from bot.commands.registry import Argument, Form, Kind, Response
from bot.domain.card import Button, Post
from bot.domain.errors import BatonError
from bot.domain.identity import Person
from bot.domain.message import Attachment
from bot.ports.repositories.platforms import Posted
from bot.ports.store import Tx

TOPICS = frozenset({"posts", "conversations"})
# Newest posts shown; older ones stay in the store.
_MOST = 200
_EDIT = "Edit your message"
_WORDS = Argument(name="text", kind=Kind.TEXT, help="what it says from now on", long=True)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the store says, for one refresh."""

    me: Person
    people: tuple[Person, ...]
    posts: tuple[Shown, ...]


class ContactPanel:
    """Choose who you are, read, write. What stands in the box is never touched by a refresh."""

    def __init__(self, site: Site, frame: Frame, *, examples: tuple[str, ...] = ()) -> None:
        self._site = site
        self._frame = frame
        self._me = Person(id="", name="")
        self._responder = Responder(
            press=self._press, submit=self._change, keep=site.inbound.keep, targets=_no_targets
        )
        self._panel = box("panel contact-panel", "section")
        with self._panel:
            self._panel.props["aria-label"] = "The contact's chat"
            self._head()
            with box("scroll"):
                self._posts: Keyed[Shown] = Keyed(
                    lambda shown: posts.to_contact(shown, self._own_menu, self._press),
                    classes="chat",
                    empty=lambda: empty(
                        "Say hello",
                        "You are the customer here. Write below, and the assistant answers.",
                        "chat_bubble_outline",
                    ),
                )
            self._tries = self._examples(examples) if examples else None
            self._composer = Composer("Write a message", self._send, site.inbound.keep)

    async def refresh(self) -> None:
        visit = self._frame.visit
        look = await self._site.baton.store.read(_look, visit.contact, self._site.clock.now())
        self._me = look.me
        if visit.contact != look.me.id:
            visit.contact = look.me.id
        self._who.set_options({one.id: one.name for one in look.people}, value=look.me.id)
        self._posts.show(_keyed(look.posts))
        if self._tries:
            self._tries.classes(**{"add" if look.posts else "remove": "folded"})

    def _head(self) -> None:
        with box("panel-head"):
            with box("panel-titles"):
                text("Contact", "panel-title", "h2")
                text("what the customer sees", "panel-sub")
            ui.space()
            self._who = (
                ui.select({}, label="You are", on_change=self._switched)
                .props("outlined dense options-dense")
                .classes("who")
            )
            icon_button("person_add", "Somebody new", self._newcomer)

    def _examples(self, examples: tuple[str, ...]) -> Element:
        with box("examples") as made:
            text("Try one. One of these makes the agent give up.", "examples-title")
            with box("examples-row"):
                for example in examples:

                    async def say(example: str = example) -> None:
                        await self._send(example, ())

                    button(example, say, "", "chip small")
        return made

    async def _switched(self) -> None:
        chosen = self._who.value
        if chosen and chosen != self._frame.visit.contact:
            self._frame.visit.contact = str(chosen)
            self._frame.moved()
            await self.refresh()

    async def _send(self, words: str, attachments: tuple[Attachment, ...]) -> bool:
        return await self._tried(self._site.inbound.write(self._me, words, attachments))

    async def _press(self, pressed: Button) -> None:
        place = places.direct(self._me.id)
        await self._responder.show(await self._site.inbound.press(self._me, place, pressed))

    def _own_menu(self, shown: Shown) -> None:
        """What contacts can do with their own words."""
        button("Edit", lambda: self._edit(shown), "", "link")
        button("Delete", lambda: self._delete(shown), "", "link")

    async def _edit(self, shown: Shown) -> None:
        words = shown.content.text if isinstance(shown.content, Post) else ""
        values = {"post": str(shown.id), "text": words}
        form = Form(command="", title=_EDIT, arguments=(_WORDS,), values=values)
        await self._responder.show(Response(form=form))

    async def _change(
        self, form: Form, given: dict[str, str], _: tuple[Attachment, ...]
    ) -> Response:
        try:
            await self._site.inbound.change(self._me, int(form.values["post"]), given["text"])
        except BatonError as error:
            return Response(text=str(error), ok=False)
        return Response()

    async def _delete(self, shown: Shown) -> None:
        await self._tried(self._site.inbound.remove(self._me, shown.id))

    def _newcomer(self) -> None:
        with ui.dialog() as dialog, box("dialog"):
            text("Somebody new", "dialog-title", "h2")
            field = ui.input("Name").props("outlined dense autofocus maxlength=40")

            async def come() -> None:
                if await self._come(field.value or ""):
                    dialog.close()

            field.on("keydown.enter.prevent", come)
            with box("dialog-foot"):
                button("Cancel", dialog.close)
                button("Start", come, "primary")
        dialog.on("hide", dialog.delete)
        dialog.open()

    async def _come(self, name: str) -> bool:
        person = places.newcomer(name)
        if person is None:
            toast("A name needs at least one letter.", ok=False)
            return False
        if not await self._site.baton.store.transact(_introduce, person):
            toast(f"{person.name} works here. Choose another name.", ok=False)
            return False
        self._frame.visit.contact = person.id
        self._frame.moved()
        await self.refresh()
        return True

    async def _tried(self, act: Awaitable[None]) -> bool:
        """Do it, or say in the panel why not: what was clicked may be gone by then."""
        try:
            await act
        except BatonError as error:
            with self._panel:
                toast(str(error), ok=False)
            return False
        return True


async def _no_targets(_: Form) -> list[str]:
    return []


def _keyed(shown: tuple[Shown, ...]) -> list[tuple[Hashable, Shown]]:
    return [(one.id, one) for one in shown]


def _introduce(tx: Tx, person: Person) -> bool:
    """Remember somebody's name, unless they are of the team."""
    if person.id in tx.desk.get().attendants:
        return False
    tx.people.put(person)
    return True


def _look(tx: Tx, contact: str, now: datetime) -> Look:
    people = places.contacts(tx)
    known = {one.id: one for one in people}
    is_console = contact.startswith(f"{places.WORKSPACE}:")
    if is_console and contact not in known and contact not in tx.desk.get().attendants:
        known[contact] = places.shown(tx, contact)
    me = known.get(contact, people[0])
    standing = tx.posts.latest(places.direct(me.id), _MOST)
    last_own = max((one.id for one in standing if one.author != BATON), default=0)
    return Look(
        me=me,
        people=tuple(known.values()),
        posts=tuple(_shown(tx, one, now, is_last=one.id == last_own) for one in standing),
    )


def _shown(tx: Tx, posted: Posted, now: datetime, *, is_last: bool) -> Shown:
    own = posted.author != BATON
    content = posted.content if isinstance(posted.content, Post) else Post(voice="line")
    return Shown(
        id=posted.id,
        content=content,
        when=clock_time(posted.at, now),
        edited=posted.edited,
        own=own,
        state=_state(tx, posted) if own and is_last else "",
    )


def _state(tx: Tx, posted: Posted) -> str:
    """Whether Baton has it: from then on it is in safe hands."""
    known = tx.messages.find_source(places.WORKSPACE, posted.channel, str(posted.id))
    return "Delivered" if known else "Sending…"
