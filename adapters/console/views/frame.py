"""What every page has around it: the way to the others, and light or dark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui
from nicegui.element import Element

from adapters.console.context import Site
from adapters.console.views.elements import box, icon_button, text
from adapters.console.visit import Visit

PAGES = {
    "/": "Start",
    "/contact": "Contact",
    "/team": "Team",
    "/queue": "Queue",
    "/reports": "Reports",
    "/health": "Health",
}
_THEMES = ("", "light", "dark")
_ICONS = {"": "brightness_auto", "light": "light_mode", "dark": "dark_mode"}
_VALUES = {"": None, "light": False, "dark": True}


class Frame:
    """Keeps the address and the links to the other pages in step with the visit."""

    def __init__(self, site: Site, visit: Visit) -> None:
        self.visit = visit
        self._client = ui.context.client
        self._links: dict[str, Element] = {}
        self._dark = ui.dark_mode(_VALUES[visit.theme])
        with box("topbar", "header"):
            text("Baton", "brand")
            with box("nav", "nav") as nav:
                nav.props["aria-label"] = "Pages"
                for path, name in PAGES.items():
                    self._link(path, name)
            ui.space()
            self._theme = icon_button(_ICONS[visit.theme], "Light or dark", self._next_theme)
            if site.has_login:
                self._log_out()

    def moved(self) -> None:
        """The visit has changed: say so in the address bar."""
        with self._client.content:  # whatever was clicked may be gone by now
            ui.navigate.history.replace(self.visit.address())
        for path, link in self._links.items():
            link.props["href"] = self.visit.elsewhere(path)
            link.update()

    def _link(self, path: str, name: str) -> None:
        link = text(name, "nav-link", "a")
        link.props["href"] = self.visit.elsewhere(path)
        if path == self.visit.path:
            link.props["aria-current"] = "page"
        self._links[path] = link

    def _next_theme(self) -> None:
        following = _THEMES[(_THEMES.index(self.visit.theme) + 1) % len(_THEMES)]
        self.visit.theme = following
        self._dark.value = _VALUES[following]
        self._theme.props["icon"] = _ICONS[following]
        self._theme.update()
        self.moved()

    @staticmethod
    def _log_out() -> None:
        link = text("Log out", "nav-link", "a")
        link.props["href"] = "/logout"


@contextmanager
def framed(site: Site, visit: Visit, title: str, classes: str = "") -> Iterator[Frame]:
    """A page: the bar on top, and its own content below."""
    ui.page_title(f"{title} · Baton")
    frame = Frame(site, visit)
    with box(f"page {classes}".strip(), "main"):
        yield frame
