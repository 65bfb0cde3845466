"""Where the story is played: Carol on one side, Alice, Bob and Dana on the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from adapters.console import places
from adapters.console.inbound import Inbound
from bot.commands.registry import Invocation, Response
from bot.demo.lines import card_line, line
from bot.domain.card import Card, Post
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.parts import Parts

CAROL = Person(id="console:carol", name="Carol")
ALICE = Person(id="console:alice", name="Alice")
BOB = Person(id="console:bob", name="Bob")
_PATIENCE = 20.0  # seconds that a step may take before it counts as failed


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was done, what it led to, and whether that is what should have happened."""

    name: str
    title: str
    ok: bool
    contact_sees: tuple[str, ...] = ()
    team_sees: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Story:
    """The whole play."""

    steps: list[Step] = field(default_factory=list)
    ticket: dict[str, Any] = field(default_factory=dict)
    transcript: list[dict[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)


class Stage:
    """The people, what they do, and what they see."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.inbound = Inbound(parts.baton)
        self.story = Story()
        self._known: dict[str, set[str]] = {}

    async def play(self, scene: Scene) -> bool:
        """One step: do it, then wait for what should follow."""
        try:
            outcome = await scene.act(self)
            ok = outcome is None or outcome.ok
            if ok:
                await self.until(scene.came_about)
            async with asyncio.timeout(_PATIENCE):
                await self.parts.courier.settle_down()
        except TimeoutError:
            ok = False
        contact_sees = await self.news(places.direct(CAROL.id))
        team_sees = [line for team in ("support", "billing") for line in await self.team_news(team)]
        self.story.steps.append(
            Step(
                name=scene.name,
                title=scene.title,
                ok=ok,
                contact_sees=tuple(contact_sees),
                team_sees=tuple(team_sees),
            )
        )
        return ok

    async def until(self, came_about: Callable[[Stage], Awaitable[bool]]) -> None:
        """Wait for something to come about. Raises `TimeoutError`."""
        async with asyncio.timeout(_PATIENCE):
            while not await came_about(self):  # noqa: ASYNC110 - no one event tells it
                await asyncio.sleep(0.02)

    async def ending(self) -> Story:
        """The story with the ticket and every word as they stand at the end."""
        if self.story.steps:
            ticket = await self.ticket()
            self.story.ticket = {
                "number": ticket.number,
                "status": ticket.status,
                "priority": ticket.priority,
                "team": ticket.team,
                "reason": ticket.reason,
                "reopened": ticket.reopened,
                "close_reason": ticket.close_reason,
                "resolution_s": ticket.resolution.total_seconds() if ticket.resolution else None,
            }
            said = await self.parts.store.read(lambda tx: tx.messages.of(ticket.conversation_id))
            self.story.transcript = [
                {"author": one.author, "name": one.author_name or "Baton", "text": one.text}
                for one in said
            ]
        return self.story

    async def writes(self, text: str, *files: Attachment) -> None:
        await self.inbound.write(CAROL, text, files)

    async def runs(self, who: Person, command: str, *files: Attachment, **values: str) -> Response:
        return await self.parts.baton.run(
            Invocation(
                person=who,
                place=Place(workspace="console", channel="support"),
                command=command,
                values=values,
                attachments=files,
            )
        )

    async def ticket(self) -> Ticket:
        return await self.parts.store.read(lambda tx: tx.tickets.get(1))

    async def status(self) -> Status | None:
        tickets = await self.parts.store.read(lambda tx: tx.tickets.last_of(1))
        return tickets.status if tickets else None

    async def posts(self, place: Place) -> list[Post | Card]:
        found = await self.parts.store.read(lambda tx: list(tx.posts.at(place)))
        return [
            one.content for one in found if isinstance(one.content, Post | Card) and not one.deleted
        ]

    async def heard(self) -> list[Post]:
        """What Carol has been told."""
        posts = await self.posts(places.direct(CAROL.id))
        return [one for one in posts if isinstance(one, Post) and one.voice != "contact"]

    async def card(self, team: str) -> Card | None:
        roots = await self.posts(Place(workspace="console", channel=team))
        return next((one for one in roots if isinstance(one, Card)), None)

    async def in_threads(self, team: str) -> list[Post]:
        """Everything in the threads of a team's channel."""
        threads = await self.parts.store.read(
            lambda tx: [t.place for t in [tx.threads.of_ticket(1)] if t and t.channel == team]
        )
        posts = [one for place in threads for one in await self.posts(place)]
        return [one for one in posts if isinstance(one, Post)]

    async def news(self, place: Place) -> list[str]:
        """What stands there that was not there after the step before."""
        return self._new(place.channel, [line(one) for one in await self.posts(place)])

    async def team_news(self, team: str) -> list[str]:
        card = await self.card(team)
        lines = [card_line(card)] if card else []
        return self._new(team, [*lines, *(line(one) for one in await self.in_threads(team))])

    def _new(self, where: str, lines: list[str]) -> list[str]:
        known = self._known.setdefault(where, set())
        fresh = [line for line in lines if line not in known]
        known.update(fresh)
        return fresh


@dataclass(frozen=True, kw_only=True)
class Scene:
    name: str
    title: str
    act: Callable[[Stage], Awaitable[Response | None]]
    came_about: Callable[[Stage], Awaitable[bool]]
