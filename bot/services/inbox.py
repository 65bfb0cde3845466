"""The queue: what waits for whom, from one attendant's point of view."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.conversation import Conversation, Mode
from bot.domain.desk import Priority
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import access, people, record

_RUNNING = timedelta(hours=2)
_MOST = 50


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

    @property
    def is_empty(self) -> bool:
        """Whether there is no ticket and no conversation in it."""
        tickets = (*self.mine, *self.unclaimed, *self.awaiting, *self.in_progress)
        return not (tickets or self.with_agent)


def queue(tx: Tx, attendant: str, now: datetime, *, tag: str = "") -> Queue:
    """Mine, what nobody has, what waits for the contact, what others have, what the agent has.

    An attendant sees the tickets of their teams; an admin without a team sees all. With a `tag`,
    only the tickets that have it.
    """
    attendant = tx.desk.get().attendant(attendant)
    teams = teams_seen(tx, attendant)
    person = tx.people.get(attendant)
    tickets = [
        one
        for one in tx.tickets.open()
        if _visible(teams, attendant, one) and access.sees(tx, person, one)
    ]
    if tag:
        tagged = tx.tags.tagged(tag)
        tickets = [one for one in tickets if one.number in tagged]
    load = Counter(one.holder for one in tickets if one.holder)
    return Queue(
        mine=_entries(tx, [one for one in tickets if attendant in {one.holder, one.assigned}]),
        unclaimed=_entries(
            tx, [one for one in tickets if one.status is Status.OPEN and one.assigned != attendant]
        ),
        awaiting=_entries(
            tx,
            [one for one in tickets if one.status is Status.AWAITING and one.holder != attendant],
        ),
        in_progress=_entries(
            tx,
            [
                one
                for one in tickets
                if one.status is Status.IN_PROGRESS and one.holder != attendant
            ],
        ),
        with_agent=tuple(
            _running(tx, one)
            for one in (() if tag else tx.conversations.with_agent(now - _RUNNING, _MOST))
            if not one.is_erased and access.sees_conversation(tx, person, one)
        ),
        load=tuple((record.name(tx, person), count) for person, count in load.most_common()),
    )


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


def _visible(teams: frozenset[str], attendant: str, ticket: Ticket) -> bool:
    mine = attendant in {ticket.holder, ticket.assigned}
    return mine or ticket.team in teams or not teams


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
