"""Which tickets somebody may see and act on: a private team's are for its people and for admins.

What was said goes along with a ticket, so whoever gets one by a transfer sees what came before.
"""

from __future__ import annotations

from bot.domain.conversation import Conversation
from bot.domain.desk import Role
from bot.domain.errors import TeamIsPrivate
from bot.domain.identity import Person
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services import people


def sees(tx: Tx, person: Person, ticket: Ticket) -> bool:
    """Whoever holds it, or should take it, sees it in any team."""
    desk = tx.desk.get()
    ids = people.acting(tx, person)
    is_theirs = not {ticket.holder, ticket.assigned}.isdisjoint((*ids, desk.attendant(person.id)))
    return is_theirs or _reaches(tx, ids, ticket.team)


def sees_conversation(tx: Tx, person: Person, conversation: Conversation) -> bool:
    """That of its open ticket; without one, of the team that the channel belongs to."""
    if ticket := tx.tickets.open_of(conversation.id):
        return sees(tx, person, ticket)
    desk = tx.desk.get()
    where = conversation.workspace, conversation.channel
    channel = desk.channel_at(*where, direct=conversation.direct)
    team = desk.default_team(channel)
    return team is None or _reaches(tx, people.acting(tx, person), team.name)


def sees_team(tx: Tx, person: Person, name: str) -> bool:
    """Whether all tickets of a team are somebody's to see."""
    return _reaches(tx, people.acting(tx, person), name)


def check(tx: Tx, person: Person, ticket: Ticket) -> Ticket:
    """Raises `TeamIsPrivate`."""
    if not sees(tx, person, ticket):
        raise TeamIsPrivate(what=f"Ticket #{ticket.number}", team=ticket.team)
    return ticket


def check_conversation(tx: Tx, person: Person, conversation: Conversation) -> Conversation:
    """Raises `TeamIsPrivate`."""
    if not sees_conversation(tx, person, conversation):
        raise TeamIsPrivate(what="This conversation", team="its team")
    return conversation


def check_message(tx: Tx, person: Person, message_id: int) -> int:
    """Of its own ticket, else of its conversation. Raises `NotFound` and `TeamIsPrivate`."""
    message = tx.messages.get(message_id)
    if message.ticket_number is not None:
        check(tx, person, tx.tickets.get(message.ticket_number))
    else:
        check_conversation(tx, person, tx.conversations.get(message.conversation_id))
    return message_id


def _reaches(tx: Tx, ids: tuple[str, ...], name: str) -> bool:
    desk = tx.desk.get()
    team = desk.team(name)
    if team is None or not team.private or desk.role(*ids) is Role.ADMIN:
        return True
    return team in desk.teams_of(*ids)
