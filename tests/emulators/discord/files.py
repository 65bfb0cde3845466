"""Uploaded files become attachments."""

import mimetypes
import re
import struct
from dataclasses import dataclass

from tests.emulators.discord import cdn
from tests.emulators.discord.constants import Json
from tests.emulators.discord.errors import ApiError, invalid
from tests.emulators.discord.model import Attachment, Channel
from tests.emulators.discord.state import World

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One part of a form: ``files[index]``."""

    index: str
    filename: str
    data: bytes
    content_type: str | None = None


def clean(filename: str) -> str:
    """Discord: spaces become underscores, what is not a word, dot or dash is dropped."""
    return re.sub(r"[^\w.\-]", "", filename.replace(" ", "_"), flags=re.ASCII) or "unknown"


def attach(
    world: World,
    channel: Channel,
    uploads: list[Upload],
    described: list[Json],
    *,
    ephemeral: bool = False,
) -> list[Attachment]:
    """Make attachments of uploads. ``described`` is the body's ``attachments``.

    Discord: 40005 above the guild's file size; an attachment id must name a file of the form.
    """
    limit = world.file_limit(channel.guild_id)
    if any(len(upload.data) > limit for upload in uploads):
        raise ApiError(40005)
    about = {str(entry["id"]): entry for entry in described}
    return [
        _one(world, channel, upload, about.get(upload.index, {}), ephemeral=ephemeral)
        for upload in uploads
    ]


def _one(
    world: World, channel: Channel, upload: Upload, about: Json, *, ephemeral: bool
) -> Attachment:
    filename = clean(about.get("filename") or upload.filename)
    guessed, _ = mimetypes.guess_type(filename)
    declared = upload.content_type
    if declared == "application/octet-stream":
        declared = None
    width, height = size_of(upload.data)
    item = Attachment(
        id=world.ids.next(),
        channel_id=channel.id,
        filename=filename,
        data=upload.data,
        content_type=guessed or declared,
        description=about.get("description"),
        duration_secs=about.get("duration_secs"),
        waveform=about.get("waveform"),
        width=width,
        height=height,
        ephemeral=ephemeral,
    )
    world.attachments[item.id] = item
    return item


def size_of(data: bytes) -> tuple[int | None, int | None]:
    """Width and height of a PNG."""
    if not data.startswith(PNG) or len(data) < 24:
        return None, None
    return struct.unpack(">II", data[16:24])


def kept(
    existing: list[Attachment], described: list[Json], uploads: list[Upload]
) -> list[Attachment]:
    """Discord: an edit keeps the attachments it lists; an id that is neither is an error."""
    by_id = {item.id: item for item in existing}
    indexes = {upload.index for upload in uploads}
    for position, entry in enumerate(described):
        if str(entry["id"]) not in by_id and str(entry["id"]) not in indexes:
            raise invalid(
                f"attachments.{position}.id", "ATTACHMENT_NOT_FOUND", "Attachment was not uploaded"
            )
    return [by_id[str(entry["id"])] for entry in described if str(entry["id"]) in by_id]


def urls(world: World, attachments: list[Attachment]) -> dict[str, Json]:
    """What ``attachment://name`` stands for."""
    return {
        item.filename: {
            "id": item.id,
            "url": cdn.link(world, item),
            "proxy_url": cdn.link(world, item),
            "content_type": item.content_type,
            "attachment_id": item.id,
        }
        for item in attachments
    }
