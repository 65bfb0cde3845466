"""`/health`: what works, what does not, and what to do about it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nicegui import ui

from adapters.console import places
from adapters.console.connection import Concern, Connection
from adapters.console.context import Site
from adapters.console.pages.following import follow
from adapters.console.views.elements import box, button, pill, text
from adapters.console.views.frame import framed
from adapters.console.views.keyed import Keyed
from adapters.console.views.toasts import toast
from adapters.console.visit import Visit
from bot.commands.registry import Invocation
from bot.domain.duration import roughly
from bot.domain.errors import CannotKeep
from bot.domain.identity import Person
from bot.ports.store import Tx
from bot.services.deliveries import Trouble, trouble

log = logging.getLogger(__name__)
_POLL_S = 2.0
# What the states of a delivery are called here, and what each means.
_STATES = {
    "pending": ("Waiting", "In line, or waiting to be tried again."),
    "sending": ("On the way", "Being handed to the platform now."),
    "withheld": (
        "Held back",
        "Not sent on purpose: it was overtaken, like an agent's late answer.",
    ),
    "dead": ("Failed for good", "Given up. Each is listed below, to be sent again."),
}


@dataclass(frozen=True, kw_only=True)
class HealthLook:
    me: Person | None
    platforms: tuple[str, ...]
    by_state: Mapping[str, int]
    oldest: str
    trouble: tuple[Trouble, ...]


async def show(site: Site, visit: Visit) -> None:
    with framed(site, visit, "Health", "page-narrow"):
        with box("page-head"):
            text("Health", "page-title", "h1")
        page = HealthPage(site, visit)
        ui.timer(_POLL_S, page.refresh)
        await follow(site, frozenset({"posts", "tickets"}), page.refresh)


class HealthPage:
    def __init__(self, site: Site, visit: Visit) -> None:
        self._site = site
        self._visit = visit
        self._me: Person | None = None
        text("What is wrong", "section-title", "h2")
        self._concerns: Keyed[Concern] = Keyed(
            _concern, classes="rows", empty=lambda: text("Nothing that Baton knows of.", "all-well")
        )
        text("Platforms", "section-title", "h2")
        self._connections: Keyed[Connection] = Keyed(_connection, classes="rows")
        text("Deliveries", "section-title", "h2")
        self._backlog: Keyed[tuple[tuple[str, int], ...]] = Keyed(_backlog)
        self._letters: Keyed[Trouble] = Keyed(
            self._letter,
            classes="rows below",
            empty=lambda: text("Everything that was sent has arrived. Nothing to do.", "all-well"),
        )

    async def refresh(self) -> None:
        concerns = await self._site.concerns()
        self._concerns.show(((one.what, one.problem), one) for one in concerns)
        try:
            found = await self._site.baton.store.read(
                _look, self._visit.attendant, datetime.now(UTC)
            )
        except CannotKeep as error:
            log.warning("the health page cannot look into the database: %s", error)
            return
        self._me = found.me
        known = {one.name.lower(): one for one in self._site.connections()}
        names = dict.fromkeys((*found.platforms, *known))
        rows = [known.get(name) or _assumed(name) for name in names]
        self._connections.show((one.name, one) for one in rows)
        states = (*sorted(found.by_state.items()),)
        self._backlog.show([("states", states)])
        self._letters.show(((one.title, one.problem), one) for one in found.trouble)

    def _letter(self, one: Trouble) -> None:
        with box("entry bad", "article"):
            with box("entry-words"):
                text(f"{one.title[:1].upper()}{one.title[1:]}", "entry-title")
                text(one.problem, "entry-reason whole")
                text(_advice(one), "entry-facts")
            if one.message_id is not None:
                with box("entry-buttons"):
                    button("Retry", lambda: self._retry(one), "primary")

    async def _retry(self, one: Trouble) -> None:
        if self._me is None:
            toast("Somebody of the team has to do this; the desk has no one yet.", ok=False)
            return
        response = await self._site.baton.run(
            Invocation(
                person=self._me,
                place=places.thread("", None),
                command="deliveries retry",
                values={"message": str(one.message_id)},
            )
        )
        toast(response.text, ok=response.ok)
        await self.refresh()


def _look(tx: Tx, attendant: str, wall: datetime) -> HealthLook:
    people = places.attendants(tx)
    backlog = tx.outbox.backlog(wall)
    return HealthLook(
        me=next((one for one in people if one.id == attendant), people[0] if people else None),
        platforms=tuple(sorted(tx.desk.get().platforms | {places.WORKSPACE})),
        by_state={str(state): count for state, count in backlog.by_state.items()},
        oldest=roughly(timedelta(seconds=backlog.oldest_s)) if backlog.oldest_s else "",
        trouble=trouble(tx),
    )


def _assumed(name: str) -> Connection:
    """The console is there as long as this page is; of others nobody has said anything."""
    if name == places.WORKSPACE:
        return Connection(name=name, ok=True, detail="This page is it.")
    return Connection(
        name=name, ok=False, detail="The desk uses it, but it is not connected: set its tokens."
    )


def _concern(one: Concern) -> None:
    with box("entry bad", "article"), box("entry-words"):
        text(one.what, "entry-title")
        text(one.problem, "entry-reason whole")
        text(one.advice, "entry-facts")


def _connection(one: Connection) -> None:
    with box("entry" if one.ok else "entry bad", "article"):
        with box("entry-words"):
            text(one.name.capitalize(), "entry-title")
            text(one.detail, "entry-reason")
        pill("connected" if one.ok else "not connected", "status good" if one.ok else "status open")


def _backlog(states: tuple[tuple[str, int], ...]) -> None:
    with box("tiles"):
        counts = dict(states)
        for state, (name, hint) in _STATES.items():
            count = counts.get(state, 0)
            with box("tile" + (" bad" if state == "dead" and count else "")) as tile:
                tile.props["title"] = hint
                text(str(count), "tile-value")
                text(name, "tile-name")


def _advice(one: Trouble) -> str:
    if one.message_id is None:
        return "It is tried again by itself. Check the token, the channel and the permissions."
    return "Mend the cause if there is one, then send it again."
