"""Who is called about a ticket, in the thread of its team, and within the ticket's budget.

The log of events is the memory: an event that calls people names them under `mentions` (in its own
line) or `called` (by the thread's card).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.desk import Team
from bot.domain.escalation import Signal
from bot.domain.identity import DIRECTLY, Place, is_group, local_id, workspace_of
from bot.domain.pings import QUIET, Ping, within_budget
from bot.domain.thread import Event, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import LaneKind
from bot.ports.store import Tx
from bot.services import record
from bot.services.record import BATON

# Failures of the agent so close together have one cause, and the team knows of it by then.
INCIDENT = timedelta(minutes=5)


def post(
    tx: Tx,
    ticket: Ticket,
    kind: str,
    line: str,
    wanted: Iterable[str],
    now: datetime,
    *,
    actor: str = BATON,
    **data: str,
) -> Event:
    """Say something in the ticket's thread, in a post of its own that pings those of `wanted`
    (people, groups and roles) whom the budget allows. An edit would ping nobody.

    Who is not in the thread's workspace is written to directly. With `by="direct"` everybody is
    whose platform has direct messages: people who need not be in the team's channel.
    """
    thread = tx.threads.of_ticket(ticket.number)
    chosen = allowed(tx, ticket, wanted, now)
    here = _addresses(tx, chosen, thread.workspace) if thread else ()
    desk, direct = tx.desk.get(), data.get("by") == "direct"
    if direct:
        here = tuple(one for one in here if is_group(one) or not _can_be_told(tx, one))
    event = _say(tx, ticket, thread, kind, line, here, now, actor, data)
    for one in chosen:
        if not is_group(one) and not set(here) & set(desk.ids_of(one)):
            write_to(tx, ticket, one, line, now)
    return event


def tell(
    tx: Tx,
    ticket: Ticket,
    kind: str,
    line: str,
    person: str | None,
    now: datetime,
    *,
    actor: str = BATON,
    **data: str,
) -> Event:
    """Say something in the ticket's thread that concerns one person, such as that it is theirs now.

    That is never more of the same to them, so it always pings, but it counts for what follows.
    Nobody is called by what they did themselves.
    """
    thread = tx.threads.of_ticket(ticket.number)
    concerns = (person,) if person and person != actor else ()
    called = _addresses(tx, concerns, thread.workspace) if thread else ()
    return _say(tx, ticket, thread, kind, line, called, now, actor, data)


def _say(
    tx: Tx,
    ticket: Ticket,
    thread: Thread | None,
    kind: str,
    line: str,
    called: tuple[str, ...],
    now: datetime,
    actor: str,
    data: Mapping[str, str],
) -> Event:
    return record.log(
        tx,
        kind,
        actor=actor,
        now=now,
        ticket=ticket,
        thread=thread,
        conversation=None,
        line=line,
        mentions=" ".join(called),
        **data,
    )


def theirs(tx: Tx, ticket: Ticket, now: datetime) -> None:
    """Tell whoever is assigned a ticket, also by direct message."""
    if ticket.assigned and not ticket.practice:
        write_to(tx, ticket, ticket.assigned, f"It is assigned to you: {ticket.reason}", now)


def write_to(tx: Tx, ticket: Ticket, person: str, words: str, now: datetime) -> None:
    """Send somebody a direct message about a ticket, where their platform has these."""
    thread = tx.threads.of_ticket(ticket.number)
    there = tx.desk.get().address(person, thread.workspace if thread else "")
    if not _can_be_told(tx, there):
        return
    place = Place(workspace=workspace_of(there), channel=DIRECTLY + local_id(there))
    _notice(tx, ticket, place, "told", words, now, called=there)


def ask_team(
    tx: Tx, ticket: Ticket, team: Team, words: str, wanted: Iterable[str], now: datetime
) -> None:
    """Say something about a ticket of another team in a team's own channel."""
    chosen = _addresses(tx, allowed(tx, ticket, wanted, now), team.workspace)
    place = Place(workspace=team.workspace, channel=team.channel)
    _notice(tx, ticket, place, "asked", words, now, called=" ".join(chosen), team=team.name)


def _notice(
    tx: Tx, ticket: Ticket, place: Place, kind: str, words: str, now: datetime, **data: str
) -> None:
    event = record.log(
        tx,
        kind,
        actor=BATON,
        now=now,
        ticket=ticket,
        thread=None,
        conversation=None,
        line="",
        words=words,
        **data,
    )
    lane = tx.outbox.lane(LaneKind.NOTICE, event.id, place)
    tx.outbox.add(lane, f"notice:{event.id}", order_at=now)


def _can_be_told(tx: Tx, person: str) -> bool:
    return tx.limits(workspace_of(person)).direct


def allowed(tx: Tx, ticket: Ticket, wanted: Iterable[str], now: datetime) -> tuple[str, ...]:
    """Who may be called now: people by the id they are known by, and groups; by practice nobody."""
    if ticket.practice:
        return ()
    desk = tx.desk.get()
    known = [desk.attendant(one) for one in wanted]
    past = [
        Ping(who=desk.attendant(one), at=event.at)
        for event in tx.events.of_ticket(ticket.number, since=now - QUIET)
        for one in called_by(event)
    ]
    groups = {one for one in (*known, *(ping.who for ping in past)) if is_group(one)}
    members = {group: people_of(tx, group) for group in groups}
    return within_budget(known, past, now, members)


def called_by(event: Event) -> tuple[str, ...]:
    """Everybody whom an event called."""
    return (*in_line(event), *event.data.get("called", "").split())


def in_line(event: Event) -> tuple[str, ...]:
    """Whom an event's own line calls."""
    return tuple(event.data.get("mentions", event.data.get("mention", "")).split())


def opening(tx: Tx, ticket: Ticket, team: Team) -> tuple[str, ...]:
    """Whom the card of a ticket calls when its thread opens: who should take it, or else whom the
    team has named. Of an incident's tickets only the first calls anybody, and practice nobody.
    """
    if ticket.practice:
        return ()
    since = ticket.opened_at - INCIDENT
    if ticket.signal == Signal.AGENT_FAILED and tx.tickets.begun(
        team.name, ticket.signal, since, below=ticket.number
    ):
        return ()
    wanted = (ticket.assigned,) if ticket.assigned else team.called(ticket.priority)
    return _addresses(tx, wanted, team.workspace)


def on_card(tx: Tx, thread: Thread) -> tuple[str, ...]:
    """Whom the card of a thread called when it was posted."""
    event = tx.events.opening(thread) if thread.ticket_number is not None else None
    return tuple(event.data.get("called", "").split()) if event else ()


def _addresses(tx: Tx, wanted: Iterable[str], workspace: str) -> tuple[str, ...]:
    """Each by their id in a workspace; who has none there is left out."""
    desk = tx.desk.get()
    here = (desk.address(one, workspace) for one in wanted)
    return tuple(dict.fromkeys(one for one in here if workspace_of(one) == workspace))


def people_of(tx: Tx, group: str) -> frozenset[str]:
    """The people of a user group or role, as far as they have been seen; each by one id."""
    desk = tx.desk.get()
    return frozenset(desk.attendant(one.id) for one in tx.people.in_groups([group]))
