"""The contact's word on a ticket, 1 to 5, asked after a close where the team has it switched on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.card import Button
from bot.domain.conversation import Conversation
from bot.domain.errors import BadInput, NotFound
from bot.domain.message import Author, Message
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import record
from bot.services.escalate import tell_contact
from bot.services.record import BATON

ACTION = "rating"
BEST = 5
_NOTHING = "There is nothing to rate here."
_GONE = "Thank you, but what was said here has been deleted, so it cannot be rated any more."
# For how long after the question a contact can give a rating, or another one.
_OPEN_FOR = timedelta(days=7)


def ask(tx: Tx, conversation: Conversation, ticket: Ticket, words: str, now: datetime) -> Ticket:
    """Ask for a rating of a ticket that was just closed, where there is somebody to ask.

    Not where nobody has answered the contact, where silence closed it, nor in practice. Answers
    with the ticket, which knows the question.
    """
    team = tx.desk.get().team(ticket.team)
    is_asked = team is not None and team.rating and ticket.closed_by != BATON
    if not is_asked or ticket.first_replied_at is None or ticket.practice:
        return ticket
    if conversation.is_erased or tx.blocks.get(conversation.contact):
        return ticket
    message = tell_contact(tx, conversation, words, now, ticket=ticket)
    before = ticket.rating_ask_id
    ticket = replace(ticket, rating_ask_id=message.id)
    tx.tickets.put(ticket)
    if before is not None:
        record.deliver(tx, conversation, tx.messages.get(before))  # its buttons go
    record.mirror(tx, tx.threads.of_ticket(ticket.number), message, new=True)
    return ticket


def rate(tx: Tx, person: str, ticket_number: str, choice: str, now: datetime) -> str:
    """The contact's choice, as the button has it; answers with words for them. Raises `BadInput`
    for anybody else's, one that comes too late, and one for a ticket that goes on.
    """
    number, stars = _number(ticket_number), _number(choice)
    conversation, ticket = _rated(tx, number)
    if person != conversation.contact:
        raise BadInput(problem=f"Only {conversation.contact_name} is asked for a rating here.")
    if not 1 <= stars <= BEST or ticket.rating_ask_id is None:
        raise BadInput(problem=_NOTHING)
    if ticket.status is not Status.CLOSED:
        raise BadInput(problem="This goes on. You can rate it when it is done.")
    question = _question(tx, ticket.rating_ask_id)
    if now - question.at > _OPEN_FOR:
        raise BadInput(problem="Thank you, but this rating is over. Write to us any time.")
    if ticket.rating == stars:
        return _thanks(stars)
    ticket = replace(ticket, rating=stars)
    tx.tickets.put(ticket)
    thread = tx.threads.of_ticket(number)
    record.log(
        tx,
        "rated",
        actor=person,
        now=now,
        ticket=ticket,
        thread=thread,
        line=f"{conversation.contact_name} rated it {stars} of {BEST}.",
        rating=str(stars),
    )
    record.deliver(tx, conversation, question)
    return _thanks(stars)


def _rated(tx: Tx, number: int) -> tuple[Conversation, Ticket]:
    """The ticket that a button names, whose contact is still known."""
    try:
        conversation, ticket = record.locked(tx, number)
    except NotFound:
        raise BadInput(problem=_NOTHING) from None
    if conversation.is_erased:
        raise BadInput(problem=_GONE)
    return conversation, ticket


def _question(tx: Tx, message_id: int) -> Message:
    """What was asked, unless its time to be kept is over."""
    try:
        return tx.messages.get(message_id)
    except NotFound:
        raise BadInput(problem=_GONE) from None


def buttons(tx: Tx, message: Message) -> tuple[tuple[Button, ...], str]:
    """What stands below a message to the contact that asks for a rating: the buttons, and what was
    chosen. Nothing below any other message.
    """
    if message.author is not Author.BATON or message.ticket_number is None:
        return (), ""
    ticket = tx.tickets.get(message.ticket_number)
    if ticket.rating_ask_id != message.id:
        return (), ""
    chosen = f"You chose {ticket.rating} of {BEST}." if ticket.rating else ""
    offered = tuple(
        Button(action=f"{ACTION}:{stars}", label=str(stars), value=str(ticket.number))
        for stars in range(1, BEST + 1)
    )
    return offered, chosen


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadInput(problem=_NOTHING)
    return int(text[:9])


def _thanks(stars: int) -> str:
    return f"Thank you. You chose {stars} of {BEST}."
