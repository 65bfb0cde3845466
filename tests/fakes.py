"""Stand-ins so small that the tests explain the system."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.card import Card, Content, Post
from bot.domain.identity import Place
from bot.domain.message import Limits
from bot.domain.reading import Reading
from bot.domain.summary import Point, Summary
from bot.ports.agent import Answer, Case, Found, Outcome, Turn
from bot.ports.outlet import Attempt, Gone, Sent


@dataclass
class Standing:
    """One post on the fake platform."""

    id: str
    place: Place
    content: Content
    key: str


@dataclass
class FakeOutlet:
    """A platform in memory that recognises a repeated key. `fail` may raise before or after."""

    limits: Limits = field(default_factory=Limits)
    settle: timedelta | None = None
    posts: list[Standing] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    before: Callable[[str, Place], None] = lambda _action, _place: None
    after: Callable[[str, Place], None] = lambda _action, _place: None

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        self.calls.append("post")
        self.before("post", place)
        known = next((one for one in self.posts if one.key == attempt.key), None)
        if known is None:
            known = Standing(str(len(self.posts) + 1), place, content, attempt.key)
            self.posts.append(known)
        self.after("post", place)
        thread = place.thread or (known.id if isinstance(content, Card) else None)
        return Sent(place=replace(place, thread=thread), platform_id=known.id)

    async def edit(self, sent: Sent, content: Content) -> None:
        self.calls.append("edit")
        self.before("edit", sent.place)
        self._find(sent).content = content
        self.after("edit", sent.place)

    async def delete(self, sent: Sent) -> None:
        self.calls.append("delete")
        self.posts = [one for one in self.posts if one.id != sent.platform_id]

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        self.calls.append("find")
        known = next((one for one in self.posts if one.key == attempt.key), None)
        return Sent(place=known.place, platform_id=known.id) if known else None

    async def link(self, sent: Sent) -> str:
        return f"link to {sent.place.channel}/{sent.platform_id}"

    def texts(self, channel: str) -> list[str]:
        """What the posts of a channel say, in the order in which they arrived."""
        return [
            one.content.text
            for one in self.posts
            if one.place.channel == channel and isinstance(one.content, Post)
        ]

    def cards(self, channel: str) -> list[Card]:
        return [
            one.content
            for one in self.posts
            if one.place.channel == channel and isinstance(one.content, Card)
        ]

    def _find(self, sent: Sent) -> Standing:
        for one in self.posts:
            if one.id == sent.platform_id:
                return one
        raise Gone("it is not there")


@dataclass
class FakeAgent:
    """Answers what it is told to; `hold` makes it wait."""

    name: str = "fake agent"
    outcome: Outcome = field(default_factory=lambda: Answer(text="Have you tried the help pages?"))
    turns: list[Turn] = field(default_factory=list)
    hold: asyncio.Event | None = None
    draft: str = ""
    summary: dict[str, Any] = field(default_factory=dict)  # more of it
    tokens: int = 0  # what a summary or a draft costs
    cases: list[Case] = field(default_factory=list)

    async def answer(self, turn: Turn) -> Outcome:
        self.turns.append(turn)
        if self.hold:
            await self.hold.wait()
        return self.outcome

    async def summarize(self, case: Case, now: datetime) -> Summary:
        self._asked(case)
        cited = tuple(message.id for message in case.messages[-1:])
        return Summary(
            ticket_number=case.ticket_number,
            reason=Point(text=case.reason, cites=cited),
            topics=(Point(text="a topic", cites=cited), Point(text="made up", cites=(99_999,))),
            by=self.name,
            at=now,
            **self.summary,
        )

    async def look_up(self, turn: Turn) -> tuple[Found, ...]:
        question = turn.messages[-1].text
        return (Found(source="help.md", text=f"All about {question}", fit=0.8),)

    async def suggest(self, case: Case) -> str:
        self._asked(case)
        return self.draft

    def _asked(self, case: Case) -> None:
        self.cases.append(case)
        case.meter.tokens += self.tokens


class FakeReader:
    """Reads moods off plain words."""

    def read(self, text: str) -> Reading:
        low = text.casefold()
        return Reading(
            language="en",
            asks_for_human="human" in low,
            negative="terrible" in low,
            sentiment=-0.8 if "terrible" in low else 0.1,
            dissatisfied="did not help" in low,
            pleasantry=low.strip(" !.") in {"thanks", "ok", "👍"},
        )


@dataclass
class FakeClock:
    """Stands still until it is moved; at noon, so that the hours around it are of the same day."""

    time: datetime = field(
        default_factory=lambda: datetime.now(UTC).replace(hour=12, minute=0, second=0)
    )

    def now(self) -> datetime:
        return self.time

    def move(self, by: timedelta) -> None:
        self.time += by
