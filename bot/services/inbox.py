"""The queue: what waits for whom, from one attendant's point of view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Priority
from bot.domain.identity import Person
from bot.domain.queue import Share, Sight
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import access, people, record

_RUNNING = timedelta(hours=2)
_MOST = 50
_OTHERS = {
    "unclaimed": Status.OPEN,
    "in_progress": Status.IN_PROGRESS,
    "awaiting": Status.AWAITING,
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One open ticket as the queue shows it; `link` leads to its thread, once that stands."""

    number: int
    contact: str
    reason: str
    status: Status
    priority: Priority
    team: str
    who: str
    waiting_since: datetime | None
    due_at: datetime | None
    due: str = ""
    link: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Running:
    """A conversation that the agent (or, in a takeover, an attendant) has."""

    conversation_id: int
    contact: str
    last_words: str
    mode: Mode
    who: str
    last_message_at: datetime


@dataclass(frozen=True, kw_only=True)
class Queue:
    mine: tuple[Entry, ...]
    unclaimed: tuple[Entry, ...]
    awaiting: tuple[Entry, ...]
    in_progress: tuple[Entry, ...]
    with_agent: tuple[Running, ...]
    load: tuple[tuple[str, int], ...]
    totals: Mapping[str, int] = field(default_factory=dict)

    def total(self, section: str) -> int:
        """How many there are of what is listed under a field of this name."""
        return self.totals.get(section, len(getattr(self, section)))

    @property
    def is_empty(self) -> bool:
        """Whether there is no ticket and no conversation in it."""
        tickets = (*self.mine, *self.unclaimed, *self.awaiting, *self.in_progress)
        return not (tickets or self.with_agent)


def queue(tx: Tx, attendant: str, now: datetime, *, tag: str = "") -> Queue:
    """Mine, what nobody has, what waits for the contact, what others have, what the agent has.

    An attendant sees the tickets of their teams; an admin without a team sees all. With a `tag`,
    only the tickets that have it. Of each the first are listed, and all are counted.
    """
    person = tx.people.get(tx.desk.get().attendant(attendant))
    sight = _sight(tx, person, tag)
    shares = tx.queue.shares(sight)
    load: Counter[str] = Counter()
    for share in shares:
        if share.holder:
            load[share.holder] += share.count
    others = {
        section: _entries(tx, tx.queue.others(sight, status, _MOST))
        for section, status in _OTHERS.items()
    }
    return Queue(
        mine=_entries(tx, tx.queue.own(sight, _MOST)),
        **others,
        with_agent=tuple(
            _running(tx, one)
            for one in (() if tag else tx.conversations.with_agent(now - _RUNNING, _MOST))
            if not one.is_erased and access.sees_conversation(tx, person, one)
        ),
        load=tuple((record.name(tx, one), count) for one, count in load.most_common()),
        totals=_totals(sight, shares),
    )


def _totals(sight: Sight, shares: Sequence[Share]) -> Mapping[str, int]:
    section_of = {status: section for section, status in _OTHERS.items()}
    found: Counter[str] = Counter()
    for share in shares:
        is_own = sight.person in {share.holder, share.assigned}
        found["mine" if is_own else section_of[share.status]] += share.count
    return found


def who(tx: Tx, ticket: Ticket) -> str:
    """Who has it or should take it, in words."""
    if not ticket.is_open:
        return f"Closed by {record.name(tx, ticket.closed_by)}" if ticket.closed_by else "Closed"
    if ticket.holder:
        return f"Held by {record.name(tx, ticket.holder)}"
    if ticket.assigned:
        return f"Assigned to {record.name(tx, ticket.assigned)}"
    return "Unclaimed"


def teams_seen(tx: Tx, attendant: str) -> frozenset[str]:
    """The teams whose tickets somebody may see; empty for all of them."""
    teams = tx.desk.get().teams_of(*people.ids_of(tx, attendant))
    return frozenset(team.name for team in teams)


def within_reach(tx: Tx, person: Person) -> Sight:
    """The open tickets that somebody can act on: of every team that is not private to others."""
    desk = tx.desk.get()
    seen = tuple(one.name for one in desk.teams if access.sees_team(tx, person, one.name))
    sees_all = len(seen) == len(desk.teams)
    return Sight(person=desk.attendant(person.id), teams=None if sees_all else seen)


def _sight(tx: Tx, person: Person, tag: str) -> Sight:
    """The open tickets that are somebody's concern."""
    reach = within_reach(tx, person)
    own = teams_seen(tx, person.id)
    return replace(reach, teams=tuple(sorted(own)) if own else reach.teams, tag=tag)


def _entries(tx: Tx, tickets: list[Ticket]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            number=one.number,
            contact=tx.conversations.get(one.conversation_id).contact_name,
            reason=one.reason,
            status=one.status,
            priority=one.priority,
            team=one.team,
            who=who(tx, one),
            waiting_since=one.waiting_since,
            due_at=one.due_at,
            due=one.due_clock or "",
            link=_link(tx, one.number),
            tags=tx.tags.of(one.number),
        )
        for one in tickets
    )


def _link(tx: Tx, number: int) -> str:
    thread = tx.threads.of_ticket(number)
    return thread.link if thread else ""


def _running(tx: Tx, conversation: Conversation) -> Running:
    said = tx.messages.of(conversation.id)
    return Running(
        conversation_id=conversation.id,
        contact=conversation.contact_name,
        last_words=said[-1].text if said else "",
        mode=conversation.mode,
        who=record.name(tx, conversation.takeover_by) if conversation.takeover_by else "the agent",
        last_message_at=conversation.last_message_at,
    )
