"""`/reports`: how many tickets there are, and how long people waited."""

from __future__ import annotations

from datetime import timedelta

from adapters.console.context import Site
from adapters.console.figures import Figures, figures
from adapters.console.pages.following import follow
from adapters.console.views.elements import box, empty, text
from adapters.console.views.frame import framed
from adapters.console.views.keyed import Keyed
from adapters.console.visit import Visit
from bot.domain.duration import roughly
from bot.domain.states import Status


async def show(site: Site, visit: Visit) -> None:
    with framed(site, visit, "Reports", "page-narrow"):
        with box("page-head"):
            text("Reports", "page-title", "h1")
        report: Keyed[Figures] = Keyed(_draw)

        async def refresh() -> None:
            report.show([("figures", await site.baton.store.read(figures))])

        await follow(site, frozenset({"tickets"}), refresh)


def _draw(found: Figures) -> None:
    if not found.total:
        empty(
            "No tickets yet",
            "Figures appear with the first ticket. The start page has examples to try.",
            "insights",
        )
        return
    with box("tiles"):
        _tile("Tickets", str(found.total))
        _tile("Median first response", _span(found.first_response))
        _tile("Median resolution", _span(found.resolution))
        _tile("Reopened at least once", str(found.reopened))
    _table(found)
    if found.counted < found.total:
        text(f"Counted over the newest {found.counted:,} tickets.", "page-sub")


def _tile(name: str, value: str) -> None:
    with box("tile"):
        text(value, "tile-value")
        text(name, "tile-name")


def _span(span: timedelta | None) -> str:
    return roughly(span) if span is not None else "-"


def _table(found: Figures) -> None:
    with box("table-wrap"), box("table", "table"):
        with box("", "thead"), box("", "tr"):
            for name in ("Team", *(status.value.capitalize() for status in Status), "All"):
                text(name, "", "th").props('scope="col"')
        with box("", "tbody"):
            for team, counts in found.by_team.items():
                with box("", "tr"):
                    text(team, "", "th").props('scope="row"')
                    for status in Status:
                        text(str(counts.get(status, 0)), "", "td")
                    text(str(sum(counts.values())), "", "td")
