"""What a platform was heard of, and what the embedded one shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.card import Content
from bot.domain.identity import Place

# The place that stands for direct messages of people who never wrote before: an adapter that can
# list such places follows it, and lets go of it last.
ANY_DIRECT = "im"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A place whose messages Baton follows: a channel, a direct message, or a thread of one.

    `mark` is the platform's id of the last message that back-fill has seen; live messages do not
    move it, so what was missed while Baton was down always lies after it. `catching_up` is set on
    the channel itself (`thread` empty) and holds for its threads too. `compared` is where the
    latest messages began in the last comparison for edits that came to its end: what came later is
    looked at in the next one; empty for a place that is followed since before that was kept.
    """

    id: int = 0
    workspace: str
    channel: str
    thread: str = ""
    mark: str
    catching_up: bool = False
    compared: str = ""


class SourceRepository(Protocol):
    def watch(self, workspace: str, channel: str, thread: str, mark: str) -> None:
        """Follow a place from `mark` on; a place that is followed already keeps its mark."""

    def get(self, workspace: str, channel: str, thread: str = "") -> Source | None: ...
    def share(self, workspace: str, channel: str) -> Source | None:
        """A channel as it stays until the commit."""

    def hold(self, workspace: str, channel: str) -> Source | None:
        """A channel, held until the commit: nobody `share`s it meanwhile."""

    def hold_all(self, workspace: str) -> list[Source]:
        """The same for all channels of a workspace."""

    def of(self, workspace: str) -> list[Source]: ...
    def put(self, source: Source) -> None: ...
    def park(self, workspace: str, channel: str, inbound: str) -> None:
        """Keep a live event of a place that is catching up, as JSON."""

    def parked(self, workspace: str, channel: str, limit: int) -> list[tuple[int, str]]:
        """What was kept, in the order of arrival, with its number."""

    def unpark(self, number: int) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Posted:
    """A post on the embedded platform."""

    id: int
    channel: str
    thread: str | None
    author: str
    content: Content
    at: datetime
    edited: bool
    deleted: bool


class PostRepository(Protocol):
    """The embedded platform's own memory: what stands in its channels."""

    def add(self, place: Place, author: str, content: Content, key: str, at: datetime) -> int:
        """Add a post; the same key again answers with the post that is there."""

    def keyed(self, key: str) -> int | None:
        """The post that was added with a key."""

    def edit(self, post_id: int, content: Content) -> bool: ...
    def delete(self, post_id: int) -> bool: ...
    def at(self, place: Place) -> Sequence[Posted]:
        """The posts of a thread, or those at the root of a channel, oldest first."""

    def latest(self, place: Place, limit: int) -> list[Posted]:
        """The newest of them that stand, oldest first."""

    def others(self, author: str, *, after: int) -> list[Posted]:
        """What anybody but that author has added after a post, and stands, oldest first."""

    def newest_of_others(self, author: str, limit: int) -> list[Posted]:
        """The newest posts of anybody but that author, deleted ones too, oldest first."""

    def last_id(self) -> int:
        """The id of the newest post; 0 when there is none."""

    def get(self, post_id: int) -> Posted | None: ...
    def channels(self, limit: int) -> list[str]:
        """Where something was posted lately, the newest first."""
