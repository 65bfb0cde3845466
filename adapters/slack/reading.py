"""Slack's lists and histories, page by page, however often Slack asks to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from adapters.slack.errors import translated
from adapters.slack.workspace import Workspace
from bot.ports.outlet import Busy, Gone, Unclear

Json = dict[str, Any]
_PAGE = 200
# One call of many that fails must not have all places wait for another look at everything.
_PAUSES_S = (0.2, 0.5, 1.0)
# A history may lag behind: what an answer does not have may have been written so long before it.
_LAG_S, _SHORT_LAG_S = 10.0, 2.0


@dataclass(kw_only=True)
class Listed:
    """Messages by their ts. By Slack's clock: up to when they are sure to be all of them, and up to
    when one that is asked for by itself would be there.
    """

    found: dict[str, Json] = field(default_factory=dict)
    told: float = 0.0
    shown: float = 0.0


@dataclass(frozen=True, kw_only=True)
class _Page:
    items: list[Json]
    answered_at: float  # 0 where Slack does not say


class Reading:
    """Reading twice does no harm: it waits when Slack asks to, and asks a few times more when it
    fails. Everything raises an `OutletError` in the end.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def channel(self, channel: str, since: str, roots: Collection[str]) -> Listed:
        """What stands in a channel itself since then; and of what is older the `roots`, as long as
        a page costs less than to ask for each that is not found yet.
        """
        history = self._workspace.client.conversations_history
        bounds: Json = {"channel": channel, "inclusive": True}
        found: dict[str, Json] = {}
        told = shown = 0.0
        is_first = True
        async for page in self._pages(history, "messages", oldest=since, **bounds):
            found |= _by_ts(page.items)
            if is_first:  # what comes while the others are asked for is in some of them
                told = max([page.answered_at - _LAG_S, *map(float, _stamps(page.items))])
                shown = max(told, page.answered_at - _SHORT_LAG_S)
                is_first = False
        left = [root for root in roots if root not in found]
        if len(left) > 1:
            bounds |= {"oldest": min(left, key=float), "latest": since}
            pages = 0
            async for page in self._pages(history, "messages", **bounds):
                pages += 1
                found |= _by_ts(page.items)
                if sum(root not in found for root in left) <= pages:
                    break
        return Listed(found=found, told=told, shown=shown)

    async def one(self, channel: str, ts: str) -> Json | None:
        """A message wherever it stands; None when it is gone. Slack: of the ts of a reply, or of a
        message without any, conversations.replies answers with it as well.
        """
        return (await self.thread(channel, ts, ts)).get(ts)

    async def thread(self, channel: str, root: str, since: str) -> dict[str, Json]:
        """The replies since then, by their ts. A thread that is gone has none."""
        client = self._workspace.client
        found: dict[str, Json] = {}
        where = {"channel": channel, "ts": root, "oldest": since, "inclusive": True}
        try:
            async for page in self._pages(client.conversations_replies, "messages", **where):
                found |= _by_ts(page.items)
        except Gone:
            return found
        return found

    async def direct_channels(self) -> list[str]:
        """Every direct conversation that the app has."""
        method = self._workspace.client.users_conversations
        pages = self._pages(method, "channels", types="im")
        return [str(one["id"]) async for page in pages for one in page.items]

    async def _pages(self, method: Any, items: str, **arguments: Any) -> AsyncIterator[_Page]:
        """Slack: 15 messages a page and one page a minute for unlisted commercial apps."""
        more: Json = {}
        while True:
            response = await self._patient(method, **(arguments | more), limit=_PAGE)
            answer: Json = response.data
            yield _Page(
                items=answer.get(items) or [],
                answered_at=_moment(getattr(response, "headers", {})),
            )
            before, more = more, _following(answer, items, is_thread="ts" in arguments)
            if not more or more == before:
                return

    @staticmethod
    async def _patient(method: Any, **arguments: Any) -> Any:
        pauses = iter(_PAUSES_S)
        while True:
            try:
                with translated():
                    return await method(**arguments)
            except (Busy, Unclear) as error:
                asked = error.wait if isinstance(error, Busy) else None
                pause = asked.total_seconds() if asked else next(pauses, None)
                if pause is None:
                    raise
                await asyncio.sleep(pause)


def _following(answer: Json, items: str, *, is_thread: bool) -> Json:
    """What to ask for the next page with. Slack: without a cursor, pages go by time; a channel's
    from the newest on, a thread's from the oldest.
    """
    if cursor := (answer.get("response_metadata") or {}).get("next_cursor"):
        return {"cursor": cursor}
    stamps = [str(one["ts"]) for one in answer.get(items) or [] if one.get("ts")]
    if not (answer.get("has_more") and stamps):
        return {}
    if is_thread:
        return {"oldest": max(stamps, key=float)}
    return {"latest": min(stamps, key=float)}


def _by_ts(messages: list[Json]) -> dict[str, Json]:
    return {str(one["ts"]): one for one in messages if one.get("ts")}


def _stamps(messages: list[Json]) -> list[str]:
    """When they were written, and when their last replies were."""
    return [one[name] for one in messages for name in ("ts", "latest_reply") if one.get(name)]


def _moment(headers: Mapping[str, str]) -> float:
    """When an answer was given, by Slack's clock; 0 where it does not say."""
    try:
        return parsedate_to_datetime(headers.get("Date") or "").timestamp()
    except ValueError:
        return 0.0
