"""What the team sees of tickets, and the log of what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.thread import Event, Note, Thread


class ThreadRepository(Protocol):
    def add(self, thread: Thread) -> Thread: ...
    def get(self, thread_id: int) -> Thread: ...
    def put(self, thread: Thread) -> None: ...
    def of_ticket(self, number: int) -> Thread | None:
        """The ticket's current thread, not one that was cut off."""

    def of_takeover(self, conversation_id: int) -> Thread | None: ...
    def standing(self, workspace: str, channel: str) -> list[Thread]:
        """Those in a team's channel that belong to open tickets, or to takeovers before them."""

    def unnamed(self, workspace: str, channel: str) -> list[Thread]:
        """Those of a team's channel without an anchor, as their root was not posted yet, or nobody
        has recorded that it was.
        """

    def at(self, workspace: str, channel: str, anchor: str) -> Thread | None: ...


class NoteRepository(Protocol):
    def add(self, note: Note) -> Note: ...
    def get(self, note_id: int) -> Note: ...
    def put(self, note: Note) -> None: ...
    def of(self, conversation_id: int) -> list[Note]:
        """Those that are not deleted, in commit order."""

    def find_source(self, workspace: str, channel: str, source_id: str) -> Note | None:
        """A note that was written into a thread of this channel, by the platform's id for it."""

    def lately(self, workspace: str, channel: str, limit: int) -> list[Note]:
        """The newest that were written into a channel's threads and stand, newest first."""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which events are looked for; what is left out is not asked about. `before` is an id."""

    actor: str | None = None
    ticket: int | None = None
    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


class EventRepository(Protocol):
    def add(self, event: Event) -> Event: ...
    def get(self, event_id: int) -> Event: ...
    def of_ticket(self, number: int, *, since: datetime | None = None) -> list[Event]:
        """In the order in which they happened."""

    def opening(self, thread: Thread) -> Event | None:
        """What opened the thread of a ticket, and says whom its card called."""

    def recent(self, limit: int) -> list[Event]:
        """Newest first."""

    def search(self, sought: Sought, limit: int) -> list[Event]:
        """Newest first."""
