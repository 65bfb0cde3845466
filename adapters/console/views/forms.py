"""A command's form as a dialog: one field an argument, files where it takes some."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from adapters.console.views.elements import box, button, text
from adapters.console.views.uploads import Keep, Uploads
from bot.commands.registry import Argument, Form, Kind, Response
from bot.domain.message import Attachment

__all__ = ["Draft", "FormDialog", "Keep", "key_of"]

Submit = Callable[[dict[str, str], tuple[Attachment, ...]], Awaitable[Response]]
Done = Callable[[Response], Awaitable[None]]
_TARGETS = {Kind.ATTENDANT, Kind.TEAM, Kind.PERSON}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What somebody filled in and has not sent: fields they changed, and files."""

    given: Mapping[str, str] = field(default_factory=dict)
    files: tuple[Attachment, ...] = ()


def key_of(form: Form) -> Hashable:
    """The same for forms that ask the same, with the same in them beforehand."""
    return form.command, frozenset(form.values.items())


class FormDialog:
    """Stays open, with all that was typed, until the command has gone through.

    A question about it (somebody else holds the ticket) is asked above it: who cancels that has
    their words still. So has who leaves it with Escape: they are `left` to whoever opens it again.
    """

    def __init__(
        self,
        form: Form,
        draft: Draft,
        *,
        submit: Submit,
        done: Done,
        left: Callable[[Draft], None],
        keep: Keep,
        targets: list[str],
    ) -> None:
        self._form = form
        self._submit = submit
        self._done = done
        self._left = left
        self._fields: dict[str, ValueElement[str | None]] = {}
        self._busy = self._over = False
        self._dialog = ui.dialog().props("no-backdrop-dismiss")
        self._dialog.on("hide", self._hidden)
        with self._dialog, box("dialog"):
            text(form.title, "dialog-title", "h2")
            for argument in form.arguments:
                self._fields[argument.name] = self._field(argument, targets)
                self._restore(argument, draft)
            self._uploads = Uploads(keep) if form.files else None
            if self._uploads:
                self._uploads.put(draft.files)
            self._problem = ui.label().classes("dialog-problem").props('role="alert"')
            self._foot()
        self._dialog.open()

    def is_open(self, form: Form) -> bool:
        """Whether this dialog is open and asks for the same."""
        same = key_of(form) == key_of(self._form)
        return same and not self._dialog.is_deleted and bool(self._dialog.value)

    def close(self) -> None:
        """For good: what stands in it is sent, kept elsewhere, or not wanted any more."""
        self._over = True
        if not self._dialog.is_deleted:
            self._dialog.close()

    def _hidden(self) -> None:
        draft = self._draft()
        if not self._over and (draft.given or draft.files):
            self._left(draft)
        self._dialog.delete()

    def _draft(self) -> Draft:
        given = {name: one.value or "" for name, one in self._fields.items()}
        changed = {
            name: words for name, words in given.items() if words != self._form.values.get(name, "")
        }
        return Draft(given=changed, files=self._uploads.kept if self._uploads else ())

    def _restore(self, argument: Argument, draft: Draft) -> None:
        words = draft.given.get(argument.name)
        if words is not None and (not argument.choices or words in argument.choices):
            self._fields[argument.name].value = words

    def _foot(self) -> None:
        with box("dialog-foot"):
            if self._uploads:
                self._uploads.button()
            ui.space()
            button("Cancel", self.close)
            button(self._form.verb, self._send, "primary")

    def _field(self, argument: Argument, targets: list[str]) -> ValueElement[str | None]:
        label = _label(argument)
        label += "" if argument.required else " (optional)"
        value = self._form.values.get(argument.name, "")
        if argument.choices:
            return self._choice(argument, label, value)
        if argument.long:
            area = ui.textarea(label, value=value).props("outlined autogrow dense autofocus")
            if argument.plain:
                return area.props(f'hint="{_plain(argument.help)}"')
            area.on("keydown.enter.exact.prevent", self._send)
            return area.props(f'hint="{_plain(argument.help)} · Enter sends"')
        field = ui.input(label, value=value).props("outlined dense autofocus")
        field.on("keydown.enter.prevent", self._send)
        if argument.name == "target" or argument.kind in _TARGETS:
            field.set_autocomplete(targets)
            self._suggest(field, targets)
        return field.props(f'hint="{_plain(argument.help)}"')

    @staticmethod
    def _choice(argument: Argument, label: str, value: str) -> ValueElement[str | None]:
        options = {one: one for one in argument.choices}
        if argument.kind is Kind.SNIPPET:
            chosen = ui.select(options, label=label, value=value or None, with_input=True)
            return chosen.props("outlined dense options-dense clearable")
        field = ui.select(
            options, label=label, value=value or None, clearable=not argument.required
        )
        return field.props("outlined dense options-dense")

    @staticmethod
    def _suggest(field: ui.input, targets: list[str]) -> None:
        with box("suggestions"):
            for target in targets:
                button(target, lambda target=target: _fill(field, target), "", "chip small")

    async def _send(self) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            given = {name: field.value or "" for name, field in self._fields.items()}
            files = self._uploads.kept if self._uploads else ()
            response = await self._submit(given, files)
        finally:
            self._busy = False
        if missing := self._missing(response, given):
            self._problem.set_text(missing)
        elif response.ok:
            self.close()
            await self._done(response)
        elif response.buttons:
            await self._done(response)
        else:
            self._problem.set_text(response.text)

    def _missing(self, response: Response, given: dict[str, str]) -> str:
        """Why the command asks for the same once more; empty when it does not."""
        if response.form is None or response.form.command != self._form.command:
            return ""
        empty = (
            one for one in self._form.arguments if one.required and not given[one.name].strip()
        )
        first = next(empty, None)
        return _wanted(first, files=self._form.files) if first else ""


def _wanted(argument: Argument, *, files: bool) -> str:
    if argument.name == "target":
        return "Choose whom to give it to."
    if argument.long:
        return "Write something, or attach a file." if files else "Write something."
    return f"Please fill in: {_label(argument)}."


def _label(argument: Argument) -> str:
    return argument.name.replace("_", " ").capitalize()


def _fill(field: ui.input, words: str) -> None:
    field.value = words


def _plain(words: str) -> str:
    """Words of the registry inside a quoted property."""
    return words.replace('"', "'")
