"""Files and long texts for one person: by direct message, as ephemeral messages carry neither."""

from __future__ import annotations

import logging
import re

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.uploads import uploaded
from adapters.slack.views.blocks import fallback
from adapters.slack.workspace import Workspace

log = logging.getLogger(__name__)
# A channel by its name; a mention of one calls nobody.
_CHANNEL = re.compile(r"&lt;#([CG][A-Z0-9]+)&gt;")


class Direct:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def file(self, user: str, name: str, data: bytes, words: str) -> bool:
        """Send a file to somebody; whether Slack took it."""
        client = self._workspace.client
        try:
            opened = await client.conversations_open(users=user)
            channel = str(opened["channel"]["id"])
            file = await uploaded(self._workspace, name, data)
            await client.files_completeUploadExternal(
                files=[{"id": file, "title": name}],
                channel_id=channel,
                initial_comment=fallback(words),
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("a file cannot be sent to %s: %s", user, error)
            return False
        return True

    async def say(self, user: str, words: str) -> bool:
        """Tell somebody something; whether Slack took it."""
        try:
            await self._workspace.client.chat_postMessage(
                channel=user,
                text=_CHANNEL.sub(r"<#\1>", fallback(words)),
                unfurl_links=False,
                unfurl_media=False,
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("%s cannot be told: %s", user, error)
            return False
        return True
