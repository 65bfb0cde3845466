"""What is counted: reports, and what models cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.report import Alone, Row


class ReportRepository(Protocol):
    """What figures are made from. `team` is empty for all; practice tickets are left out."""

    def rows(self, team: str, start: datetime, end: datetime) -> list[Row]:
        """The tickets that were opened, or last closed, in that time, in the order of numbers."""

    def older(self, team: str, start: datetime, end: datetime) -> int:
        """How many were opened before it and still open at its end."""

    def agent(self, start: datetime, end: datetime) -> list[Alone]:
        """The conversations begun in that time that the agent answered in, by where they were."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a repeatable call asked for, as a digest, and the number of what it made."""

    key: str
    body: str
    made: int = 0
    at: datetime


class CallRepository(Protocol):
    def begin(self, key: str, body: str, at: datetime) -> Call | None:
        """The call that was made under this key; None for the first, which holds the key."""

    def finish(self, key: str, made: int) -> None: ...
    def forget(self, before: datetime) -> None: ...
