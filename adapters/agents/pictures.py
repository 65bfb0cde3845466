"""The pictures of a question, for a model that can see."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from adapters.agents.model import Picture
from bot.domain.errors import BatonError
from bot.domain.message import Attachment, Message
from bot.ports.media import MediaPort

log = logging.getLogger(__name__)

_SEEN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_LARGEST = 5 * 1024 * 1024
_MOST = 4


async def pictures(messages: Sequence[Message], media: MediaPort | None) -> tuple[Picture, ...]:
    """The newest few; what is too large or gone is left out, its name still stands in the text."""
    if media is None:
        return ()
    files = [one for message in messages for one in message.attachments if _can_be_seen(one)]
    found = [await _loaded(one, media) for one in files[-_MOST:]]
    return tuple(one for one in found if one)


def _can_be_seen(file: Attachment) -> bool:
    return bool(file.digest) and file.media_type in _SEEN and file.size <= _LARGEST


async def _loaded(file: Attachment, media: MediaPort) -> Picture | None:
    try:
        data = await media.load(file.digest or "")
    except (BatonError, OSError) as error:
        log.info("a picture is left out: %s", error)
        return None
    return Picture(media_type=file.media_type, data=data)
