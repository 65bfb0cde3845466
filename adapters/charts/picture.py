"""The picture of a report: its figures large at the top, what is behind them below."""

from __future__ import annotations

import io
import warnings

from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

from adapters.charts import look, panels
from bot.domain.report import Report
from bot.domain.report_words import percent, short, stars, title

_LONGEST_TITLE = 34
_LEFT, _RIGHT = 0.045, 0.965


def draw(report: Report) -> bytes:
    """As a PNG. No window, no state of matplotlib's own: any thread may draw."""
    # A name in a script that no font here has is drawn as boxes; that is no reason to fail.
    with warnings.catch_warnings(), rc_context({"font.family": look.fonts()}):
        warnings.filterwarnings("ignore", "Glyph", UserWarning)
        figure = Figure(figsize=(look.WIDTH_IN, look.HEIGHT_IN), dpi=look.DPI, facecolor=look.PAPER)
        FigureCanvasAgg(figure)
        _title(figure, report)
        if report.is_empty:
            figure.text(
                _LEFT, 0.8, "Nothing happened in this time.", size=look.HEADING, color=look.FAINT
            )
        else:
            _tiles(figure, report)
            _charts(figure, report)
        out = io.BytesIO()
        figure.savefig(out, format="png")
        return out.getvalue()


def _title(figure: Figure, report: Report) -> None:
    name = look.plain(look.cut(title(report), _LONGEST_TITLE))
    figure.text(
        _LEFT, 0.945, f"{name}  ·  {report.span.dates}", size=look.TITLE, color=look.INK,
        weight="bold", va="center",
    )  # fmt: skip
    made = report.at.astimezone(report.span.zone)
    zone = getattr(report.span.zone, "key", "UTC")
    figure.text(
        _LEFT, 0.9, f"As of {made.day} {made:%b %Y, %H:%M}, {zone}", size=look.SMALL,
        color=look.FAINT, va="center",
    )  # fmt: skip


def _tiles(figure: Figure, report: Report) -> None:
    kept, agent = report.kept.all, report.agent.share
    tiles: tuple[tuple[str, str, str], ...] = (
        ("Opened", str(report.opened), ""),
        ("Closed", str(report.closed), f"{report.silent} for silence" if report.silent else ""),
        ("Still open", str(report.left_open), ""),
        ("First response", short(report.first_response.median), "median, business time"),
        ("SLA met", percent(kept), f"{kept.part} of {kept.whole}" if kept.whole else "no promises"),
        (
            "Agent alone",
            percent(agent),
            f"of {agent.whole} conversations" if agent.whole else "no conversations",
        ),
    )
    widths = [0.8, 0.8, 0.8, 1.3, 1, 1.1]
    if report.ratings.count:
        tiles = (*tiles, ("Rating", stars(report.ratings), f"of 5, by {report.ratings.count}"))
        widths = [*widths[:5], 1.15, 0.85]
    grid = GridSpec(
        1, len(tiles), figure, left=_LEFT, right=_RIGHT, top=0.86, bottom=0.72, wspace=0.07,
        width_ratios=widths,
    )  # fmt: skip
    for column, (name, value, more) in enumerate(tiles):
        panels.tile(figure.add_subplot(grid[0, column]), name, value, more)


def _charts(figure: Figure, report: Report) -> None:
    upper = GridSpec(
        1, 2, figure, left=_LEFT, right=_RIGHT, top=0.64, bottom=0.41, wspace=0.12,
        width_ratios=[2.12, 1],
    )  # fmt: skip
    panels.volume(figure.add_subplot(upper[0, 0]), report.days)
    panels.ranking(figure.add_subplot(upper[0, 1]), "Why", report.reasons, 5, look.BLUE)
    lower = GridSpec(1, 3, figure, left=_LEFT, right=_RIGHT, top=0.305, bottom=0.04, wspace=0.18)
    panels.times(figure.add_subplot(lower[0, 0]), report)
    panels.kept(figure.add_subplot(lower[0, 1]), report)
    by_teams = not report.team and len(report.teams) > 1
    groups = report.teams if by_teams else report.attendants
    panels.ranking(
        figure.add_subplot(lower[0, 2]),
        "Closed, by team" if by_teams else "Closed, by attendant",
        sorted(((one.name, one.closed) for one in groups if one.closed), key=lambda one: -one[1]),
        5,
        look.ORANGE,
    )
