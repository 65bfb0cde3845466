"""Slack's lists and histories, page by page, however often Slack asks to wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from typing import Any

from adapters.slack.errors import translated
from adapters.slack.workspace import Workspace
from bot.ports.outlet import Busy, Gone, Unclear

Json = dict[str, Any]
_PAGE = 200
# One call of many that fails must not have all places wait for another look at everything.
_PAUSES_S = (0.2, 0.5, 1.0)


class Reading:
    """Reading twice does no harm: it waits when Slack asks to, and asks a few times more when it
    fails. Everything raises an `OutletError` in the end.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def channel(self, channel: str, since: str, roots: Collection[str]) -> dict[str, Json]:
        """What stands in a channel itself since then, by its ts; and of what is older the `roots`,
        as long as a page costs less than to ask for each that is not found yet.
        """
        history = self._workspace.client.conversations_history
        bounds: Json = {"channel": channel, "inclusive": True}
        found: dict[str, Json] = {}
        async for page in self._pages(history, "messages", oldest=since, **bounds):
            found |= {str(one["ts"]): one for one in page}
        left = [root for root in roots if root not in found]
        if len(left) > 1:
            bounds |= {"oldest": min(left, key=float), "latest": since}
            pages = 0
            async for page in self._pages(history, "messages", **bounds):
                pages += 1
                found |= {str(one["ts"]): one for one in page}
                if sum(root not in found for root in left) <= pages:
                    break
        return found

    async def thread(self, channel: str, root: str, since: str) -> dict[str, Json]:
        """The replies since then, by their ts. A thread that is gone has none."""
        client = self._workspace.client
        found: dict[str, Json] = {}
        where = {"channel": channel, "ts": root, "oldest": since, "inclusive": True}
        try:
            async for page in self._pages(client.conversations_replies, "messages", **where):
                found |= {str(one["ts"]): one for one in page}
        except Gone:
            return found
        return found

    async def direct_channels(self) -> list[str]:
        """Every direct conversation that the app has."""
        method = self._workspace.client.users_conversations
        pages = self._pages(method, "channels", types="im")
        return [str(one["id"]) async for page in pages for one in page]

    async def _pages(self, method: Any, items: str, **arguments: Any) -> AsyncIterator[list[Json]]:
        """Slack: 15 messages a page and one page a minute for unlisted commercial apps."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = await self._patient(method, **arguments, limit=_PAGE, **more)
            yield answer.get(items) or []
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    @staticmethod
    async def _patient(method: Any, **arguments: Any) -> Json:
        pauses = iter(_PAUSES_S)
        while True:
            try:
                with translated():
                    answer: Json = (await method(**arguments)).data
            except (Busy, Unclear) as error:
                asked = error.wait if isinstance(error, Busy) else None
                pause = asked.total_seconds() if asked else next(pauses, None)
                if pause is None:
                    raise
                await asyncio.sleep(pause)
            else:
                return answer
