"""Files are fetched when they arrive: Discord's links expire."""

from __future__ import annotations

import asyncio
import logging
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
import discord

from adapters.bodies import PLAIN, whole
from adapters.discord.convert import text_of
from adapters.discord.errors import translated
from bot.domain.errors import BadInput, FileTooLarge
from bot.domain.message import LARGEST_FILE, Attachment, in_units
from bot.failpoints import passing
from bot.ports.media import MediaPort
from bot.ports.outlet import OutletError, Refused

log = logging.getLogger(__name__)
_PATIENCE = 30.0
_HOSTS = {"cdn.discordapp.com", "media.discordapp.net"}


async def fetched(
    attachments: list[discord.Attachment], media: MediaPort
) -> tuple[Attachment, ...]:
    """All of them at once; one that cannot be had stays as a name with its problem."""
    return tuple(await asyncio.gather(*(_fetch(one, media) for one in attachments)))


def is_discords(url: str) -> bool:
    """Whether a file is where Discord keeps files; nothing else is fetched for a message."""
    try:
        asked, own = urlsplit(url), urlsplit(discord.Asset.BASE)
        is_plain = asked.scheme == "https" and asked.port in {None, 443}
    except ValueError:  # no port, or no address at all
        return False
    is_theirs = is_plain and asked.hostname in _HOSTS
    return is_theirs or (asked.scheme, asked.netloc) == (own.scheme, own.netloc)


async def _fetch(one: discord.Attachment, media: MediaPort) -> Attachment:
    name = text_of(one.title) or text_of(one.filename)
    media_type = text_of(one.content_type).partition(";")[0]
    problem = f"{in_units(one.size)} is too large; {in_units(LARGEST_FILE)} is the most"
    if not is_discords(one.url):
        problem = "it is kept outside of Discord"
    elif one.size <= LARGEST_FILE:
        try:
            async with asyncio.timeout(_PATIENCE):
                with translated():
                    data = await _bytes(one.url, name)
                kept = await media.keep(_with_ending(name, one.filename), data, media_type)
        except FileTooLarge as error:
            problem = f"{error.size} is too large; {error.limit} is the most"
        except (TimeoutError, OutletError) as error:
            log.warning("%s could not be fetched from Discord: %s", name, error)
            problem = "it could not be fetched from Discord"
        except BadInput:
            problem = "it cannot be kept here"
        else:
            passing("media.kept")
            return kept
    return Attachment(name=name, media_type=media_type, size=one.size, problem=problem)


async def _bytes(url: str, name: str) -> bytes:
    """From there and from nowhere that it leads to, on a line of its own that knows no token.

    discord.py would follow a redirect anywhere, and read all that comes.
    """
    async with (
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        session.get(url, headers=PLAIN, allow_redirects=False) as answer,
    ):
        if answer.status != HTTPStatus.OK:
            raise Refused(f"Discord answers with {answer.status}.")
        return await whole(answer, name)


def _with_ending(name: str, filename: str) -> str:
    """Discord's title of a file has lost its ending."""
    ending = filename.rpartition(".")[2]
    return name if "." in name or ending == filename else f"{name}.{ending}"
