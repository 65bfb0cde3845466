"""What the contract of the outlet port needs to know about each platform: a harness for each."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Protocol

from adapters.console.outlet import ConsoleOutlet
from adapters.console.views.markdown import linked, render
from bot.domain.card import Card, Content, Post, Transcript
from bot.domain.identity import Place
from bot.domain.message import Attachment, Limits
from bot.ports.media import MediaPort
from bot.ports.outlet import Outlet
from bot.ports.store import Store, Tx
from storage.media import Media
from storage.store import open_store
from tests.contract.discord_harness import discord
from tests.contract.seen import Seen
from tests.contract.slack_harness import slack


class Harness(Protocol):
    """An outlet on a platform that can be looked at. `team` is the root of a team's channel,
    `contact` a place where a contact reads; `member` somebody who can be pinged there.
    """

    outlet: Outlet
    media: MediaPort
    team: Place
    contact: Place
    member: str

    async def standing(self, place: Place) -> list[Seen]:
        """What stands in a place, oldest first."""

    async def remove(self, place: Place, platform_id: str) -> None:
        """Somebody deletes a post behind Baton's back."""


Opened = Callable[[Path, Path], AbstractAsyncContextManager[Harness]]


class WallClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ConsoleHarness:
    """Reads the console's posts, and what its views make of them."""

    team = Place(workspace="console", channel="support")
    contact = Place(workspace="console", channel="dm:carol")
    member = "console:alice"

    def __init__(self, store: Store, media: MediaPort) -> None:
        self.outlet: Outlet = ConsoleOutlet(store, WallClock())
        self.media = media
        self._store = store

    async def standing(self, place: Place) -> list[Seen]:
        found = await self._store.read(lambda tx: list(tx.posts.at(place)))
        return [await self._seen(one.id, one.content) for one in found if not one.deleted]

    async def remove(self, place: Place, platform_id: str) -> None:
        def delete(tx: Tx) -> None:
            tx.posts.delete(int(platform_id))

        await self._store.transact(delete)

    async def _seen(self, post_id: int, content: Content) -> Seen:
        reader = _Page()
        for html in _html(content):
            reader.feed(html + "\n")
        reader.close()
        return Seen(
            platform_id=str(post_id),
            words="".join(reader.words),
            files={one.name: await self._bytes(one) for one in _files(content)},
            buttons=tuple(one.label for one in getattr(content, "buttons", ())),
            pings=frozenset(getattr(content, "mentions", ())),
            alive=tuple(reader.alive),
        )

    async def _bytes(self, file: Attachment) -> bytes:
        return await self.media.load(file.digest) if file.digest else b""


class _Page(HTMLParser):
    """Tells what a browser shows as words from what it would do something with."""

    _HARMLESS = frozenset(
        {"p", "strong", "em", "s", "a", "code", "pre", "ul", "ol", "li", "blockquote", "br"}
        | {f"h{level}" for level in range(1, 7)}
    )
    _ATTRIBUTES = frozenset({"href", "target", "rel", "class", "start"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.alive: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self._HARMLESS:
            self.alive.append(tag)
        for name, value in attrs:
            link = (value or "").lower()
            is_safe = name != "href" or link.startswith(("http://", "https://", "mailto:", "/team"))
            if name not in self._ATTRIBUTES or not is_safe:
                self.alive.append(f"{name}={value}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _html(content: Content) -> list[str]:
    """The pieces of a post as the console's views render them."""
    match content:
        case Post(voice="line"):
            return [linked(content.text), linked(content.aside)]
        case Post():
            name = content.speaker.name if content.speaker else ""
            return [linked(name), render(content.text), linked(content.aside)]
        case Transcript():
            lines = [piece for one in content.lines for piece in (one.speaker, one.text)]
            return [linked(content.title), *(render(line) for line in lines)]
        case Card():
            facts = (
                content.title,
                content.reason,
                content.last_action,
                content.who,
                content.origin,
            )
            status = content.status or ""
            return [linked(one) for one in (*facts, *content.topics, content.footer, status)]


def _files(content: Content) -> tuple[Attachment, ...]:
    return content.attachments if isinstance(content, Post) else ()


@asynccontextmanager
async def console(folder: Path, template: Path) -> AsyncIterator[Harness]:
    shutil.copy(template, folder / "console.db")
    store = open_store(f"sqlite:///{folder / 'console.db'}", lambda _workspace: Limits())
    try:
        yield ConsoleHarness(store, Media(str(folder / "media")))
    finally:
        await store.close()


HARNESSES: Mapping[str, Opened] = {"console": console, "slack": slack, "discord": discord}
