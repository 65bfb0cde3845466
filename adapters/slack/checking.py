"""`baton check` for Slack: do the tokens work, and what is missing."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError

from adapters.slack import scopes
from adapters.slack.errors import code, no_connection, of_answer
from adapters.slack.workspace import Workspace, opened
from bot.domain.errors import CannotRun


async def check(token: str, app_token: str, signing_secret: str, api_url: str = "") -> str:
    """Who the app is and how it is reached. Raises `CannotRun` saying what to do."""
    async with opened(token, api_url) as workspace:
        try:
            await workspace.identify()
        except SlackApiError as error:
            raise CannotRun(problem=f"SLACK_BOT_TOKEN: {of_answer(error)}") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise CannotRun(problem="Slack cannot be reached.") from error
        if lacking := scopes.missing(workspace.scopes):
            names = ", ".join(lacking)
            raise CannotRun(problem=f"The app lacks {names}: reinstall it with manifest.yml.")
        way = await _way(workspace, app_token, signing_secret)
        return f"{workspace.name} ({workspace.id}), {way}"


async def _way(workspace: Workspace, app_token: str, signing_secret: str) -> str:
    if not app_token:
        if not signing_secret:
            raise CannotRun(
                problem="Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)."
            )
        return "over HTTP at /slack/events"
    try:
        await workspace.client.apps_connections_open(app_token=app_token)
    except SlackApiError as error:
        raise CannotRun(problem=no_connection(code(error))) from error
    return "over Socket Mode"
