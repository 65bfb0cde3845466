"""Draws reports with matplotlib, which is loaded with the first picture."""

from __future__ import annotations

from bot.domain.report import Report


class Charts:
    """The pictures of a report. Implements `bot.ports.charts.ChartPort`."""

    def png(self, report: Report) -> bytes:
        from adapters.charts.picture import draw  # noqa: PLC0415 - it takes a while

        return draw(report)
