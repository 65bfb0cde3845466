"""What Baton remembers, in domain words.

A unit of work is a plain function whose first argument is a `Tx`. Leaving it without an error
commits, an error rolls back. `put` replaces a value by its id; `lock` also holds it against other
processes until the commit (always the conversation before its ticket). Lookups of one thing raise
`NotFound` where they return no Optional.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.domain.blocking import Block
from bot.domain.card import Content
from bot.domain.conversation import Conversation
from bot.domain.desk import Desk
from bot.domain.desk_changes import Version
from bot.domain.erasure import Erasure
from bot.domain.identity import Person, Place
from bot.domain.message import Attachment, Limits, Message
from bot.domain.report import Alone, Row
from bot.domain.search import Query
from bot.domain.states import Status
from bot.domain.summary import Summary
from bot.domain.thread import Event, Note, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import Backlog, Copy, Effect, Lane, LaneKind
from bot.ports.vault import Vault

P = ParamSpec("P")
R = TypeVar("R")


class DeskRepository(Protocol):
    """The desk is one versioned document; every transaction sees the newest one."""

    @property
    def version(self) -> int: ...
    def get(self) -> Desk: ...
    def put(self, desk: Desk) -> int:
        """Replace it; answers with the new version."""

    def keep(self, version: Version) -> None:
        """Remember a version; one that is remembered already stays as it is. Old ones go."""

    def kept(self, version: int) -> Version | None: ...
    def history(self, limit: int, *, before: int | None = None) -> list[Version]:
        """What was remembered, newest first."""


class ConversationRepository(Protocol):
    def add(self, conversation: Conversation) -> Conversation: ...
    def get(self, conversation_id: int) -> Conversation: ...
    def lock(self, conversation_id: int) -> Conversation: ...
    def put(self, conversation: Conversation) -> None: ...
    def in_thread(self, workspace: str, channel: str, thread: str) -> Conversation | None: ...
    def latest_of(self, contact: str, workspace: str, channel: str) -> Conversation | None:
        """The contact's newest conversation in a channel."""

    def with_ticket_of(self, contact: str, workspace: str, channel: str) -> Conversation | None:
        """The contact's conversation in a channel that has an open ticket."""

    def hold_contact(self, contact: str, workspace: str, channel: str) -> None:
        """Let no other process decide about this contact's conversations here until the commit."""

    def takeovers_due(self, now: datetime, limit: int) -> list[Conversation]:
        """Takeovers that have run out, claimed for this transaction."""

    def with_agent(self, since: datetime, limit: int) -> list[Conversation]:
        """Conversations in agent or takeover mode active since then, newest first."""

    def recent(self, limit: int) -> list[Conversation]:
        """The newest conversations of any kind but practice, newest first."""

    def of_contact(self, contact: str) -> list[Conversation]:
        """Everything with a contact, in any place, oldest first."""

    def called(self, name: str, limit: int) -> list[Conversation]:
        """The newest conversations whose contact's name is this or begins so, in any case."""


class MessageRepository(Protocol):
    def add(self, message: Message) -> Message: ...
    def get(self, message_id: int) -> Message: ...
    def put(self, message: Message) -> None: ...
    def by_source(self, conversation_id: int, source_id: str) -> Message | None: ...
    def find_source(self, workspace: str, channel: str, source_id: str) -> Message | None:
        """A message by the platform's id for it, in any conversation of a channel."""

    def lately(self, workspace: str, channel: str, limit: int) -> list[Message]:
        """The newest messages that came in by a channel and are not deleted, newest first."""

    def of(
        self, conversation_id: int, *, after: int = 0, since: datetime | None = None
    ) -> list[Message]:
        """In commit order; `after` is a message id."""

    def last_said(self, conversation_id: int) -> Message | None:
        """The newest message to the contact."""

    def last_id(self, conversation_id: int) -> int:
        """The id of the newest message; 0 when there is none."""

    def add_revision(self, message_id: int, text: str, at: datetime) -> None:
        """Keep what a message said before it was edited."""

    def revisions(self, message_id: int) -> list[tuple[str, datetime]]: ...
    def slow(self, before: datetime, limit: int) -> list[Message]:
        """Pending messages written before then and not yet marked slow."""


class TicketRepository(Protocol):
    def add(self, ticket: Ticket) -> Ticket:
        """Store it under the next number. Numbers have no gaps."""

    def get(self, number: int) -> Ticket: ...
    def lock(self, number: int) -> Ticket: ...
    def put(self, ticket: Ticket) -> None: ...
    def open_of(self, conversation_id: int) -> Ticket | None: ...
    def last_of(self, conversation_id: int) -> Ticket | None: ...
    def open(self, team: str | None = None) -> list[Ticket]:
        """Every ticket that is not closed, by due time (none last), then by number."""

    def numbers(self, team: str, limit: int) -> list[int]:
        """Of some of a team's tickets that are not closed, the lowest first."""

    def of_contact(self, contact: str) -> list[Ticket]: ...
    def page(
        self,
        *,
        statuses: Sequence[Status],
        team: str,
        contact: str,
        below: int | None,
        limit: int,
    ) -> list[Ticket]:
        """Tickets with a number `below` that one, newest first; what is empty does not matter."""

    def latest_of_contact(self, contact: str, limit: int) -> list[Ticket]:
        """A contact's newest tickets in any place, newest first."""

    def practice(self) -> list[Ticket]:
        """The open tickets of played customers."""

    def open_after(self, team: str, conversation_id: int, limit: int) -> list[Ticket]:
        """A team's tickets that are not closed, by conversation, those of later ones than this."""

    def inactive(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets whose inactivity step is due, claimed for this transaction.

        None whose contact writes in a place that is catching up: the answer may be on its way.
        """

    def promised(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets of which people have to be told that a promise is in danger or broken, claimed
        for this transaction. None of a place that is catching up either.
        """

    def unclaimed(self, now: datetime, limit: int) -> list[Ticket]:
        """Tickets whose claim ladder calls somebody now, claimed for this transaction."""

    def unassigned(self, team: str, limit: int) -> list[Ticket]:
        """A team's tickets that wait and are nobody's, by due time."""

    def of_attendant(self, person: str) -> list[Ticket]:
        """The open tickets that somebody holds or is assigned, by number."""

    def responsible(self) -> list[str]:
        """Everybody who holds an open ticket or is assigned one."""

    def tally(self) -> Mapping[tuple[str, str], int]:
        """How many tickets are open, by status and team; practice is not counted."""

    def load(self, people: Sequence[str]) -> Mapping[str, int]:
        """How many open tickets each of them holds or, where nobody does, is assigned."""


class TagRepository(Protocol):
    """Tags are given normalized, as `bot.domain.tags` has them."""

    def of(self, number: int) -> tuple[str, ...]:
        """A ticket's tags, by the alphabet."""

    def put(self, number: int, tags: Sequence[str]) -> None:
        """Let a ticket have these and no others."""

    def tagged(self, tag: str) -> frozenset[int]:
        """The numbers of the open tickets that have a tag."""

    def used(self, limit: int) -> list[str]:
        """The tags in use, the most frequent first."""


class BlockRepository(Protocol):
    def get(self, contact: str) -> Block | None: ...
    def put(self, block: Block) -> None: ...
    def remove(self, contact: str) -> bool:
        """Whether there was one."""

    def kept_out(self, contact: str) -> None:
        """Count one more message that was not let in."""

    def all(self) -> list[Block]:
        """Newest first."""


class SearchRepository(Protocol):
    """The index of words follows messages, notes, reasons, tags and names by itself, in the same
    transaction; what is changed or deleted there is so here.
    """

    def tickets(
        self, query: Query, *, me: str, teams: Sequence[str] | None, limit: int, offset: int = 0
    ) -> list[Ticket]:
        """The tickets that fit, newest first: those of `teams` (None: of all), and one's own."""

    def passage(self, ticket: Ticket, word: str) -> str:
        """The newest message or note of the ticket's conversation with a word; empty for none."""

    def compact(self) -> bool:
        """One short step of letting go what deleted words have left behind in the index; whether
        there is more to do.
        """


class ThreadRepository(Protocol):
    def add(self, thread: Thread) -> Thread: ...
    def get(self, thread_id: int) -> Thread: ...
    def put(self, thread: Thread) -> None: ...
    def of_ticket(self, number: int) -> Thread | None:
        """The ticket's current thread, not one that was cut off."""

    def of_takeover(self, conversation_id: int) -> Thread | None: ...
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


class SummaryRepository(Protocol):
    def add(self, summary: Summary) -> Summary: ...
    def latest(self, ticket_number: int) -> Summary | None: ...


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


class PeopleRepository(Protocol):
    def get(self, person: str) -> Person:
        """Somebody who was never seen is shown by their local id."""

    def put(self, person: Person) -> None: ...
    def seen(self, person: str) -> bool:
        """Whether anybody of that id, or in that group, was ever seen."""

    def named(self, name: str) -> list[Person]:
        """Everybody of that display name, in any case."""

    def in_groups(self, groups: Sequence[str]) -> list[Person]:
        """Everybody who was last seen in one of these groups, by name."""

    def away(self) -> frozenset[str]:
        """The attendants who said that they are away."""

    def set_away(self, person: str, *, away: bool) -> None: ...
    def turns(self, team: str) -> Mapping[str, int]:
        """The number of everybody's last turn in a team; who never had one is left out."""

    def take_turn(self, team: str, person: str, turn: int) -> None: ...


class OutboxRepository(Protocol):
    """Effects and lanes. `now` is the wall clock's throughout."""

    def lane(self, kind: LaneKind, ref: int, place: Place) -> Lane:
        """The lane of that kind and ref, made when it is not there yet."""

    def add(
        self,
        lane: Lane,
        subject: str,
        *,
        order_at: datetime,
        epoch: int | None = None,
        delay: timedelta = timedelta(),
    ) -> Effect:
        """Queue an effect, due `delay` from now by the wall clock; wakes the lane then."""

    def withdraw(self, lane: Lane, prefix: str) -> int:
        """Drop the pending effects of a lane whose subject begins so; answers with how many."""

    def get_lane(self, lane_id: int) -> Lane: ...
    def lease(self, lane_id: int, owner: str, until: datetime, now: datetime) -> Lane | None:
        """Take a lane, or keep it; None while another owner's lease holds."""

    def release(self, lane_id: int, owner: str) -> None: ...
    def next(self, lane_id: int) -> Effect | None:
        """The first effect of the lane that is neither finished nor dead, due or not."""

    def due_lanes(self, now: datetime, limit: int) -> list[int]:
        """Lanes with something to do now that nobody holds."""

    def next_due(self) -> datetime | None:
        """When the next pending effect of any lane comes due."""

    def effect(self, effect_id: int) -> Effect: ...
    def put_effect(self, effect: Effect) -> None: ...
    def put_lane(self, lane: Lane) -> None:
        """Replace it, but for its lease. Unless suspended, its effects say when it is due."""

    def pending(self, lane_id: int, subject: str) -> Effect | None:
        """The effect for this subject that is queued and has not begun."""

    def hasten(self, effect: Effect, delay: timedelta) -> None:
        """Have an effect that waits for its first try wait no longer than `delay`."""

    def unfinished(self, lane_id: int, prefix: str) -> bool:
        """Whether any effect whose subject begins so is pending or being sent."""

    def kill(self, lane_id: int, prefix: str, problem: str) -> None:
        """Make dead letters of the pending effects whose subject begins so."""

    def owners(self) -> list[str]:
        """Everybody who holds a lease."""

    def free(self, owner: str) -> None:
        """Take all leases from an owner that is known to be dead."""

    def dead(self, limit: int) -> list[tuple[Effect, Lane]]:
        """The dead letters, newest first."""

    def dead_of(self, lane_id: int, prefix: str) -> list[Effect]: ...
    def suspended(self) -> list[Lane]: ...
    def copy(self, lane_id: int, subject: str) -> Copy | None: ...
    def copies(self, lane_id: int, prefix: str) -> list[Copy]: ...
    def copy_at(self, workspace: str, channel: str, platform_id: str) -> tuple[Copy, Lane] | None:
        """Which subject a post on a platform is a copy of."""

    def put_copy(self, copy: Copy) -> None:
        """Add it, or replace the one of the same lane and subject."""

    def pause(self, workspace: str, channel: str, until: datetime) -> None:
        """Send nothing to that channel before then."""

    def paused_until(self, workspace: str, channel: str) -> datetime | None: ...
    def backlog(self, now: datetime) -> Backlog: ...


@dataclass(frozen=True, kw_only=True)
class Source:
    """A place whose messages Baton follows: a channel, a direct message, or a thread of one.

    `mark` is the platform's id of the last message that back-fill has seen; live messages do not
    move it, so what was missed while Baton was down always lies after it. `catching_up` is set on
    the channel itself (`thread` empty) and holds for its threads too.
    """

    id: int = 0
    workspace: str
    channel: str
    thread: str = ""
    mark: str
    catching_up: bool = False


class SourceRepository(Protocol):
    def watch(self, workspace: str, channel: str, thread: str, mark: str) -> None:
        """Follow a place from `mark` on; a place that is followed already keeps its mark."""

    def get(self, workspace: str, channel: str, thread: str = "") -> Source | None: ...
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

    def edit(self, post_id: int, content: Content) -> bool: ...
    def delete(self, post_id: int) -> bool: ...
    def at(self, place: Place) -> Sequence[Posted]:
        """The posts of a thread, or those at the root of a channel, oldest first."""

    def get(self, post_id: int) -> Posted | None: ...
    def channels(self) -> list[str]: ...


class DueRepository(Protocol):
    def kinds(self, now: datetime, slow: datetime) -> frozenset[str]:
        """The jobs that have something to do at `now`, by name; a message that has been on its way
        since before `slow` is some. A hint that costs next to nothing: what is due is claimed when
        the job runs.
        """


class ReportRepository(Protocol):
    """What figures are made from. `team` is empty for all; practice tickets are left out."""

    def rows(self, team: str, start: datetime, end: datetime) -> list[Row]:
        """The tickets that were opened, or last closed, in that time, in the order of numbers."""

    def older(self, team: str, start: datetime, end: datetime) -> int:
        """How many were opened before it and still open at its end."""

    def agent(self, start: datetime, end: datetime) -> list[Alone]:
        """The conversations begun in that time that the agent answered in, by where they were."""


class MetaRepository(Protocol):
    """Small facts about the installation itself."""

    def get(self, key: str) -> str | None: ...
    def put(self, key: str, value: str | None) -> None: ...
    def count(self, name: str, by: int) -> int:
        """Add to a counter, which begins at zero; answers with the sum."""

    def counted(self, name: str) -> int: ...
    def forget_counts(self, prefix: str) -> None:
        """Remove the counters whose name begins so."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a repeatable call asked for, as a digest, and the number of what it made."""

    key: str
    body: str
    made: int = 0
    at: datetime


class CallRepository(Protocol):
    def begin(self, key: str, body: str, at: datetime) -> Call | None:
        """The call that was made under this key; None for the first, which holds the key."""

    def finish(self, key: str, made: int) -> None: ...
    def forget(self, before: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Something that carries files. `mark` is where a walk past them goes on."""

    said: Message | Note
    is_closed: bool
    mark: str

    @property
    def files(self) -> tuple[Attachment, ...]:
        return self.said.attachments


class PrivacyRepository(Protocol):
    """Everything about one contact, found and forgotten; and what has outlived its time.

    What is in an open ticket or a takeover has not.
    """

    def outlived_messages(self, before: datetime, limit: int) -> list[Message]: ...
    def outlived_notes(self, before: datetime, limit: int) -> list[Note]: ...
    def outlived_events(self, before: datetime, limit: int) -> list[Event]:
        """Events that still have their words."""

    def carriers(self, before: datetime, mark: str, limit: int) -> list[Carrier]:
        """What carries files from before then, oldest first, after a mark (empty: from the first);
        open tickets too.
        """

    def forget_outlived(self, conversation_id: int, before: datetime) -> None:
        """Remove the summaries and blank the reasons of tickets that were closed before then."""

    def forget_post(self, place: Place, platform_id: str) -> None:
        """Remove a post of the embedded platform; a place elsewhere is left alone."""

    def forget_sent(self, lane_id: int, prefix: str) -> None:
        """Forget what was sent of a subject and where it stands."""

    def forget_drafts(self, before: datetime) -> None: ...
    def put_event(self, event: Event) -> None: ...
    def put_note(self, note: Note) -> None: ...

    def conversations(self, contact: str) -> list[Conversation]: ...
    def elsewhere(self, contact: str) -> list[Message]:
        """What they wrote in the conversations of others."""

    def events(self, conversation_id: int) -> list[Event]: ...
    def threads(self, conversation_id: int) -> list[Thread]: ...
    def lanes(self, conversation_id: int) -> list[Lane]:
        """The lanes to the contact, to the agent, and to every thread of a conversation."""

    def forget_messages(self, message_ids: Sequence[int]) -> None:
        """Remove messages, with what they said before they were edited."""

    def forget_notes(self, note_ids: Sequence[int]) -> None: ...
    def forget_summaries(self, conversation_id: int) -> None: ...
    def forget_words(self, conversation_id: int) -> None:
        """Blank the words of a conversation's tickets and events; facts for figures stay."""

    def forget_person(self, contact: str, names: Sequence[str]) -> None:
        """Remove who they are: their name, their groups, drafts and log lines that name them."""

    def forget_place(self, place: Place) -> None:
        """Remove what the embedded platform shows there, and that Baton follows it."""

    def forget_parked(self, contact: str, place: Place) -> list[str]:
        """Remove live events that wait there or are theirs; answers with them, as JSON."""

    def forget_actor(self, contact: str, alias: str, conversation_ids: Sequence[int]) -> None:
        """Write another actor for them into the log of these conversations."""

    def forget_lane(self, lane_id: int) -> None:
        """Remove what was sent in a lane and where it stands; dead letters stay."""

    def hide_lane(self, lane_id: int) -> None:
        """Blank the place that a lane leads to, as it is somebody's own."""

    def unsure(self, lane_id: int) -> list[Effect]:
        """Effects that are being sent, or may have been."""

    def used(self, digests: Sequence[str]) -> frozenset[str]:
        """Which of these files anything still refers to."""

    def add(self, erasure: Erasure) -> Erasure: ...
    def put(self, erasure: Erasure) -> None: ...
    def erasure(self, digest: str) -> Erasure | None:
        """The newest erasure of a contact."""

    def unfinished(self) -> list[Erasure]: ...
    def recent(self, limit: int) -> list[Erasure]:
        """The newest erasures, newest first."""


class Tx(Protocol):
    """One transaction. `limits` tells what one post in a workspace can carry."""

    desk: DeskRepository
    conversations: ConversationRepository
    messages: MessageRepository
    tickets: TicketRepository
    tags: TagRepository
    blocks: BlockRepository
    search: SearchRepository
    threads: ThreadRepository
    notes: NoteRepository
    summaries: SummaryRepository
    events: EventRepository
    people: PeopleRepository
    outbox: OutboxRepository
    posts: PostRepository
    sources: SourceRepository
    meta: MetaRepository
    privacy: PrivacyRepository
    calls: CallRepository
    vault: Vault
    due: DueRepository
    reports: ReportRepository

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
