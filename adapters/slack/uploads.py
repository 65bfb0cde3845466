"""Files that Baton gives to Slack: once each, over crashes.

Slack: files.getUploadURLExternal → the bytes → files.completeUploadExternal. The share appears
when the file is processed; only files.info tells where.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.errors import code, translated
from adapters.slack.reading import Reading
from adapters.slack.workspace import Workspace
from bot.domain.errors import NotFound
from bot.domain.identity import Place
from bot.domain.message import Attachment
from bot.ports.media import MediaPort
from bot.ports.outlet import Attempt, Refused, Unclear

Json = dict[str, Any]
_UPLOAD_LIMIT = aiohttp.ClientTimeout(total=18)
# In an effect's progress: Slack has taken the files.
_COMPLETED = "completed"
_POLLS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A message that carries files. `ts` is empty where Slack took them and never showed it."""

    ts: str
    files: tuple[str, ...]


class Uploads:
    def __init__(self, workspace: Workspace, media: MediaPort) -> None:
        self._workspace = workspace
        self._media = media

    async def share(
        self, place: Place, files: tuple[Attachment, ...], attempt: Attempt, text_ts: str
    ) -> Share:
        """Give files to a place in one message, or find the message an earlier try has made.

        `attempt` keeps the ids before the step that must not be done twice.
        """
        kept = str(attempt.progress.get("files", "")).split()
        if len(kept) == len(files) and (share := await self._standing(place, kept, text_ts)):
            return share
        if attempt.progress.get(_COMPLETED):
            return Share(ts="", files=tuple(kept))
        progress = {**attempt.progress, "ts": text_ts}
        for file in files[len(kept) :]:
            kept.append(await self._upload(file))
            await attempt.save({**progress, "files": " ".join(kept)})
        await self._complete(place, kept, files)
        await attempt.save({**progress, "files": " ".join(kept), _COMPLETED: "1"})
        if share := await self._appears(place, kept, text_ts):
            return share
        raise Unclear("Slack is still processing the files.")

    async def found(self, place: Place, attempt: Attempt) -> Share | None:
        """What an earlier try has shared, if it has."""
        kept = str(attempt.progress.get("files", "")).split()
        return await self._standing(place, kept, attempt.progress["ts"]) if kept else None

    async def remove(self, files: tuple[str, ...]) -> None:
        """Take the files themselves away, not only the message."""
        for file in files:
            try:
                await self._workspace.client.files_delete(file=file)
            except SlackApiError as error:
                if code(error) not in {"file_not_found", "file_deleted"}:
                    raise

    async def _upload(self, file: Attachment) -> str:
        try:
            data = await self._media.load(file.digest or "")
        except NotFound as error:
            raise Refused(str(error)) from error
        with translated(repeatable=True):
            return await uploaded(self._workspace, file.name, data)

    async def _complete(self, place: Place, ids: list[str], files: tuple[Attachment, ...]) -> None:
        titles: list[dict[str, str | None]] = [
            {"id": one, "title": file.name} for one, file in zip(ids, files, strict=True)
        ]
        with translated():
            await self._workspace.client.files_completeUploadExternal(
                files=titles, channel_id=place.channel, thread_ts=place.thread
            )

    async def _appears(self, place: Place, ids: list[str], since: str) -> Share | None:
        for pause in _POLLS:
            if share := await self._shared(place, ids, since):
                return share
            await asyncio.sleep(pause)
        return await self._shared(place, ids, since)

    async def _standing(self, place: Place, ids: list[str], since: str) -> Share | None:
        """The share of an upload that may have been completed; None when it was not.

        Slack: a file that was never completed is not found.
        """
        try:
            return await self._appears(place, ids, since)
        except _NotCompletedError:
            return None

    async def _shared(self, place: Place, ids: list[str], since: str) -> Share | None:
        with translated(repeatable=True):
            try:
                answer = await self._workspace.client.files_info(file=ids[0])
            except SlackApiError as error:
                if code(error) == "file_not_found":
                    raise _NotCompletedError from error
                if code(error) == "file_deleted":  # somebody was quicker
                    return Share(ts="", files=tuple(ids))
                raise
        shares = answer["file"].get("shares")
        if not isinstance(shares, dict):
            return await self._seen(place, ids, since)
        for family in shares.values():
            for share in family.get(place.channel) or []:
                return Share(ts=str(share["ts"]), files=tuple(ids))
        return None

    async def _seen(self, place: Place, ids: list[str], since: str) -> Share | None:
        """Where Slack does not tell of shares: the message in which they stand."""
        reading = Reading(self._workspace)
        found = (
            await reading.thread(place.channel, place.thread, since)
            if place.thread
            else (await reading.channel(place.channel, since, ())).found
        )
        for ts, message in found.items():
            if ids[0] in {one.get("id") for one in message.get("files") or []}:
                return Share(ts=ts, files=tuple(ids))
        return None


async def uploaded(workspace: Workspace, name: str, data: bytes) -> str:
    """Bytes handed to Slack, not yet shared with anybody; answers with the file's id."""
    client = workspace.client
    answer = await client.files_getUploadURLExternal(filename=name, length=len(data))
    if client.session is None:
        raise OSError("no session")
    url = str(answer["upload_url"])
    async with client.session.post(url, data=data, timeout=_UPLOAD_LIMIT) as taken:
        taken.raise_for_status()
    return str(answer["file_id"])


class _NotCompletedError(Exception):
    """Slack does not know the file."""
