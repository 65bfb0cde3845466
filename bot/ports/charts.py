"""Reports as pictures."""

from __future__ import annotations

from typing import Protocol

from bot.domain.report import Report


class ChartPort(Protocol):
    def png(self, report: Report) -> bytes:
        """The figures of a report as a PNG picture. Takes a moment; any thread may call it."""
