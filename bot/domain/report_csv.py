"""A report as a table for a spreadsheet: one line for each ticket, then what they come to."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.report import Report, Row
from bot.domain.report_figures import (
    first_response_kept,
    next_responses_kept,
    resolution_kept,
    spread,
)

Cell = str | int | float | None
# A spreadsheet takes a cell that begins so for a formula, and would run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, kw_only=True)
class Column:
    """`meaning` is for the documentation. What `adds` up has a total, a span its middle and ninth
    tenth, a mark its average: over the tickets opened in the period, or over those closed in it
    (`at_close`), as in the report.
    """

    name: str
    meaning: str
    of: Callable[[Report, Row], Cell]
    adds: bool = False
    is_span: bool = False
    at_close: bool = False
    is_mark: bool = False

    def counts(self, report: Report, row: Row) -> bool:
        return report.span.holds(row.closed_at if self.at_close else row.opened_at)


COLUMNS = (
    Column(name="ticket", meaning="its number", of=lambda _, row: row.number),
    Column(name="team", meaning="which has it, or had it last", of=lambda _, row: row.team),
    Column(
        name="attendant",
        meaning="who holds it, or held it last",
        of=lambda report, row: report.names.get(row.last_holder or "", row.last_holder),
    ),
    Column(name="priority", meaning="low, normal, high, urgent", of=lambda _, row: row.priority),
    Column(name="status", meaning="as it is now", of=lambda _, row: row.status),
    Column(name="reason", meaning="the signal that led to it", of=lambda _, row: row.signal),
    Column(name="rule", meaning="the rule that fired, if any", of=lambda _, row: row.rule),
    Column(
        name="opened_at",
        meaning="ISO 8601, in the team's time zone",
        of=lambda report, row: _local(report, row.opened_at),
    ),
    Column(
        name="first_reply_at",
        meaning="the first reply to the contact",
        of=lambda report, row: _local(report, row.first_replied_at),
    ),
    Column(
        name="closed_at",
        meaning="the last close; empty while it is open",
        of=lambda report, row: _local(report, row.closed_at),
    ),
    Column(
        name="opened",
        meaning="1 if it was opened in the period",
        of=lambda report, row: int(report.span.holds(row.opened_at)),
        adds=True,
    ),
    Column(
        name="closed",
        meaning="1 if it was closed in the period",
        of=lambda report, row: int(report.span.holds(row.closed_at)),
        adds=True,
        at_close=True,
    ),
    Column(
        name="reopened",
        meaning="how often it was reopened",
        of=lambda _, row: row.reopened,
        adds=True,
        at_close=True,
    ),
    Column(
        name="rating",
        meaning="what the contact gave, 1 to 5; empty without",
        of=lambda _, row: row.rating,
        at_close=True,
        is_mark=True,
    ),
    Column(
        name="first_response_s",
        meaning="seconds from the opening to the first reply, in business time",
        of=lambda _, row: _seconds(row.first_response),
        is_span=True,
    ),
    Column(
        name="first_response_wall_s",
        meaning="the same by the clock",
        of=lambda _, row: _seconds(row.first_response_wall),
        is_span=True,
    ),
    Column(
        name="resolution_s",
        meaning="seconds to the close in business time, without the waits for the contact",
        of=lambda _, row: _seconds(row.resolution_business),
        is_span=True,
        at_close=True,
    ),
    Column(
        name="resolution_wall_s",
        meaning="seconds from the opening (or last reopening) to the close, by the clock",
        of=lambda _, row: _seconds(row.resolution),
        is_span=True,
        at_close=True,
    ),
    Column(
        name="first_response_met",
        meaning="1 if the SLA was met, 0 if not, empty if nothing was promised or it is not known",
        of=lambda report, row: _yes(first_response_kept(row, report.targets)),
        adds=True,
    ),
    Column(
        name="next_responses_met",
        meaning="how many next responses met the SLA",
        of=lambda report, row: next_responses_kept(row, report.targets).part,
        adds=True,
    ),
    Column(
        name="next_responses_promised",
        meaning="out of how many",
        of=lambda report, row: next_responses_kept(row, report.targets).whole,
        adds=True,
    ),
    Column(
        name="resolution_met",
        meaning="1 if the SLA was met, 0 if not, empty if nothing was promised or it is open",
        of=lambda report, row: _yes(resolution_kept(row, report.targets)),
        adds=True,
        at_close=True,
    ),
)


def write(report: Report) -> str:
    """Text for a `.csv` file (UTF-8), to be read by Python's `csv` with its defaults.

    The lines after the tickets say `total`, `median`, `p90` and `average` in place of a number.
    """
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow([one.name for one in COLUMNS])
    table.writerows([_safe(one.of(report, row)) for one in COLUMNS] for row in report.rows)
    for name, fold in (
        ("total", _total),
        ("median", _median),
        ("p90", _p90),
        ("average", _average),
    ):
        table.writerow([name, *(fold(one, _cells(one, report)) for one in COLUMNS[1:])])
    return out.getvalue()


def _cells(column: Column, report: Report) -> list[Any]:
    """The numbers that a column comes to in this period."""
    if not (column.adds or column.is_span or column.is_mark):
        return []
    cells = [column.of(report, row) for row in report.rows if column.counts(report, row)]
    return [cell for cell in cells if cell is not None]


def _total(column: Column, cells: list[Any]) -> Cell:
    return sum(cells) if column.adds else None


def _median(column: Column, cells: list[Any]) -> Cell:
    return _seconds(spread(map(_span, cells)).median) if column.is_span else None


def _p90(column: Column, cells: list[Any]) -> Cell:
    return _seconds(spread(map(_span, cells)).p90) if column.is_span else None


def _average(column: Column, cells: list[Any]) -> Cell:
    return round(sum(cells) / len(cells), 2) if column.is_mark and cells else None


def _safe(cell: Cell) -> Cell:
    """An apostrophe makes text of what a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _seconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span.total_seconds())


def _yes(kept: bool | None) -> int | None:  # noqa: FBT001 - a value, not a switch
    return None if kept is None else int(kept)


def _local(report: Report, moment: datetime | None) -> str | None:
    return moment.astimezone(report.span.zone).isoformat(timespec="seconds") if moment else None
