"""What Baton remembers, in domain words.

A unit of work is a plain function whose first argument is a `Tx`. Leaving it without an error
commits, an error rolls back. `put` replaces a value by its id; `lock` also holds it against other
processes until the commit (always the conversation before its ticket). Lookups of one thing raise
`NotFound` where they return no Optional.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.domain.message import Limits
from bot.ports import repositories
from bot.ports.vault import Vault

P = ParamSpec("P")
R = TypeVar("R")


class Tx(Protocol):
    """One transaction. `limits` tells what one post in a workspace can carry."""

    desk: repositories.DeskRepository
    conversations: repositories.ConversationRepository
    messages: repositories.MessageRepository
    tickets: repositories.TicketRepository
    queue: repositories.QueueRepository
    tags: repositories.TagRepository
    blocks: repositories.BlockRepository
    search: repositories.SearchRepository
    threads: repositories.ThreadRepository
    notes: repositories.NoteRepository
    summaries: repositories.SummaryRepository
    events: repositories.EventRepository
    people: repositories.PeopleRepository
    outbox: repositories.OutboxRepository
    posts: repositories.PostRepository
    sources: repositories.SourceRepository
    meta: repositories.MetaRepository
    privacy: repositories.PrivacyRepository
    calls: repositories.CallRepository
    vault: Vault
    due: repositories.DueRepository
    reports: repositories.ReportRepository

    def limits(self, workspace: str) -> Limits: ...
    def first_sight(self, key: str) -> bool:
        """Whether this is seen for the first time ever; the key is kept only as a hash."""

    def wake(self, topic: str) -> None:
        """Tell listeners, once this is committed, that something changed: `lane:5`, `posts`;
        `later:5:` and a moment is for a lane that has something to do then.
        """


class Store(Protocol):
    async def transact(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a unit of work; returns after it is durably committed, or raises what it raised."""

    async def read(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a unit that changes nothing, beside the writer."""

    async def glance(
        self, unit: Callable[Concatenate[Tx, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """The same for what is found in a moment: a row or two, whatever the database's size."""

    def listen(
        self, listener: Callable[[frozenset[str]], None], *, early: bool = False
    ) -> Callable[[], None]:
        """Call with the topics of each commit, in the event loop; answers with how to stop.

        Of commits of other processes too, where several may work on one database; `lanes` stands
        for whichever lanes they woke. Nothing relies on hearing of each.

        `early`: already when another unit would see what they are about, and before it is durable;
        for a listener that does nothing but run units.
        """

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in the database's own files; may take a while."""

    async def close(self) -> None: ...
