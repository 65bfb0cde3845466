"""Keep a contact's messages out, and let them in again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from bot.domain.blocking import Block
from bot.domain.conversation import Conversation, Mode, hand_back
from bot.domain.desk import Role
from bot.domain.errors import BadInput, NotFound, OpenTicketsOfBlocked
from bot.domain.ticket import Ticket
from bot.ports.inbound import Written
from bot.ports.store import Tx
from bot.services import close, record

Tickets = Literal["ask", "close", "leave"]
BLOCKED = "the contact was blocked"


def block(
    tx: Tx, contact: str, actor: str, reason: str, now: datetime, *, tickets: Tickets = "ask"
) -> Block:
    """From the commit on nothing they write is let in, and nothing is said to them by itself.

    Raises `OpenTicketsOfBlocked` while it is not said what becomes of their open tickets, and
    `BadInput` for somebody of the desk itself.
    """
    _check(tx, contact)
    known = tx.conversations.of_contact(contact)
    still_open = [ticket for one in known if (ticket := tx.tickets.open_of(one.id))]
    if still_open and tickets == "ask":
        numbers = ", ".join(f"#{one.number}" for one in still_open)
        raise OpenTicketsOfBlocked(name=_name(known, contact), numbers=numbers)
    made = Block(contact=contact, name=_name(known, contact), by=actor, at=now, reason=reason)
    tx.blocks.put(made)
    if tickets == "close":
        for ticket in still_open:
            close.close(tx, ticket.number, actor, BLOCKED, now)
    for one in known:
        _quiet(tx, one)
        _tell_thread(tx, tx.tickets.last_of(one.id), f"{made.name} was blocked.", actor, now)
    record.log(
        tx,
        "blocked",
        actor=actor,
        now=now,
        contact=contact,
        reason=reason,
        what=f"Blocked {made.name} ({contact})." + (f" {reason}" if reason else ""),
    )
    return made


def unblock(tx: Tx, contact: str, actor: str, now: datetime) -> Block:
    """Let them in again; what they wrote meanwhile is not fetched. Raises `NotFound`."""
    found = tx.blocks.get(contact)
    if found is None:
        raise NotFound(what="blocked contact", name=contact, hint="/desk block list shows them.")
    tx.blocks.remove(contact)
    for one in tx.conversations.of_contact(contact):
        _tell_thread(tx, tx.tickets.open_of(one.id), f"{found.name} is let in again.", actor, now)
    what = f"Unblocked {found.name} ({contact})."
    record.log(tx, "unblocked", actor=actor, now=now, contact=contact, what=what)
    return found


def keeps_out(tx: Tx, written: Written) -> bool:
    """Whether a message is not to be let in. It counts as seen, so that it never comes back."""
    if tx.blocks.get(written.author.id) is None:
        return False
    if tx.first_sight(written.key):
        tx.blocks.kept_out(written.author.id)
    return True


def _check(tx: Tx, contact: str) -> None:
    if tx.desk.get().role(*tx.people.get(contact).ids) is not Role.OUTSIDER:
        raise BadInput(problem=f"{record.name(tx, contact)} is on the desk and cannot be blocked.")
    if tx.blocks.get(contact):
        raise BadInput(problem=f"{record.name(tx, contact)} is blocked already.")


def _name(known: list[Conversation], contact: str) -> str:
    newest = max(known, key=lambda one: one.last_message_at, default=None)
    return newest.contact_name if newest else contact


def _quiet(tx: Tx, conversation: Conversation) -> None:
    """What the agent was about to say is not said: it was asked for before."""
    conversation = tx.conversations.lock(conversation.id)
    tx.outbox.withdraw(record.agent_lane(tx, conversation), "turn:")
    if conversation.mode is Mode.AGENT:
        tx.conversations.put(hand_back(conversation, tx.messages.last_id(conversation.id)))


def _tell_thread(tx: Tx, ticket: Ticket | None, line: str, actor: str, now: datetime) -> None:
    """The thread of an open ticket says so, as its silence would be taken for the contact's."""
    if ticket is None or not ticket.is_open:
        return
    thread = tx.threads.of_ticket(ticket.number)
    record.log(tx, "noted_block", actor=actor, now=now, ticket=ticket, thread=thread, line=line)
