"""The workspace that the token belongs to, and the one client for it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.shapes import lacking

# Shorter than the time limit of a lane's call, so that a slow answer is told from a broken line.
_TIMEOUT = aiohttp.ClientTimeout(total=15)


class _Client(AsyncWebClient):
    """An answer that is no JSON object is not Slack's: a proxy's, while Slack is out of reach. The
    library stumbles over it, which would look like a fault of ours; and so would we, over an answer
    without what it was asked for.
    """

    async def api_call(self, api_method: str, **named: Any) -> AsyncSlackResponse:
        try:
            answer = await super().api_call(api_method, **named)
        except (AttributeError, UnicodeDecodeError) as error:
            raise aiohttp.ClientPayloadError("what answered is not Slack") from error
        if missing := lacking(api_method, answer.data):
            raise aiohttp.ClientPayloadError(f"{api_method} was answered without “{missing}”")
        return answer


@dataclass(kw_only=True)
class Workspace:
    """Who the app is; known from `identify` on. `team` is Slack's id (`T0001`)."""

    client: AsyncWebClient
    team: str = ""
    name: str = ""
    url: str = ""
    bot_user: str = ""
    bot_id: str = ""
    scopes: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return f"slack:{self.team}"

    @property
    def known(self) -> bool:
        return bool(self.team)

    async def identify(self) -> None:
        """Ask Slack whose token this is. Raises `SlackApiError`."""
        answer = await self.client.auth_test()
        granted = str(answer.headers.get("X-OAuth-Scopes") or "")
        self.team, self.name = str(answer["team_id"]), str(answer.get("team") or "")
        self.url, self.bot_user = str(answer.get("url") or self.url), str(answer["user_id"])
        self.bot_id = str(answer.get("bot_id") or "")
        self.scopes = frozenset(one.strip() for one in granted.split(",") if one.strip())


@asynccontextmanager
async def opened(token: str, api_url: str = "") -> AsyncIterator[Workspace]:
    """A client that repeats nothing by itself: the lanes decide what may be repeated.

    One session for everything makes a post after an event two to four times faster.
    """
    async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
        client = _Client(
            token=token,
            base_url=api_url or AsyncWebClient.BASE_URL,
            session=session,
            logger=sdk_log(),
            retry_handlers=[],
        )
        yield Workspace(client=client)


def sdk_log() -> logging.Logger:
    """Where Slack's libraries log. They look at a logger's own level: without one they would word a
    line about each request that nobody sees.
    """
    log = logging.getLogger("slack_sdk")
    log.addFilter(_is_news)
    log.setLevel(logging.NOTSET)
    log.setLevel(log.getEffectiveLevel())
    return log


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt reads SLACK_BOT_TOKEN from the environment too, and warns that it has no use for it."""
    return "`token` will be unused" not in str(record.msg)
