"""Whoever plays the customer of a practice ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bot.domain.message import Message
from bot.domain.practice import Line, Scenario


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The part, and everything that was said in it so far."""

    scenario: Scenario
    said: tuple[Message, ...]


class PlayerPort(Protocol):
    async def line(self, scene: Scene) -> Line:
        """What the played customer says to the attendant's last words. Never raises."""
