"""The parts of a report's picture; each draws into the axes that it is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from matplotlib.ticker import MaxNLocator

from adapters.charts import look
from bot.domain.report import Day, Report, Spread
from bot.domain.report_words import of, short

_DAILY, _WEEKLY = 45, 200  # the longest period whose days, or weeks, have bars of their own
_LABELS = 8
_FEW = 7
_LONGEST_NAME = 30
_MEDIAN, _P90 = 0.66, 1.0  # where the columns of the table end


class Line(NamedTuple):
    """A bar with its name and its value in words."""

    name: str
    width: float
    value: str
    colour: str


def tile(axes: Axes, name: str, value: str, more: str = "") -> None:
    """One figure, large."""
    axes.set_axis_off()
    axes.add_patch(
        FancyBboxPatch(
            (0, 0), 1, 1, transform=axes.transAxes, boxstyle="square,pad=0", fc=look.TILE, ec="none"
        )
    )
    write = axes.text
    write(0.08, 0.74, name, size=look.TEXT, color=look.FAINT, va="center")
    write(0.08, 0.43, value, size=look.VALUE, color=look.INK, va="center", weight="bold")
    write(0.08, 0.14, more, size=look.SMALL, color=look.FAINT, va="center")


def volume(axes: Axes, days: Sequence[Day]) -> None:
    """Opened and closed, side by side for each day; of a long time for each week or month."""
    bars = _gathered(days)
    unit = "day" if len(bars) == len(days) else "week" if len(days) <= _WEEKLY else "month"
    _head(axes, f"Tickets by {unit}")
    at = range(len(bars))
    axes.bar([x - 0.2 for x in at], [one.opened for one in bars], 0.38, color=look.BLUE)
    axes.bar([x + 0.2 for x in at], [one.closed for one in bars], 0.38, color=look.ORANGE)
    most = max((max(one.opened, one.closed) for one in bars), default=0)
    half = max(len(bars), _FEW) / 2  # a single day is no wall
    axes.set_xlim((len(bars) - 1) / 2 - half - 0.1, (len(bars) - 1) / 2 + half + 0.1)
    axes.set_ylim(0, max(most * 1.1, 1))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
    axes.yaxis.grid(visible=True, color=look.RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    step = -(-len(bars) // _LABELS)
    axes.set_xticks(list(at)[::step], [_label(one.day, unit) for one in bars][::step])
    axes.tick_params(axis="x", pad=8)
    axes.spines["bottom"].set_visible(True)
    axes.spines["bottom"].set_color(look.RULE)
    for x, name, colour in ((0.72, "opened", look.BLUE), (0.87, "closed", look.ORANGE)):
        axes.text(
            x, 1.075, "■", transform=axes.transAxes, color=colour, size=look.TEXT, va="center"
        )
        axes.text(
            x + 0.03, 1.08, name, transform=axes.transAxes, color=look.INK, size=look.SMALL,
            va="center",
        )  # fmt: skip


def ranking(
    axes: Axes, heading: str, counts: Sequence[tuple[str, int]], most: int, colour: str
) -> None:
    """Names with bars, the largest first; what is beyond `most` is one line without a bar."""
    _head(axes, heading)
    if not counts:
        _nothing(axes)
        return
    rest = counts[most - 1 :] if len(counts) > most else ()
    lines = [
        Line(name, count, str(count), colour) for name, count in counts[: len(counts) - len(rest)]
    ]
    if rest:
        count = sum(count for _, count in rest)
        lines.append(Line(f"{len(rest)} others", 0, str(count), colour))
    _bars(axes, lines, most, top=max(one.width for one in lines))


def kept(axes: Axes, report: Report) -> None:
    """The share of promises that were kept, each of the whole width."""
    shares = [
        ("First response", report.kept.first_response),
        ("Next response", report.kept.next_response),
        ("Resolution", report.kept.resolution),
    ]
    _head(axes, "SLA met")
    if not report.kept.all.whole:
        _nothing(axes, "Nothing was promised")
        return
    lines = [Line(name, 100 * (share.rate or 0), of(share), look.GREEN) for name, share in shares]
    _bars(axes, lines, len(lines), top=100, ground=True)


def times(axes: Axes, report: Report) -> None:
    """How long it took, as a table."""
    _head(axes, "How long it took")
    axes.set_axis_off()
    rows = [
        ("First response", None),
        ("business time", report.first_response),
        ("by the clock", report.first_response_wall),
        ("Resolution", None),
        ("business time", report.resolution),
        ("by the clock", report.resolution_wall),
    ]
    for x, name in ((_MEDIAN, "median"), (_P90, "p90")):
        axes.text(x, 0.95, name, size=look.SMALL, color=look.FAINT, ha="right", va="center")
    for line, (name, spread) in enumerate(rows):
        y = 0.83 - line * 0.155
        _time(axes, y, name, spread)


def _time(axes: Axes, y: float, name: str, spread: Spread | None) -> None:
    if spread is None:
        axes.text(0, y, name, size=look.TEXT, color=look.INK, va="center")
        return
    axes.text(0.04, y, name, size=look.SMALL, color=look.FAINT, va="center")
    for x, span in ((_MEDIAN, spread.median), (_P90, spread.p90)):
        axes.text(x, y, short(span), size=look.TEXT, color=look.INK, ha="right", va="center")


def _bars(
    axes: Axes,
    lines: Sequence[Line],
    room: int,
    *,
    top: float,
    ground: bool = False,
) -> None:
    """From above, each with its name over it and its value at its right."""
    axes.set_axis_off()
    axes.set_xlim(0, top or 1)
    axes.set_ylim(room - 0.35, -0.62)
    for y, one in enumerate(lines):
        if ground:
            axes.barh(y, top, 0.26, color=look.RULE)
        axes.barh(y, one.width, 0.26, color=one.colour)
        axes.text(
            0, y - 0.2, look.plain(look.cut(one.name, _LONGEST_NAME)), size=look.SMALL,
            color=look.INK, va="bottom",
        )  # fmt: skip
        axes.text(
            top or 1, y - 0.2, one.value, size=look.SMALL, color=look.INK, va="bottom", ha="right"
        )


def _head(axes: Axes, heading: str) -> None:
    axes.set_title(heading, loc="left", size=look.HEADING, color=look.INK, pad=12, weight="bold")
    axes.tick_params(length=0, labelsize=look.SMALL, colors=look.FAINT)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _nothing(axes: Axes, words: str = "None in this time") -> None:
    axes.set_axis_off()
    axes.text(0, 0.9, words, transform=axes.transAxes, size=look.TEXT, color=look.FAINT)


def _gathered(days: Sequence[Day]) -> list[Day]:
    if len(days) <= _DAILY:
        return list(days)
    sums: dict[date, Day] = {}
    for one in days:
        first = (
            one.day - timedelta(days=one.day.weekday())
            if len(days) <= _WEEKLY
            else one.day.replace(day=1)
        )
        so_far = sums.get(first, Day(day=first, opened=0, closed=0))
        sums[first] = Day(
            day=first, opened=so_far.opened + one.opened, closed=so_far.closed + one.closed
        )
    return list(sums.values())


def _label(day: date, unit: str) -> str:
    return f"{day:%b %Y}" if unit == "month" else f"{day.day} {day:%b}"
