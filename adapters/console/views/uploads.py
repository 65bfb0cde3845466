"""Files picked for a message that is not sent yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import events, ui
from nicegui.elements.upload_files import FileUpload

from adapters.console.views.elements import box, icon_button, text
from adapters.console.views.toasts import toast
from bot.domain.errors import BatonError
from bot.domain.message import LARGEST_FILE, MOST_FILES, Attachment, check_file, in_units

Keep = Callable[[str, bytes], Awaitable[Attachment]]


class Uploads:
    """The uploader itself is hidden; what was picked shows as a row that can be taken back."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self.kept: tuple[Attachment, ...] = ()
        self._picker = (
            ui.upload(
                multiple=True,
                auto_upload=True,
                max_file_size=LARGEST_FILE,
                on_multi_upload=self._uploaded,
                on_rejected=self._rejected,
            )
            .classes("uploader")
            .props('tabindex="-1"')
        )
        self._row = box("pending")

    def button(self) -> None:
        icon_button("attach_file", "Attach files", lambda: self._picker.run_method("pickFiles"))

    def put(self, attachments: tuple[Attachment, ...]) -> None:
        """Have these picked instead."""
        self.kept = attachments
        self._picker.reset()
        self._draw()

    async def _uploaded(self, event: events.MultiUploadEventArguments) -> None:
        for file in event.files:
            await self._take(file)
        self._picker.reset()
        self._draw()

    async def _take(self, file: FileUpload) -> None:
        try:
            check_file(file.name, file.size())
            if len(self.kept) >= MOST_FILES:
                toast(f"{MOST_FILES} files are the most in one message.", ok=False)
                return
            kept = await self._keep(file.name, await file.read())
        except BatonError as error:
            toast(str(error), ok=False)
            return
        self.kept = (*self.kept, kept)

    @staticmethod
    def _rejected() -> None:
        most = in_units(LARGEST_FILE)
        toast(
            f"That file is too large: {most} is the most that can be passed on. Nothing was sent.",
            ok=False,
        )

    def _draw(self) -> None:
        self._row.clear()
        with self._row:
            for number, file in enumerate(self.kept):
                with box("pending-file"):
                    ui.icon("attach_file")
                    text(file.name, "file-name")
                    text(in_units(file.size), "file-size")
                    icon_button(
                        "close", f"Remove {file.name}", lambda number=number: self._drop(number)
                    )

    def _drop(self, number: int) -> None:
        self.put(self.kept[:number] + self.kept[number + 1 :])
