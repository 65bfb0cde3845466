"""A list on a page that changes only where its values did."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from nicegui import ui
from nicegui.element import Element

T = TypeVar("T")
# Draws an item; may answer with how to change what it drew, so that it need not be drawn anew.
Draw = Callable[[T], Callable[[T], None] | None]


@dataclass
class _Slot(Generic[T]):
    item: T
    element: Element
    change: Callable[[T], None] | None = None


class Keyed(Generic[T]):
    """Each item has a key that stays; an item equal to the one shown is left alone, with whatever
    is open, focused or playing in it.
    """

    def __init__(
        self,
        draw: Draw[T],
        *,
        classes: str = "",
        newest_first: bool = False,
        empty: Callable[[], object] | None = None,
    ) -> None:
        self._draw = draw
        self._newest_first = newest_first
        self._slots: dict[Hashable, _Slot[T]] = {}
        self._order: list[Hashable] = []
        self.box = ui.element("div").classes(f"keyed {classes}".strip())
        self._empty: Element | None = None
        if empty:
            with self.box:
                self._empty = ui.element("div").classes("keyed-empty")
                with self._empty:
                    empty()

    def show(self, items: Iterable[tuple[Hashable, T]]) -> None:
        """Show these and nothing else, in this order or from the last to the first."""
        wanted = dict(items)
        for key in [key for key in self._slots if key not in wanted]:
            self._slots.pop(key).element.delete()
            self._order.remove(key)
        for key, item in wanted.items():
            self._put(key, item)
        self._arrange(list(reversed(wanted)) if self._newest_first else list(wanted))
        if self._empty is not None:
            self._empty.set_visibility(not wanted)

    def _put(self, key: Hashable, item: T) -> None:
        slot = self._slots.get(key)
        if slot is None:
            with self.box:
                slot = _Slot(item, ui.element("div").classes("slot"))
            self._slots[key] = slot
            self._order.append(key)
        elif slot.item == item:
            return
        elif slot.change:
            slot.change(item)
            slot.item = item
            return
        slot.element.clear()
        with slot.element:
            slot.change = self._draw(item)
        slot.item = item

    def _arrange(self, order: list[Hashable]) -> None:
        if order != self._order:
            for index, key in enumerate(order):
                self._slots[key].element.move(target_index=index)
            self._order = order
