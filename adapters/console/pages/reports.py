"""`/reports`: the figures of a team over some days, with their picture and their table."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nicegui import ui

from adapters.console.context import Site
from adapters.console.pages.following import follow
from adapters.console.report_files import PICTURE, TABLE, address
from adapters.console.views.elements import box, empty, text
from adapters.console.views.frame import Frame, framed
from adapters.console.views.keyed import Keyed
from adapters.console.visit import Visit
from bot.domain import report_words as words
from bot.domain import span
from bot.domain.errors import BadInput, NotFound
from bot.domain.report import Part, Report
from bot.ports.store import Tx
from bot.services import reporting

_COLUMNS = (
    "Opened",
    "Closed",
    "Reopened",
    "First response",
    "Resolution",
    "SLA met",
    "Rating",
)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A report, or why there is none."""

    team: str
    period: str
    teams: tuple[str, ...]
    report: Report | None = None
    problem: str = ""


async def show(site: Site, visit: Visit) -> None:
    with framed(site, visit, "Reports", "page-narrow") as frame:
        page = ReportsPage(site, frame)
        await follow(site, frozenset({"tickets"}), page.refresh)


class ReportsPage:
    """The choice stays in the address; the figures follow what happens."""

    def __init__(self, site: Site, frame: Frame) -> None:
        self._site = site
        self._frame = frame
        with box("page-head report-ask"):
            text("Reports", "page-title", "h1")
            ui.space()
            self._team = _choice({}, "Team", self._chosen)
            periods = dict.fromkeys((*span.WAYS, frame.visit.period or span.DEFAULT))
            self._period = _choice(list(periods), "Period", self._chosen, typed=True)
            self._period.value = frame.visit.period or span.DEFAULT
        self._report: Keyed[Look] = Keyed(_draw)

    async def refresh(self) -> None:
        visit = self._frame.visit
        now = self._site.clock.now()
        found = await self._site.baton.store.read(look, visit.team, visit.period, now)
        teams = {"": words.ALL_TEAMS, **{one: one for one in found.teams}}
        self._team.set_options(teams, value=visit.team if visit.team in teams else "")
        self._report.show([("report", found)])

    async def _chosen(self) -> None:
        visit = self._frame.visit
        chosen = str(self._team.value or ""), str(self._period.value or span.DEFAULT)
        if chosen != (visit.team, visit.period or span.DEFAULT):
            visit.team, visit.period = chosen
            await self.refresh()
            self._frame.moved()


def _choice(
    options: dict[str, str] | list[str],
    label: str,
    act: Callable[[], Awaitable[None]],
    *,
    typed: bool = False,
) -> ui.select:
    made = ui.select(
        options,
        label=label,
        on_change=act,
        with_input=typed,
        new_value_mode="add-unique" if typed else None,
    )
    return made.props("outlined dense options-dense").classes("who")


def look(tx: Tx, team: str, period: str, now: datetime) -> Look:
    """Of the whole desk, private teams too: whoever is here may act as any of its members."""
    teams = tuple(one.name for one in tx.desk.get().teams)
    look = Look(team=team, period=period, teams=teams)
    try:
        found = reporting.report(tx, team, period, now)
    except (BadInput, NotFound) as error:
        return replace(look, problem=str(error))
    # As of the last change, so that a page is not drawn again for the passing of time alone.
    return replace(look, report=replace(found, at=found.span.start))


def _draw(found: Look) -> None:
    report = found.report
    if report is None:
        empty("No report", found.problem, "event_busy")
        return
    text(f"{report.span.dates}, {getattr(report.span.zone, 'key', 'UTC')}", "page-sub")
    if report.is_empty:
        empty(
            "Nothing happened in this time",
            "Figures appear with the first ticket. The start page has examples to try.",
            "insights",
        )
        return
    with box("tiles report-tiles"):
        for name, value in _tiles(report):
            with box("tile"):
                text(value, "tile-value")
                text(name, "tile-name")
    _picture(found, report)
    if len(report.teams) > 1:
        _table("Team", report.teams)
    _table("Attendant", report.attendants)
    _table("Rule", report.rules)


def _tiles(report: Report) -> list[tuple[str, str]]:
    return [
        ("Opened", str(report.opened)),
        ("Closed", str(report.closed)),
        ("Still open", str(report.left_open)),
        ("Agent alone", words.percent(report.agent.share)),
        ("First response, median", words.short(report.first_response.median)),
        ("Resolution, median", words.short(report.resolution.median)),
        ("SLA met", words.percent(report.kept.all)),
        ("Reopened", words.percent(report.reopened)),
        *([("Rating, of 5", words.stars(report.ratings))] if report.ratings.count else []),
    ]


def _picture(found: Look, report: Report) -> None:
    stand = f"{zlib.crc32(repr(report).encode()):x}"
    with box("report-picture"):
        picture = box("", "img")
        picture.props["src"] = address(PICTURE, found.team, found.period, stand)
        picture.props["alt"] = words.headline(report)
    with box("report-links"):
        for label, path, ending in (
            ("Picture (PNG)", PICTURE, "png"),
            ("Table (CSV)", TABLE, "csv"),
        ):
            link = text(label, "btn", "a")
            link.props["href"] = address(path, found.team, found.period)
            link.props["download"] = f"{words.file_name(report)}.{ending}"


def _table(kind: str, parts: Sequence[Part]) -> None:
    if not parts:
        return
    with box("table-wrap"), box("table", "table"):
        with box("", "thead"), box("", "tr"):
            for name in (kind, *_COLUMNS):
                text(name, "", "th").props('scope="col"')
        with box("", "tbody"):
            for part in parts:
                with box("", "tr"):
                    text(part.name, "", "th").props('scope="row"')
                    for cell in _cells(part):
                        text(cell, "", "td")


def _cells(part: Part) -> tuple[str, ...]:
    return (
        str(part.opened),
        str(part.closed),
        words.percent(part.reopened),
        words.short(part.first_response.median),
        words.short(part.resolution.median),
        words.percent(part.kept),
        words.stars(part.ratings),
    )
