"""The AI agent, and the reading of a contact's words that needs no agent."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.domain.desk import Agent
from bot.domain.message import Message
from bot.domain.reading import Reading
from bot.domain.summary import Summary
from bot.domain.thread import Note


@dataclass(kw_only=True)
class Meter:
    """What asking a model has cost: `tokens` in all, `written` those of them that it wrote."""

    tokens: int = 0
    written: int = 0


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What the agent is asked: the messages since it took the conversation up, oldest first.

    The last messages are the contact's and want one answer together.
    """

    persona: Agent
    messages: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What a summary or a draft is made from: the whole conversation, and why it was handed over.

    Notes are for drafts to the attendant; a summary does not repeat them. `over_budget` says why no
    model may be asked any more today. What asking costs is added to `meter`.
    """

    persona: Agent
    ticket_number: int
    reason: str
    messages: tuple[Message, ...]
    notes: tuple[Note, ...] = ()
    over_budget: str = ""
    meter: Meter = field(default_factory=Meter, compare=False)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the agent says, and the names of the passages it rests on.

    `tokens`, here and below, is what asking a model has cost, and `written` those of them that it
    wrote; 0 where there was none.
    """

    text: str
    sources: tuple[str, ...] = ()
    tokens: int = 0
    written: int = 0


@dataclass(frozen=True, kw_only=True)
class Handover:
    """The agent decides that people should go on; `reason` is a sentence for the team."""

    reason: str
    tokens: int = 0
    written: int = 0


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The agent could not answer; `reason` is a sentence for the team.

    `outage`: it is the agent itself that is in trouble, not this one conversation.
    """

    reason: str
    tokens: int = 0
    written: int = 0
    outage: bool = False


Outcome = Answer | Handover | Failure


@dataclass(frozen=True, kw_only=True)
class Found:
    """A passage the agent would answer from; `fit` from 0 to 1, half of it being the border."""

    source: str
    text: str
    fit: float


class AgentPort(Protocol):
    """`name` tells people which agent it is (`offline agent`, a model's name)."""

    name: str

    async def answer(self, turn: Turn) -> Outcome:
        """One answer to the contact. Never raises: what goes wrong is a `Failure`."""

    async def summarize(self, case: Case, now: datetime) -> Summary:
        """Reason, topics, last action; every point cites ids of messages of the case."""

    async def look_up(self, turn: Turn) -> tuple[Found, ...]:
        """What the agent knows that fits a question, best first; for whoever looks after it."""

    async def suggest(self, case: Case) -> str:
        """A draft reply for the attendant, never sent by itself; empty when there is none."""


class ReaderPort(Protocol):
    """Pure and possibly slow: called outside of any transaction."""

    def read(self, text: str) -> Reading: ...
