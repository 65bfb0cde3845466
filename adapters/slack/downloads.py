"""Files that people share in Slack, fetched when they arrive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.bodies import PLAIN, whole
from adapters.slack.hosts import is_slacks
from adapters.slack.workspace import Workspace
from bot.domain.errors import BatonError, CannotKeep, FileTooLarge
from bot.domain.message import MOST_FILES, Attachment, check_file
from bot.ports.media import MediaPort

Json = dict[str, Any]
log = logging.getLogger(__name__)
_LIMIT_S = 30.0
_TRIES = 2
_MOST_REDIRECTS = 3
# Slack: of a file older than the limit of a free plan only this is told.
_HIDDEN = "hidden_by_limit"
_REDIRECTS = {301, 302, 303, 307, 308}


class Downloads:
    def __init__(self, workspace: Workspace, media: MediaPort) -> None:
        self._workspace = workspace
        self._media = media

    async def fetch(self, files: Sequence[Json]) -> tuple[Attachment, ...]:
        """Every file of a message, with its bytes or with the reason why they are not there."""
        wanted = [one for one in files if one.get("mode") != "tombstone"]
        found = await asyncio.gather(*(self._one(file) for file in wanted[:MOST_FILES]))
        return (*found, *(_without(one, "too many files") for one in wanted[MOST_FILES:]))

    async def _one(self, file: Json) -> Attachment:
        try:
            async with asyncio.timeout(_LIMIT_S):
                return await self._known(await self._described(file))
        except TimeoutError:
            return _without(file, "Slack took too long to hand it out")
        except (SlackApiError, aiohttp.ClientError) as error:
            log.warning("file %s could not be fetched: %s", file.get("id"), error)
            return _without(file, "Slack did not hand it out")

    async def _described(self, file: Json) -> Json:
        """Slack Connect: a foreign file comes as an id to look up with files.info."""
        is_bare = not any(file.get(one) for one in ("url_private", "is_external", "mode"))
        if file.get("file_access") != "check_file_info" and not (is_bare and file.get("id")):
            return file
        answer = await self._workspace.client.files_info(file=str(file["id"]))
        described: Json = answer["file"]
        return described

    async def _known(self, file: Json) -> Attachment:
        name = _name(file)
        if problem := _elsewhere(file):
            return _without(file, problem)
        try:
            check_file(name, int(file.get("size") or 0))
            data = await self._bytes(file)
            if data is None:
                return _without(file, "Slack did not hand it out")
            return await self._media.keep(name, data, str(file.get("mimetype") or ""))
        except FileTooLarge as error:
            return _without(file, f"is {error.size}; {error.limit} is the most")
        except CannotKeep:
            raise  # the message waits for room
        except BatonError as error:
            return _without(file, str(error))

    async def _bytes(self, file: Json) -> bytes | None:
        """None for what is not the file: without permission Slack answers 200 with a login page."""
        for left in reversed(range(_TRIES)):
            try:
                return await self._try(file)
            except aiohttp.ClientError:
                if not left:
                    raise
        return None

    async def _try(self, file: Json) -> bytes | None:
        """The token goes to Slack's own hosts alone, also over redirects."""
        client = self._workspace.client
        url = str(file.get("url_private_download") or file["url_private"])
        headers = {"Authorization": f"Bearer {client.token}", **PLAIN}
        session = client.session
        limit = aiohttp.ClientTimeout(total=_LIMIT_S)
        for _ in range(_MOST_REDIRECTS):
            if session is None or not is_slacks(url, client.base_url):
                log.warning("file %s is not kept by Slack: it is not fetched", file.get("id"))
                return None
            asked = session.get(url, headers=headers, timeout=limit, allow_redirects=False)
            async with asked as answer:
                if answer.status in _REDIRECTS:
                    url = urljoin(url, answer.headers.get("location", ""))
                    continue
                answer.raise_for_status()
                is_page = answer.content_type == "text/html"
                if is_page and file.get("mimetype") != "text/html":
                    return None
                return await whole(answer, _name(file))
        return None


def _name(file: Json) -> str:
    return str(file.get("name") or file.get("title") or "file")


def _elsewhere(file: Json) -> str:
    """Why Slack has no bytes of a file to hand out; empty where it has."""
    if file.get("is_external"):
        link = str(file.get("external_url") or file.get("url_private") or "")
        return f"it is kept outside of Slack: {link}" if link else "it is kept outside of Slack"
    if file.get("mode") == _HIDDEN:
        return "the workspace's plan hides files of this age"
    return "" if file.get("url_private") else "Slack did not hand it out"


def _without(file: Json, problem: str) -> Attachment:
    return Attachment(
        name=_name(file),
        media_type=str(file.get("mimetype") or "application/octet-stream"),
        size=int(file.get("size") or 0),
        problem=problem,
    )
