"""What a command answers, shown to the person who used it and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable

from nicegui import ui

from adapters.console.views import forms
from adapters.console.views.elements import box, button, line, said, text
from adapters.console.views.toasts import toast
from bot.commands.registry import Form, Response
from bot.domain.card import Button
from bot.domain.message import Attachment

Submit = Callable[[Form, dict[str, str], tuple[Attachment, ...]], Awaitable[Response]]
Press = Callable[[Button], Awaitable[None]]
_SHORT, _LONG = 140, 280
# Several lines are for reading, and the address of a thread for following.
_WANT_ROOM = ("\n", "/team?")


class Responder:
    """A short answer is a toast; one to read, to decide on or to fill in is a dialog."""

    def __init__(
        self,
        *,
        press: Press,
        submit: Submit,
        keep: forms.Keep,
        targets: Callable[[Form], Awaitable[list[str]]],
    ) -> None:
        self._client = ui.context.client
        self._press = press
        self._submit = submit
        self._keep = keep
        self._targets = targets
        self._form: forms.FormDialog | None = None
        self._drafts: dict[Hashable, forms.Draft] = {}

    async def show(self, response: Response) -> None:
        with self._client.content:  # the button that was pressed may be gone by now
            await self._show(response)

    async def _show(self, response: Response) -> None:
        for one in response.files:
            ui.download(one.data, one.name)
        if response.form:
            await self._ask(response.form)
        elif response.buttons:
            self._decide(response)
        elif len(response.text) > _SHORT or any(mark in response.text for mark in _WANT_ROOM):
            self._read(response)
        elif response.text:
            toast(response.text, ok=response.ok)

    async def _ask(self, form: Form) -> None:
        """Open a form; a second press of its button finds it open already."""
        if self._form and self._form.is_open(form):
            return
        targets, key = await self._targets(form), forms.key_of(form)

        async def submit(given: dict[str, str], attachments: tuple[Attachment, ...]) -> Response:
            return await self._submit(form, given, attachments)

        def left(draft: forms.Draft) -> None:
            self._drafts[key] = draft

        self._form = forms.FormDialog(
            form,
            self._drafts.pop(key, forms.Draft()),
            submit=submit,
            done=self.show,
            left=left,
            keep=self._keep,
            targets=targets,
        )

    def _decide(self, response: Response) -> None:
        with _dialog() as dialog, box("dialog"):
            first, _, rest = response.text.partition("\n")
            text(first, "dialog-title" if response.ok else "dialog-question", "h2")
            if rest:
                _lines(rest)
            with box("dialog-choices"):
                for one in response.buttons:

                    async def chosen(one: Button = one) -> None:
                        dialog.close()
                        if self._form:
                            self._form.close()  # what stood in it is in the draft now
                        await self._press(one)

                    button(one.label, chosen, one.style)
            if all(one.label != "Cancel" for one in response.buttons):
                with box("dialog-foot"):
                    button("Cancel", dialog.close)

    @staticmethod
    def _read(response: Response) -> None:
        first, _, rest = response.text.partition("\n")
        with _dialog() as dialog, box("dialog wide"):
            if not rest:
                line(first, "dialog-question" if len(first) <= _LONG else "dialog-line")
            elif _is_title(first, rest):
                said(first, "dialog-title said")
                _lines(rest)
            else:
                _lines(response.text)
            with box("dialog-foot"):
                button("Done", dialog.close, "primary")


def _lines(words: str) -> None:
    """What there is to read."""
    with box("dialog-scroll"):
        for one in words.strip("\n").split("\n"):
            line(one.replace("**", ""), "dialog-line" + (" heading" if _is_heading(one) else ""))


def _is_title(first: str, rest: str) -> bool:
    """A title stands apart or is a sentence; else the first line is as much of a list as others."""
    return _is_heading(first) or rest.startswith("\n") or first.endswith((".", ":", "?"))


def _is_heading(one: str) -> bool:
    """A line that is bold as a whole."""
    return one.startswith("**") and one.find("**", 2) == len(one) - 2


def _dialog() -> ui.dialog:
    """Open it, and forget it once it is closed."""
    dialog = ui.dialog()
    dialog.on("hide", dialog.delete)
    dialog.open()
    return dialog
