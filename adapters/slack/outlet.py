"""Slack as somewhere to post: each effect once, although Slack has no idempotency key.

The effect's key stands in the message's metadata; before an unclear attempt is repeated, the key is
looked for.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.errors import code, translated
from adapters.slack.uploads import Share, Uploads
from adapters.slack.views.messages import Rendered, render
from adapters.slack.workspace import Workspace
from bot.domain.card import Content, Post
from bot.domain.identity import DIRECTLY, Place
from bot.domain.message import Attachment, Limits, in_units
from bot.domain.values import replace
from bot.ports.media import MediaPort
from bot.ports.outlet import Attempt, Gone, OutletError, Refused, Sent, Unclear, Unreachable

Json = dict[str, Any]

# When nothing that began can still arrive: a call begins within 8 s of the lease of 30 s and takes
# 20 s at the most, then Slack's history gets some time to show it.
SETTLE = timedelta(seconds=35)
_EVENT_TYPE = "baton_effect"
_PAGE = 200
_STAMP = re.compile(r"\d+\.?\d*", re.ASCII)
# In an effect's progress: what landed outside of its thread, and that Slack took it.
_ASTRAY, _TAKEN = "astray", "taken"
# Our clock and Slack's may differ.
_SKEW = timedelta(minutes=2)


class SlackOutlet:
    limits = Limits(text=3_000)

    def __init__(
        self, workspace: Workspace, media: MediaPort, *, settle: timedelta = SETTLE
    ) -> None:
        self.settle: timedelta | None = settle
        self._workspace = workspace
        self._uploads = Uploads(workspace, media)

    @property
    def _client(self) -> AsyncWebClient:
        return self._workspace.client

    async def post(self, place: Place, content: Content, attempt: Attempt) -> Sent:
        self._check(place, content)
        place = await self._opened(place)
        if astray := attempt.progress.get(_ASTRAY):
            await self._gone_astray(place, astray)
        if attempt.progress.get(_TAKEN):
            raise Refused(
                "Slack took it without saying where it stands, and it is not to be found. Look "
                "whether it is there before you send it again."
            )
        ts = attempt.progress.get("ts") or await self._say(place, content, attempt)
        return await self._completed(place, content, attempt, ts)

    async def edit(self, sent: Sent, content: Content) -> None:
        self._check(sent.place, content)
        shown = render(content)
        with translated(repeatable=True):
            await self._client.chat_update(
                channel=sent.place.channel,
                ts=_Standing.parse(sent.platform_id).ts,
                text=shown.text,
                blocks=shown.blocks,
            )

    async def delete(self, sent: Sent) -> None:
        standing = _Standing.parse(sent.platform_id)
        with translated(repeatable=True):
            if standing.share:
                await self._uploads.remove(standing.share.files)
                if standing.share.ts:
                    await self._take_away(sent.place.channel, standing.share.ts)
            await self._take_away(sent.place.channel, standing.ts)

    async def find(self, place: Place, content: Content | None, attempt: Attempt) -> Sent | None:
        """Look for the key after the attempt began; files that are missing yet follow, unless it is
        to be taken away.
        """
        place = await self._opened(place)
        since = f"{(attempt.first_at - _SKEW).timestamp():.6f}"
        with translated(repeatable=True):
            ts = await self._look(place, since, attempt.key)
        if ts is None:
            return None
        if content is None:
            share = await self._uploads.found(place, attempt)
            return Sent(place=place, platform_id=_Standing(ts=ts, share=share).written())
        return await self._completed(place, content, attempt, ts)

    async def link(self, sent: Sent) -> str:
        """Made, not asked for: a failing call must not put the post in doubt."""
        ts = _Standing.parse(sent.platform_id).ts
        channel, thread = sent.place.channel, sent.place.thread or ts
        if not self._workspace.url:
            return ""
        where = f"{self._workspace.url}archives/{channel}/p{ts.replace('.', '')}"
        return f"{where}?thread_ts={thread}&cid={channel}"

    async def _opened(self, place: Place) -> Place:
        """Where somebody's direct messages are. Slack: asking again answers with the same."""
        if not place.channel.startswith(DIRECTLY):
            return place
        with translated(repeatable=True):
            opened = await self._client.conversations_open(
                users=place.channel.removeprefix(DIRECTLY)
            )
        return replace(place, channel=str(opened["channel"]["id"]))

    async def _say(self, place: Place, content: Content, attempt: Attempt) -> str:
        """Slack: an unknown `thread_ts` is ignored, and the post lands in the channel's root.

        An answer that does not tell where the post stands proves it all the same: it is looked for
        afterwards, and never repeated.
        """
        shown = render(content)
        with translated():
            answer = await self._client.chat_postMessage(
                channel=place.channel,
                metadata={"event_type": _EVENT_TYPE, "event_payload": {"effect": attempt.key}},
                unfurl_links=False,
                unfurl_media=False,
                **_arguments(shown, place),
            )
        ts = answer.get("ts")
        if not isinstance(ts, str) or not _STAMP.fullmatch(ts):
            await attempt.save({**attempt.progress, _TAKEN: "1"})
            raise Unclear("Slack did not say where it stands.")
        if place.thread and not await self._stands_in(place, ts, answer.get("message")):
            await attempt.save({**attempt.progress, _ASTRAY: ts})
            await self._gone_astray(place, ts)
        return ts

    async def _stands_in(self, place: Place, ts: str, message: Any) -> bool:
        """Whether a post has come into its thread; where the answer does not tell, the thread
        does, unless it cannot be read.
        """
        if isinstance(message, dict) and message.get("thread_ts") == place.thread:
            return True
        try:
            with translated():
                page = await self._page(place, ts, "", inclusive=True)
        except Refused:
            return True
        except OutletError as error:
            raise Unclear(str(error)) from error
        return any(one.get("ts") == ts for one in page.get("messages", []))

    async def _gone_astray(self, place: Place, ts: str) -> None:
        with translated(repeatable=True):
            await self._take_away(place.channel, ts)
        raise Gone("The thread was deleted.")

    async def _completed(self, place: Place, content: Content, attempt: Attempt, ts: str) -> Sent:
        files = _files(content)
        share = None
        if files:
            await attempt.save({**attempt.progress, "ts": ts})
            below = place if place.thread else replace(place, thread=None)
            share = await self._uploads.share(below, files, attempt, ts)
        opened = place.thread or (None if place.channel.startswith("D") else ts)
        return Sent(
            place=replace(place, thread=opened),
            platform_id=_Standing(ts=ts, share=share).written(),
        )

    async def _look(self, place: Place, since: str, key: str) -> str | None:
        cursor = ""
        while True:
            page = await self._page(place, since, cursor)
            for message in page.get("messages", []):
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if payload.get("effect") == key:
                    return str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None

    async def _page(
        self, place: Place, since: str, cursor: str, *, inclusive: bool = False
    ) -> Json:
        arguments: Json = {"channel": place.channel, "oldest": since, "limit": _PAGE}
        arguments |= {"include_all_metadata": True, **({"cursor": cursor} if cursor else {})}
        arguments |= {"inclusive": True} if inclusive else {}
        if place.thread is None:
            return _data(await self._client.conversations_history(**arguments))
        try:
            return _data(await self._client.conversations_replies(ts=place.thread, **arguments))
        except SlackApiError as error:
            if code(error) == "thread_not_found":
                return {}
            raise

    async def _take_away(self, channel: str, ts: str) -> None:
        try:
            await self._client.chat_delete(channel=channel, ts=ts)
        except SlackApiError as error:
            if code(error) != "message_not_found":
                raise

    def _check(self, place: Place, content: Content) -> None:
        """Refuse what Slack, or a contact's own channel, could not carry."""
        if self._workspace.known and place.workspace != self._workspace.id:
            raise Unreachable(f"{place.workspace} is not connected.")
        if not isinstance(content, Post):
            return
        if len(content.text) > self.limits.text and content.voice not in {"note", "line"}:
            raise Refused(f"{self.limits.text:,} characters are the most.")
        for file in _files(content):  # the others are only named
            if file.size > self.limits.file_bytes:
                raise Refused(f"{file.name} is larger than {in_units(self.limits.file_bytes)}.")


class _Standing:
    """A post's id: the message's `ts`, and of its files the `ts` of their message and their ids."""

    def __init__(self, *, ts: str, share: Share | None = None) -> None:
        self.ts, self.share = ts, share

    @classmethod
    def parse(cls, platform_id: str) -> _Standing:
        ts, _, rest = platform_id.partition("+")
        if not rest:
            return cls(ts=ts)
        shared, _, files = rest.partition(":")
        return cls(ts=ts, share=Share(ts=shared, files=tuple(files.split(","))))

    def written(self) -> str:
        if self.share is None:
            return self.ts
        return f"{self.ts}+{self.share.ts}:{','.join(self.share.files)}"


def _arguments(shown: Rendered, place: Place) -> Json:
    given = {"thread_ts": place.thread, "username": shown.username, "icon_url": shown.icon_url}
    return {
        "text": shown.text,
        "blocks": shown.blocks,
        **{name: value for name, value in given.items() if value},
    }


def _files(content: Content) -> tuple[Attachment, ...]:
    """Slack: an empty file cannot be uploaded."""
    found = content.attachments if isinstance(content, Post) else ()
    return tuple(one for one in found if one.digest and one.size)


def _data(answer: Any) -> Json:
    found: Json = answer.data
    return found
