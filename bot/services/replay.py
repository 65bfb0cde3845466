"""What the rules would have done to past conversations; nothing happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.desk import Channel, Desk, Rule
from bot.domain.escalation import Escalation, Evidence, decide
from bot.domain.hours import is_open
from bot.domain.message import Author, Delivery, Message
from bot.domain.reading import Reading, falls, repeats
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from bot.services.calendar import hours_of
from bot.services.patterns import matches

Read = Callable[[str], Reading]


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """One conversation: the ticket it had, if any, and what the rules of today decide, and when."""

    conversation: Conversation
    ticket: Ticket | None
    escalation: Escalation | None = None
    team: str = ""
    at: datetime | None = None

    @property
    def differs(self) -> bool:
        then = self.ticket.team if self.ticket else ""
        return then != self.team


def replay(tx: Tx, desk: Desk, read: Read, limit: int) -> tuple[Replayed, ...]:
    """The newest conversations under the rules of a desk, which need not be the one in force.

    What the model decided or failed at is not known for words it was not asked about, so only the
    signals outside of it are replayed.
    """
    return tuple(_one(tx, desk, read, one) for one in tx.conversations.recent(limit))


def _one(tx: Tx, desk: Desk, read: Read, conversation: Conversation) -> Replayed:
    ticket = tx.tickets.last_of(conversation.id)
    said = tx.messages.of(conversation.id)
    for at, message in enumerate(said):
        if message.author is not Author.CONTACT or message.deleted_at:
            continue
        evidence = _evidence(message, said[:at], read)
        if escalation := _decision(desk, conversation, evidence, message.at):
            return Replayed(
                conversation=conversation,
                ticket=ticket,
                escalation=escalation,
                team=_team(desk, conversation, escalation),
                at=message.at,
            )
    return Replayed(conversation=conversation, ticket=ticket)


def _evidence(message: Message, before: list[Message], read: Read) -> Evidence:
    """What the signals would have seen: what was said since a person last spoke."""
    people = [at for at, one in enumerate(before) if one.author is Author.ATTENDANT]
    since = before[people[-1] + 1 :] if people else before
    earlier = tuple(one.text for one in since if one.author is Author.CONTACT)
    reading = read(message.text)
    return Evidence(
        text=message.text,
        reading=reading,
        falling=falls((*(read(text).sentiment for text in earlier), reading.sentiment)),
        answers=sum(
            one.author is Author.AGENT and one.delivery is not Delivery.WITHHELD for one in since
        ),
        unresolved=reading.dissatisfied or repeats(message.text, earlier),
    )


def _decision(
    desk: Desk, conversation: Conversation, evidence: Evidence, at: datetime
) -> Escalation | None:
    def open_for(rule: Rule) -> bool:
        team = desk.team(rule.team) or desk.default_team(_channel(desk, conversation))
        return is_open(hours_of(team) if team else None, at)

    return decide(
        desk.rules,
        evidence,
        workspace=conversation.workspace,
        channel="dm" if conversation.direct else conversation.channel,
        attempts=desk.agent.attempts,
        is_open=open_for,
        matches=matches,
    )


def _team(desk: Desk, conversation: Conversation, escalation: Escalation) -> str:
    of_attendant = desk.teams_of(escalation.attendant) if escalation.attendant else ()
    named = desk.team(escalation.team) or next(iter(of_attendant), None)
    team = named or desk.default_team(_channel(desk, conversation))
    return team.name if team else ""


def _channel(desk: Desk, conversation: Conversation) -> Channel | None:
    return desk.channel_at(conversation.workspace, conversation.channel, direct=conversation.direct)


def in_words(found: tuple[Replayed, ...], *, every: bool = False) -> str:
    """The conversations that would go differently (or `every` one), and how many there are."""
    shown = [one for one in found if every or one.differs]
    lines = [_line(one) for one in shown]
    escalated = sum(one.escalation is not None for one in found)
    total = (
        f"{len(found)} conversations: {sum(one.ticket is not None for one in found)} had a ticket, "
        f"{escalated} would have one by these rules; {sum(one.differs for one in found)} differ."
    )
    return "\n".join([*lines, total])


def _line(one: Replayed) -> str:
    who = f"{one.conversation.id} · {one.conversation.contact_name}"
    then = f"#{one.ticket.number} {one.ticket.team} ({one.ticket.reason})" if one.ticket else "none"
    if one.escalation is None or one.at is None:
        return f"{who} · then: {then} · by these rules: none"
    rule = f"rule {one.escalation.rule}" if one.escalation.rule else one.escalation.signal
    now = f"{one.team}, {rule} ({one.escalation.reason}) at {one.at:%d %b %H:%M}"
    return f"{who} · then: {then} · by these rules: {now}"
