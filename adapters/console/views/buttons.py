"""Rows of buttons that stay while what is around them changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from adapters.console.views.elements import button
from adapters.console.views.keyed import Keyed
from bot.domain.card import Button

Press = Callable[[Button], Awaitable[None]]


def button_row(press: Press) -> Keyed[Button]:
    def draw(one: Button) -> None:
        button(one.label, lambda: press(one), one.style)

    return Keyed(draw, classes="card-buttons")
