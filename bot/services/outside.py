"""What programs may ask of Baton: read tickets, have people called, add a note."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.desk import Priority
from bot.domain.errors import BadInput, NotFound
from bot.domain.escalation import Escalation, Signal
from bot.domain.identity import Person
from bot.domain.states import Status
from bot.ports.store import Tx
from bot.services import escalate, note
from bot.services.views import (
    ConversationView,
    NoteView,
    TicketStory,
    TicketView,
    conversation_view,
    message_view,
    note_view,
    summary_view,
    ticket_view,
)

# Who has done what came by the API.
PROGRAM = Person(id="api:http", name="HTTP API")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which tickets; empty is any. `below` is the number to go on under."""

    statuses: tuple[Status, ...] = ()
    team: str = ""
    contact: str = ""
    below: int | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A program asks for people, in a conversation or in a contact's newest one."""

    conversation: int | None = None
    contact: str = ""
    reason: str = ""
    priority: Priority = Priority.NORMAL
    team: str = ""


def tickets(tx: Tx, wanted: Wanted) -> tuple[tuple[TicketView, ...], int | None]:
    """A page of tickets, the newest first, and where the next page goes on, if there is one."""
    found = tx.tickets.page(
        statuses=wanted.statuses,
        team=wanted.team,
        contact=wanted.contact,
        below=wanted.below,
        limit=wanted.limit + 1,
    )
    page = found[: wanted.limit]
    more = page[-1].number if len(found) > wanted.limit else None
    return tuple(ticket_view(tx, one) for one in page), more


def ticket(tx: Tx, number: int) -> TicketStory:
    """Raises `NotFound`."""
    found = tx.tickets.get(number)
    summary = tx.summaries.latest(number)
    return TicketStory(
        ticket=ticket_view(tx, found),
        summary=summary_view(summary) if summary else None,
        messages=tuple(message_view(one) for one in tx.messages.of(found.conversation_id)),
        notes=tuple(note_view(one) for one in tx.notes.of(found.conversation_id)),
    )


def conversations(tx: Tx, contact: str) -> tuple[ConversationView, ...]:
    return tuple(conversation_view(tx, one) for one in reversed(tx.privacy.conversations(contact)))


def open_ticket(tx: Tx, asked: Asked, now: datetime, *, key: str = "") -> TicketView:
    """Hand a conversation over. Raises `NotFound`, and `AlreadyHandled` where people have it."""
    number = _once(tx, key, asked, now, lambda: _open(tx, asked, now))
    return ticket_view(tx, tx.tickets.get(number))


def add_note(tx: Tx, number: int, text: str, now: datetime, *, key: str = "") -> NoteView:
    """Raises `NotFound`, `BadInput`, and `IllegalMove` once the ticket is closed."""
    tx.people.put(PROGRAM)
    made = _once(
        tx, key, (number, text), now, lambda: note.add(tx, number, PROGRAM.id, text, now).id
    )
    return note_view(tx.notes.get(made))


def _open(tx: Tx, asked: Asked, now: datetime) -> int:
    if asked.team and tx.desk.get().team(asked.team) is None:
        raise NotFound(what="team", name=asked.team)
    tx.people.put(PROGRAM)
    escalation = Escalation(
        signal=Signal.PERSON,
        reason=asked.reason or "Another program asked for a ticket.",
        priority=asked.priority,
        team=asked.team,
    )
    conversation = tx.conversations.lock(_conversation_id(tx, asked))
    return escalate.escalate(tx, conversation, escalation, now, actor=PROGRAM.id).number


def _conversation_id(tx: Tx, asked: Asked) -> int:
    if asked.conversation is not None:
        return asked.conversation
    theirs = tx.privacy.conversations(asked.contact)
    if not theirs:
        raise NotFound(what="conversation of", name=asked.contact, hint="They never wrote.")
    return max(theirs, key=lambda one: (one.last_message_at, one.id)).id


def _once(tx: Tx, key: str, asked: object, now: datetime, make: Callable[[], int]) -> int:
    """What a repeatable call has made, now or the first time. Keys stand as digests."""
    if not key:
        return make()
    body = _digest(repr(asked))
    known = tx.calls.begin(_digest(key), body, now)
    if known is None:
        made = make()
        tx.calls.finish(_digest(key), made)
        return made
    if known.body != body:
        raise BadInput(problem="This Idempotency-Key was used for another call. Take a new one.")
    return known.made


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()
