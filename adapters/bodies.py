"""The bodies of other servers' answers, of which no more is read than may be kept."""

from __future__ import annotations

import aiohttp

from bot.domain.message import LARGEST_FILE, check_file

_CHUNK = 1 << 16
# What a sender packs may be a thousand times as large once it is unpacked.
PLAIN = {"Accept-Encoding": "identity"}


async def whole(answer: aiohttp.ClientResponse, name: str) -> bytes:
    """A file. Raises `FileTooLarge` as soon as more has come, whatever its sender had said."""
    data = bytearray()
    async for chunk in answer.content.iter_chunked(_CHUNK):
        data += chunk
        if len(data) > LARGEST_FILE:
            check_file(name, len(data))
    return bytes(data)
