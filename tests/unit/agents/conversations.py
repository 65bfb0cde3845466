"""Conversations written down in a line each, for the tests of agents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.desk import Agent
from bot.domain.message import Author, Delivery, Message
from bot.ports.agent import Case, Turn

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PERSONA = Agent(name="Lark")
_AUTHORS = {">": Author.CONTACT, "<": Author.AGENT, "=": Author.ATTENDANT, "+": Author.PARTICIPANT}


def conversation(*lines: str) -> tuple[Message, ...]:
    """`> text` is the contact's, `< text` the agent's, `= text` an attendant's, `+` another's."""
    return tuple(message(number, line) for number, line in enumerate(lines, start=1))


def message(number: int, line: str) -> Message:
    author = _AUTHORS[line[0]]
    return Message(
        id=number,
        conversation_id=1,
        author=author,
        author_id=f"console:{author}",
        author_name=author.title(),
        text=line[2:],
        at=NOW + timedelta(minutes=number),
        delivery=None if author in {Author.CONTACT, Author.PARTICIPANT} else Delivery.DELIVERED,
    )


def turn(messages: Sequence[Message], persona: Agent = PERSONA) -> Turn:
    return Turn(persona=persona, messages=tuple(messages))


def case(messages: Sequence[Message], reason: str = "The contact asks for a human.") -> Case:
    return Case(persona=PERSONA, ticket_number=7, reason=reason, messages=tuple(messages))
