"""Socket Mode: one connection for events and for what people do."""

from __future__ import annotations

import logging
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.app import UNREADABLE, Take, taken
from adapters.slack.errors import code, no_connection
from adapters.slack.workspace import sdk_log

log = logging.getLogger(__name__)
_PING_S = 5.0


class Socket(AsyncSocketModeHandler):
    """Events go to whoever takes them in, all else to Bolt.

    Bolt prepares a client, a context and an authorization for each of them, and most are echoes of
    Baton's own posts.
    """

    def __init__(self, app: AsyncApp, app_token: str, take: Take) -> None:
        super().__init__(app, app_token, logger=sdk_log(), ping_interval=_PING_S)
        self._take = take
        self.refused = ""
        self._ask = self.client.issue_new_wss_url
        self.client.issue_new_wss_url = self._address  # type: ignore[method-assign]

    def ask_anew(self) -> None:
        """Slack: an address serves one connection, for a while; once it has failed the library
        would try the same one for ever.
        """
        self.client.wss_uri = None

    async def _address(self) -> str:
        """The library tells nobody but the log why there is none."""
        try:
            address = await self._ask()
        except SlackApiError as error:
            self.refused = no_connection(code(error))
            raise
        self.refused = ""
        return address

    async def handle(self, client: Any, req: SocketModeRequest) -> None:
        """Slack sends an event again that is not acknowledged."""
        event = req.payload.get("event") if isinstance(req.payload, dict) else None
        if event is None:
            try:
                await super().handle(client, req)
            except UNREADABLE as error:  # Bolt looks for what it is before it calls a listener
                log.warning("Slack sent something that cannot be read: %r", error)
        elif await taken(self._take, event):
            await client.send_socket_mode_response(SocketModeResponse(envelope_id=req.envelope_id))
