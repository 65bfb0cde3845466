"""The channels of this workspace that the desk names: followed, joined, and looked at."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack.errors import of_answer
from adapters.slack.workspace import Workspace
from bot.application import Baton
from bot.domain.desk import DIRECT, Desk
from bot.ports.store import Tx

Json = dict[str, Any]
log = logging.getLogger(__name__)


class Places:
    def __init__(self, workspace: Workspace, baton: Baton) -> None:
        self._workspace = workspace
        self._baton = baton

    async def watch(self) -> None:
        """From now on, nothing that is written in the desk's channels is to be missed."""
        now = f"{datetime.now(UTC).timestamp():.6f}"
        await self._baton.store.transact(_watch, self._workspace.id, now)

    async def has_direct(self) -> bool:
        """Whether contacts may write direct messages."""
        desk = await self._baton.store.read(_desk)
        return desk.channel_at(self._workspace.id, DIRECT, direct=True) is not None

    async def join(self) -> list[str]:
        """Join the desk's public channels; answers with what an admin should know or do."""
        desk = await self._baton.store.read(_desk)
        teams = {team.channel for team in desk.teams if team.workspace == self._workspace.id}
        said = [await self._join(one, is_team=one in teams) for one in self._of(desk)]
        return [words for words in said if words]

    def _of(self, desk: Desk) -> list[str]:
        return sorted(channels(desk, self._workspace.id))

    async def _join(self, channel: str, *, is_team: bool) -> str:
        """Slack: an app joins public channels by itself, into private ones it is invited."""
        client = self._workspace.client
        try:
            info: Json = (await client.conversations_info(channel=channel))["channel"]
            if not info.get("is_member", True):
                await client.conversations_join(channel=channel)
        except SlackApiError as error:
            return f"<#{channel}>: {of_answer(error)} Invite me there: /invite @Baton"
        except (aiohttp.ClientError, TimeoutError):
            return ""
        if is_team and info.get("is_ext_shared"):
            return (
                f"⚠️ #{info.get('name')} is shared with another company by Slack Connect: they "
                "can read every note and every customer's words in it. Use an internal channel."
            )
        return ""


def channels(desk: Desk, workspace: str) -> set[str]:
    """The ids of the channels that a desk names in a workspace."""
    own = {team.channel for team in desk.teams if team.workspace == workspace}
    own |= {one.channel for one in desk.channels if one.workspace == workspace}
    return own - {DIRECT}


def _desk(tx: Tx) -> Desk:
    return tx.desk.get()


def _watch(tx: Tx, workspace: str, mark: str) -> None:
    for channel in channels(tx.desk.get(), workspace):
        tx.sources.watch(workspace, channel, "", mark)
