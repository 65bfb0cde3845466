"""One incident instead of many: when a model is down, another agent answers meanwhile.

The first failures of an incident go to people, as any failure does. From the third one in a row on
the model is left alone for a while and the stand-in answers; then one question at a time tries
whether the model is back. Failures that concern a single conversation (a refusal, an answer that
may not leave) neither count nor are answered by the stand-in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from bot.domain.summary import Summary
from bot.ports.agent import AgentPort, Case, Failure, Found, Outcome, Turn

log = logging.getLogger(__name__)

# Failures without a success in between, and how close together, that make an incident.
MANY = 3
_WITHIN = 60.0
_REST = 30.0
_LONGEST_REST = 300.0


class Breaker:
    """An `AgentPort` around another. `clock` counts seconds and never goes back."""

    def __init__(
        self,
        agent: AgentPort,
        stand_in: AgentPort,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = agent.name
        self._agent = agent
        self._stand_in = stand_in
        self._clock = clock
        self._failures: list[float] = []
        self._rest = 0.0
        self._until = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether an incident is on."""
        return bool(self._rest)

    async def answer(self, turn: Turn) -> Outcome:
        if not self._may_ask():
            return await self._stand_in.answer(turn)
        outcome = await self._agent.answer(turn)
        if not isinstance(outcome, Failure) or not outcome.outage:
            self._recovered()
            return outcome
        during = self.is_open
        self._failed(outcome.reason)
        return await self._stand_in.answer(turn) if during else outcome

    async def summarize(self, case: Case, now: datetime) -> Summary:
        resting = self._clock() < self._until
        return await (self._stand_in if resting else self._agent).summarize(case, now)

    async def look_up(self, turn: Turn) -> tuple[Found, ...]:
        return await self._agent.look_up(turn)

    async def suggest(self, case: Case) -> str:
        resting = self._clock() < self._until
        return await (self._stand_in if resting else self._agent).suggest(case)

    def _may_ask(self) -> bool:
        """Always in good times; in an incident, one question after each rest."""
        if not self.is_open:
            return True
        now = self._clock()
        if now < self._until:
            return False
        self._rest = min(self._rest * 2, _LONGEST_REST)
        self._until = now + self._rest
        return True

    def _failed(self, reason: str) -> None:
        now = self._clock()
        self._failures = [one for one in self._failures if now - one < _WITHIN] + [now]
        if not self.is_open and len(self._failures) >= MANY:
            self._rest, self._until = _REST, now + _REST
            log.error("incident: %s The stand-in answers until it is over.", reason)

    def _recovered(self) -> None:
        if self.is_open:
            log.warning("the incident is over: %s answers again", self.name)
        self._failures.clear()
        self._rest = 0.0
        self._until = float("-inf")
