"""Practice tickets: a played customer comes, answers, and goes; no real contact is in it.

They live in a workspace of their own, so nothing said to them can go anywhere else, and their
tickets carry a mark that every figure leaves out.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import practice
from bot.domain.conversation import PRACTICE, Conversation
from bot.domain.desk import Team
from bot.domain.escalation import Escalation, Signal
from bot.domain.identity import qualify
from bot.domain.message import Author, Message
from bot.domain.practice import Line, Scenario
from bot.domain.reading import Reading
from bot.domain.scenarios import SCENARIOS
from bot.domain.ticket import Ticket
from bot.ports.agent import Meter
from bot.ports.player import Scene
from bot.ports.store import Tx
from bot.services import close, listen, record, spending
from bot.services.escalate import escalate
from bot.services.record import BATON

OVER = "the practice is over"
_ENDED = "practice_ended"
_TEST = "test"  # of no scenario
_TEST_WORDS = "This is a test message. Claim and close this ticket to try Baton."


def begin(tx: Tx, scenario: Scenario, team: Team, actor: str, now: datetime) -> Ticket:
    """A played customer writes, and a ticket opens with the team. Nobody is pinged."""
    conversation = _with(tx, scenario.name, scenario.who, scenario.opening, now)
    escalation = Escalation(
        signal=Signal.PERSON,
        reason=f"Practice: {scenario.about}.",
        team=team.name,
        priority=scenario.priority,
    )
    return escalate(tx, conversation, escalation, now, actor=actor)


def test(tx: Tx, team: Team, actor: str, now: datetime) -> Ticket:
    """A ticket that shows whether a team's channel works. Its contact says this one thing."""
    conversation = _with(tx, _TEST, "Test contact", (_TEST_WORDS,), now)
    escalation = Escalation(signal=Signal.PERSON, reason="A test of the set-up.", team=team.name)
    return escalate(tx, conversation, escalation, now, actor=actor)


def _with(tx: Tx, name: str, who: str, words: Sequence[str], now: datetime) -> Conversation:
    """A conversation with somebody played, in a place of its own."""
    place = practice.channel(name, secrets.token_hex(4))
    conversation = tx.conversations.add(
        Conversation(
            workspace=PRACTICE,
            channel=place,
            direct=True,
            contact=qualify(PRACTICE, place),
            contact_name=practice.called(who),
            started_at=now,
            last_message_at=now,
        )
    )
    for text in words:
        tx.messages.add(_said(conversation, text, now))
    return conversation


def scene(tx: Tx, conversation: Conversation, upto: int) -> Scene | None:
    """What a line is wanted for; None when none is any more."""
    scenario = practice.scenario_of(conversation.channel, SCENARIOS)
    ticket = tx.tickets.open_of(conversation.id)
    said = tuple(tx.messages.of(conversation.id))
    if scenario is None or ticket is None or _spoken_since(said, upto):
        return None
    is_over = any(one.kind == _ENDED for one in tx.events.of_ticket(ticket.number))
    return None if is_over else Scene(scenario=scenario, said=said)


def speak(tx: Tx, conversation_id: int, upto: int, line: Line, now: datetime) -> Message | None:
    """The played customer answers; None when the ticket was closed or more was said meanwhile."""
    conversation = tx.conversations.lock(conversation_id)
    used = Meter(tokens=line.tokens, written=line.written)
    spending.spend(tx, conversation, used, now, turns=1)
    if scene(tx, conversation, upto) is None:
        return None
    ticket = tx.tickets.open_of(conversation_id)
    number = ticket.number if ticket else None
    message = replace(_said(conversation, line.text, now), ticket_number=number)
    message = tx.messages.add(message)
    conversation = replace(conversation, last_message_at=now)
    tx.conversations.put(conversation)
    listen.with_ticket(tx, conversation, message, Reading(), now)
    if line.ends and ticket:
        record.log(
            tx,
            _ENDED,
            actor=BATON,
            now=now,
            ticket=ticket,
            thread=tx.threads.of_ticket(ticket.number),
            line="The played customer has no more to say. Close the ticket to end the practice.",
            button="ticket:close",
        )
    return message


def end_idle(tx: Tx, now: datetime) -> int:
    """Close the practice that nobody goes on with; answers with how many."""
    ended = [one for one in tx.tickets.practice() if _is_idle(tx, one, now)]
    for ticket in ended:
        close.close(tx, ticket.number, BATON, OVER, now)
    return len(ended)


def _is_idle(tx: Tx, ticket: Ticket, now: datetime) -> bool:
    last = tx.conversations.get(ticket.conversation_id).last_message_at
    return now - last >= practice.IDLE or now - ticket.restarted_at >= practice.LONGEST


def _spoken_since(said: tuple[Message, ...], upto: int) -> bool:
    """Whether the attendant has said more, which has a cue of its own."""
    return any(one.id > upto and one.author is Author.ATTENDANT for one in said)


def _said(conversation: Conversation, text: str, now: datetime) -> Message:
    return Message(
        conversation_id=conversation.id,
        author=Author.CONTACT,
        author_id=conversation.contact,
        author_name=conversation.contact_name,
        text=text,
        at=now,
        epoch=conversation.epoch,
    )
