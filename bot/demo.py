"""`baton demo`: a whole handover through the real services, store and lanes, in seconds.

Every step looks at what the contact and the team can really see afterwards.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from struct import pack
from typing import Any

from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from adapters.console import places
from adapters.console.inbound import Inbound
from bot.commands.registry import Invocation, Response
from bot.domain.card import Card, Post
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.main import Parts, assembled, working
from bot.settings import Settings

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


async def play() -> Story:
    """Play on a temporary database. A step that does not come about ends the story there."""
    with tempfile.TemporaryDirectory(prefix="baton-demo-") as folder:
        settings = Settings(
            database_url=f"sqlite:///{folder}/demo.db", media_url=str(Path(folder) / "media")
        )
        async with assembled(settings) as parts, working(parts):
            stage = Stage(parts)
            for scene in SCENES:
                if not await stage.play(scene):
                    break
            return await stage.ending()


class Stage:
    """Where the story is played: Carol on one side, Alice, Bob and Dana on the other."""

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
            while not await came_about(self):
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
        return self._new(place.channel, [_line(one) for one in await self.posts(place)])

    async def team_news(self, team: str) -> list[str]:
        card = await self.card(team)
        lines = [_card_line(card)] if card else []
        return self._new(team, [*lines, *(_line(one) for one in await self.in_threads(team))])

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


async def _asks(stage: Stage) -> None:
    await stage.writes("How do I connect my Google calendar?")


async def _is_answered(stage: Stage) -> bool:
    return any(post.voice == "agent" for post in await stage.heard())


async def _gives_up(stage: Stage) -> None:
    await stage.writes("I did that and it still shows the wrong hours. I want to talk to a person.")


async def _has_ticket(stage: Stage) -> bool:
    told = [post for post in await stage.heard() if post.voice != "agent"]
    return (
        await stage.status() is Status.OPEN and await stage.card("support") is not None and not told
    )


async def _nothing(_: Stage) -> None:
    """The summary comes by itself."""


async def _has_summary(stage: Stage) -> bool:
    card = await stage.card("support")
    summary = await stage.parts.store.read(lambda tx: tx.summaries.latest(1))
    return bool(card and card.last_action and summary and summary.reason.cites)


async def _claims(stage: Stage) -> Response:
    won = await stage.runs(ALICE, "ticket claim", ticket="1")
    late = await stage.runs(BOB, "ticket claim", ticket="1")
    return won if not late.ok and "Alice" in late.text else late


async def _is_claimed(stage: Stage) -> bool:
    card = await stage.card("support")
    return await stage.status() is Status.IN_PROGRESS and bool(card and "Alice" in card.who)


async def _replies(stage: Stage) -> Response:
    text = "Hi Carol, I can see it: your calendar is set to **another time zone**."
    return await stage.runs(ALICE, "reply", ticket="1", text=text)


async def _is_read(stage: Stage) -> bool:
    reached = any("time zone" in post.text for post in await stage.heard())
    return reached and await stage.status() is Status.AWAITING


async def _sends_files(stage: Stage) -> Response:
    media = stage.parts.media
    picture = await media.keep("where-to-click.png", _picture())
    return await stage.runs(ALICE, "reply", picture, ticket="1", text="It is this switch:")


async def _has_files(stage: Stage) -> bool:
    files = [file for post in await stage.heard() for file in post.attachments]
    loaded = [await stage.parts.media.load(file.digest or "") for file in files]
    return loaded == [_picture()]


async def _notes(stage: Stage) -> Response:
    return await stage.runs(
        ALICE, "note", ticket="1", text="Second time this month; tell the product team."
    )


async def _is_internal(stage: Stage) -> bool:
    notes = [post for post in await stage.in_threads("support") if post.voice == "note"]
    return bool(notes) and not any("product team" in post.text for post in await stage.heard())


async def _answers(stage: Stage) -> None:
    bill = await stage.parts.media.keep("invoice.pdf", b"%PDF-1.4\n% an invoice of Larkspur\n")
    await stage.writes("That fixed it! While you are here: is this invoice right?", bill)


async def _is_relayed(stage: Stage) -> bool:
    seen = await stage.in_threads("support")
    relayed = any(post.attachments for post in seen if post.voice == "contact")
    return relayed and await stage.status() is Status.IN_PROGRESS


async def _transfers(stage: Stage) -> Response:
    return await stage.runs(ALICE, "ticket transfer", ticket="1", target="billing")


async def _is_moved(stage: Stage) -> bool:
    old, new = await stage.card("support"), await stage.card("billing")
    return bool(new and old and not old.buttons) and await stage.status() is Status.OPEN


async def _closes(stage: Stage) -> Response:
    told = await stage.runs(BOB, "reply", ticket="1", text="Bob from billing: yes, it is right.")
    if not told.ok:
        return told
    return await stage.runs(BOB, "ticket close", ticket="1", reason="invoice explained")


async def _is_closed(stage: Stage) -> bool:
    ticket = await stage.ticket()
    reached = any("yes, it is right" in post.text for post in await stage.heard())
    return ticket.status is Status.CLOSED and ticket.resolution is not None and reached


async def _writes_again(stage: Stage) -> None:
    await stage.writes("Sorry, one more thing: the invoice has my old address.")


async def _is_offered(stage: Stage) -> bool:
    offers = [post for post in await stage.in_threads("billing") if "wrote again" in post.text]
    return bool(offers and offers[0].buttons) and await stage.status() is Status.CLOSED


async def _reopens(stage: Stage) -> Response:
    return await stage.runs(BOB, "ticket reopen", ticket="1")


async def _is_reopened(stage: Stage) -> bool:
    ticket = await stage.ticket()
    return (ticket.status, ticket.reopened) == (Status.IN_PROGRESS, 1)


async def _waits(stage: Stage) -> Response:
    told = await stage.runs(BOB, "reply", ticket="1", text="Which address should it be?")
    await stage.until(_silence_counts)
    await stage.parts.clock.move(timedelta(hours=21))
    await stage.until(_is_warned)
    await stage.parts.clock.move(timedelta(hours=5))
    return told


async def _silence_counts(stage: Stage) -> bool:
    return (await stage.ticket()).inactivity_at is not None


async def _is_warned(stage: Stage) -> bool:
    return (await stage.ticket()).warned_at is not None


async def _is_closed_by_silence(stage: Stage) -> bool:
    ticket = await stage.ticket()
    told = any("closed this conversation" in post.text for post in await stage.heard())
    return (
        told
        and ticket.status is Status.CLOSED
        and ticket.close_reason == "the contact did not answer"
    )


SCENES = (
    Scene(
        name="agent_answers",
        title="Carol asks, and the AI agent answers",
        act=_asks,
        came_about=_is_answered,
    ),
    Scene(
        name="escalate",
        title="She wants a person: the agent is muted, a ticket opens",
        act=_gives_up,
        came_about=_has_ticket,
    ),
    Scene(
        name="summary",
        title="The card fills in with the agent's summary",
        act=_nothing,
        came_about=_has_summary,
    ),
    Scene(
        name="claim",
        title="Alice and Bob claim at once; Alice was first",
        act=_claims,
        came_about=_is_claimed,
    ),
    Scene(
        name="reply",
        title="Alice replies; Carol reads it where she asked",
        act=_replies,
        came_about=_is_read,
    ),
    Scene(
        name="attachment", title="Alice sends a picture", act=_sends_files, came_about=_has_files
    ),
    Scene(
        name="note",
        title="Alice adds an internal note; Carol never sees it",
        act=_notes,
        came_about=_is_internal,
    ),
    Scene(
        name="contact_replies",
        title="Carol answers, with a document",
        act=_answers,
        came_about=_is_relayed,
    ),
    Scene(
        name="transfer",
        title="Alice transfers the ticket to billing, with its history",
        act=_transfers,
        came_about=_is_moved,
    ),
    Scene(
        name="close",
        title="Bob answers and closes; the resolution time is kept",
        act=_closes,
        came_about=_is_closed,
    ),
    Scene(
        name="contact_writes_again",
        title="Carol writes again: the team is offered to reopen",
        act=_writes_again,
        came_about=_is_offered,
    ),
    Scene(
        name="reopen",
        title="Bob reopens: the same ticket, the agent muted again",
        act=_reopens,
        came_about=_is_reopened,
    ),
    Scene(
        name="inactivity_close",
        title="Carol stays silent for a day: warned, then closed",
        act=_waits,
        came_about=_is_closed_by_silence,
    ),
)


def print_json(story: Story) -> None:
    """One object, for programs."""
    steps = [
        {
            "name": step.name,
            "ok": step.ok,
            "title": step.title,
            "contact_sees": list(step.contact_sees),
            "team_sees": list(step.team_sees),
        }
        for step in story.steps
    ]
    told = {
        "ok": story.ok and len(steps) == len(SCENES),
        "steps": steps,
        "ticket": story.ticket,
        "transcript": story.transcript,
    }
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def show(story: Story) -> None:
    """The story for people: what each side sees, step by step."""
    out = Console()
    out.print(Rule("Baton: from an AI agent to a human, and back"))
    for number, step in enumerate(story.steps, start=1):
        mark = Text("✔ " if step.ok else "✘ ", style="green" if step.ok else "bold red")
        out.print(mark + Text(f"{number}. {step.title}", style="bold"))
        for who, style, lines in (
            ("Carol sees", "cyan", step.contact_sees),
            ("The team sees", "yellow", step.team_sees),
        ):
            for line in lines:
                out.print(Padding(Text(f"{who}:", style=style), (0, 0, 0, 5)))
                out.print(Padding(Markdown(line), (0, 2, 0, 7)))
    if story.ticket:
        out.print(Rule())
        out.print(f"Ticket #{story.ticket['number']} is {story.ticket['status']}.")
    out.print("Play it yourself: [bold]make run[/bold], then open http://127.0.0.1:8420")


def _line(content: Post | Card) -> str:
    if isinstance(content, Card):
        return _card_line(content)
    who = f"**{content.speaker.name}**: " if content.speaker and content.speaker.name else ""
    label = "(internal note) " if content.voice == "note" else ""
    files = "".join(f" `{file.name}`" for file in content.attachments)
    buttons = " ".join(
        f"`[{button.label}]`" for button in content.buttons if content.voice == "line"
    )
    aside = f" *{content.aside}*" if content.aside else ""
    return f"{label}{who}{content.text}{files}{aside} {buttons}".strip()


def _card_line(card: Card) -> str:
    lines = [
        f"**{card.title}** · {card.status} · {card.priority} · {card.who}",
        f"Why: {card.reason}",
        f"About: {'; '.join(card.topics)}" if card.topics else "",
        f"The agent last: {card.last_action}" if card.last_action else "",
        " ".join(f"`[{button.label}]`" for button in card.buttons) or card.footer,
    ]
    return "  \n".join(line for line in lines if line)


def _picture() -> bytes:
    """A small PNG: a green square."""
    side = 48
    rows = b"".join(b"\x00" + b"\x2f\x9e\x6e" * side for _ in range(side))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
