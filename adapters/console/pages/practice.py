"""The clock of a practice desk: let hours pass, and see silence close a ticket."""

from __future__ import annotations

from datetime import timedelta

from nicegui import ui

from adapters.console.context import MovableClock, Site
from adapters.console.views.elements import box, button, text
from adapters.console.views.toasts import toast
from bot.domain.duration import roughly
from bot.domain.errors import BatonError
from bot.ports.store import Tx

_STEPS = {"+1 h": timedelta(hours=1), "+1 day": timedelta(days=1)}


class PracticeClock:
    """Shown only where the desk is one to practice on and its clock can be moved."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._bar = box("practice", "section")
        self._bar.props["aria-label"] = "Practice clock"
        with self._bar:
            text("Practice clock", "practice-title")
            self._time = ui.label().classes("practice-time")
            self._ahead = ui.label().classes("practice-ahead")
            for label, step in _STEPS.items():
                button(label, lambda step=step: self._move(step), "", "small")
            button("Back to now", self._back, "", "small")
        self._bar.set_visibility(False)

    async def refresh(self) -> None:
        clock = self._site.clock
        is_practice = await self._site.baton.store.read(_is_practice)
        self._bar.set_visibility(is_practice and isinstance(clock, MovableClock))
        now = clock.now().astimezone()
        self._time.set_text(f"{now:%a} {now.day} {now:%b, %H:%M}")
        ahead = clock.offset if isinstance(clock, MovableClock) else timedelta()
        self._ahead.set_text(f"{roughly(ahead)} ahead" if ahead else "real time")

    async def _move(self, step: timedelta) -> None:
        await self._set(step)

    async def _back(self) -> None:
        await self._set(None)

    async def _set(self, step: timedelta | None) -> None:
        clock = self._site.clock
        if not isinstance(clock, MovableClock):
            return
        try:
            await (clock.move(step) if step else clock.back())
        except BatonError as error:
            toast(str(error), ok=False)
        await self.refresh()


def _is_practice(tx: Tx) -> bool:
    return tx.desk.get().practice
