"""What one person is told and nobody else sees."""

from __future__ import annotations

import logging

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.views import answers
from adapters.slack.workspace import Workspace
from bot.commands.registry import Response
from bot.domain.identity import Place

log = logging.getLogger(__name__)


class Whisper:
    """Ephemeral messages. Slack: only members of the channel can see one; it carries no files."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def say(self, place: Place, user: str, words: str) -> bool:
        return await self.answer(place, user, Response(text=words))

    async def answer(self, place: Place, user: str, response: Response) -> bool:
        """Show a response in a channel or thread; whether Slack took it."""
        shown = answers.render(response)
        try:
            await self._workspace.client.chat_postEphemeral(
                channel=place.channel,
                user=user,
                thread_ts=place.thread,
                text=shown.text,
                blocks=shown.blocks,
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.warning("an answer to %s cannot be shown: %s", user, error)
            return False
        return True
