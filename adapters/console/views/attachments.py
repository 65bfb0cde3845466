"""Files below a message: images inline, audio with a player, the rest to download."""

from __future__ import annotations

from nicegui import ui

from adapters.console.files import AUDIO, IMAGES, address
from adapters.console.views.elements import box, text
from bot.domain.message import Attachment, in_units


def draw(post_id: int, attachments: tuple[Attachment, ...]) -> None:
    if not attachments:
        return
    with box("files"):
        for file in attachments:
            _file(post_id, file)


def _file(post_id: int, file: Attachment) -> None:
    if file.digest is None:
        text(f"{file.name}: {file.problem or 'not available'}", "file lost")
    elif file.media_type in IMAGES:
        _image(address(post_id, file), file)
    elif file.media_type in AUDIO:
        _audio(address(post_id, file), file)
    else:
        _document(address(post_id, file), file)


def _image(url: str, file: Attachment) -> None:
    with _link(url, f"Open {file.name}"):
        picture = ui.element("img").classes("picture")
        picture.props["src"] = url
        picture.props["alt"] = file.name
        picture.props["loading"] = "lazy"


def _audio(url: str, file: Attachment) -> None:
    with box("audio"):
        player = ui.element("audio").props("controls preload=metadata")
        player.props["src"] = url
        player.props["aria-label"] = file.name
        text(file.name, "file-name")


def _document(url: str, file: Attachment) -> None:
    with _link(url, f"Download {file.name}").classes("document"):
        ui.icon("description")
        with box("document-words"):
            text(file.name, "file-name")
            text(in_units(file.size), "file-size")


def _link(url: str, label: str) -> ui.element:
    made = ui.element("a").props('target="_blank" rel="noopener"').classes("file")
    made.props["href"] = url
    made.props["aria-label"] = label
    return made
