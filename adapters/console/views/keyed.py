"""A list on a page that changes only where its values did."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

from nicegui import ui
from nicegui.element import Element

T = TypeVar("T")


class Keyed(Generic[T]):
    """Each item has a key that stays; an item equal to the one shown is left alone, with whatever
    is open, focused or playing in it.
    """

    def __init__(
        self,
        draw: Callable[[T], None],
        *,
        classes: str = "",
        newest_first: bool = False,
        empty: Callable[[], object] | None = None,
    ) -> None:
        self._draw = draw
        self._newest_first = newest_first
        self._shown: dict[Hashable, tuple[T, Element]] = {}
        self.box = ui.element("div").classes(f"keyed {classes}".strip())
        self._empty: Element | None = None
        if empty:
            with self.box:
                self._empty = ui.element("div").classes("keyed-empty")
                with self._empty:
                    empty()

    def show(self, items: Iterable[tuple[Hashable, T]]) -> None:
        """Show these and nothing else; new ones come after the others, or before them."""
        wanted = dict(items)
        for key in [key for key in self._shown if key not in wanted]:
            self._shown.pop(key)[1].delete()
        for key, item in wanted.items():
            self._put(key, item)
        if self._empty is not None:
            self._empty.set_visibility(not wanted)

    def _put(self, key: Hashable, item: T) -> None:
        known = self._shown.get(key)
        if known and known[0] == item:
            return
        slot = known[1] if known else self._slot()
        slot.clear()
        with slot:
            self._draw(item)
        self._shown[key] = (item, slot)

    def _slot(self) -> Element:
        with self.box:
            slot = ui.element("div").classes("slot")
        if self._newest_first:
            slot.move(target_index=0)
        return slot
