"""The box people write in: Enter sends, Shift+Enter begins a new line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from adapters.console.views.elements import box, icon_button, text
from adapters.console.views.uploads import Keep, Uploads
from bot.application import Baton
from bot.commands import REGISTRY
from bot.domain.message import Attachment

# Answers whether it went through; if not, what was written comes back into the box.
Send = Callable[[str, tuple[Attachment, ...]], Awaitable[bool]]
_MOST_SUGGESTED = 7


class Composer:
    """`commands` offers slash commands as they are typed."""

    def __init__(
        self, label: str, send: Send, keep: Keep, *, hint: str = "", commands: bool = False
    ) -> None:
        self._send = send
        self._suggestions = box("completions").props('role="listbox"') if commands else None
        with box("composer"):
            self._uploads = Uploads(keep)
            with box("composer-row"):
                self._uploads.button()
                self._area = _area(label)
                icon_button("arrow_upward", "Send", self._go, "send")
            if hint:
                text(hint, "composer-hint")
        self._area.on("keydown.enter.exact.prevent", self._go)
        if commands:
            self._area.set_autocomplete([f"/{name} " for name in REGISTRY])
            self._area.on_value_change(self._complete)

    @property
    def draft(self) -> tuple[str, tuple[Attachment, ...]]:
        """What stands in the box."""
        return self._area.value or "", self._uploads.kept

    @draft.setter
    def draft(self, draft: tuple[str, tuple[Attachment, ...]]) -> None:
        self._area.value = draft[0]
        self._uploads.put(draft[1])

    async def _go(self) -> None:
        """The box is emptied at once, so that what is typed meanwhile is not lost."""
        draft = self.draft
        if not draft[0].strip() and not draft[1]:
            return
        self.draft = ("", ())
        if not await self._send(*draft):
            typed, picked = self.draft
            self.draft = ("\n".join(filter(None, (draft[0], typed))), (*draft[1], *picked))

    def _complete(self, event: events.ValueChangeEventArguments[str | None]) -> None:
        """Commands that the line can become, with what they do."""
        line = event.value or ""
        if self._suggestions is None:
            return
        self._suggestions.clear()
        if not line.startswith("/") or "\n" in line:
            return
        name = line.strip().removeprefix("/")
        found = Baton.complete(line) or _usage(name)
        with self._suggestions:
            for usage in found[:_MOST_SUGGESTED]:
                self._suggest(usage)

    def _suggest(self, usage: str) -> None:
        name = usage.removeprefix("/").partition(" <")[0].partition(" [")[0]
        row = box("completion", "button").props('role="option" type="button"')
        row.on("click", lambda: self._take(name))
        with row:
            text(usage, "completion-usage")
            text(REGISTRY[name].help if name in REGISTRY else "", "completion-help")

    def _take(self, name: str) -> None:
        self._area.value = f"/{name} "
        self._area.run_method("focus")


def _usage(line: str) -> list[str]:
    """The command that is being written, once its name is complete."""
    words = line.split(" ")
    known = [" ".join(words[:count]) for count in (3, 2, 1)]
    return [REGISTRY[name].usage for name in known if name in REGISTRY][:1]


def _area(label: str) -> ui.textarea:
    area = ui.textarea(placeholder=label).props("borderless autogrow dense rows=1 maxlength=100000")
    area.props["aria-label"] = label
    return area.classes("composer-area")
