"""Any address that leads nowhere: say so, below the way to the pages."""

from __future__ import annotations

from adapters.console.context import Site
from adapters.console.views.elements import empty
from adapters.console.views.frame import framed
from adapters.console.visit import Visit


def show(site: Site, visit: Visit) -> None:
    with framed(site, visit, "Not found", "page-narrow"):
        empty(
            "There is no page here",
            "Its address may be mistyped, or what it showed is gone. Choose a page above.",
            "search_off",
        )
