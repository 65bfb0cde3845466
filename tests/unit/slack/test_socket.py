"""What comes by Socket Mode and cannot be read harms nothing; libraries log as loud as asked."""

from __future__ import annotations

import logging
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.app import bolt, taken
from adapters.slack.platform import Slack
from adapters.slack.socket import Socket
from adapters.slack.workspace import sdk_log


async def test_what_bolt_cannot_read_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """Bolt reads some of a payload before it calls anything that could refuse it."""
    workspace: Any = SimpleNamespace(client=AsyncWebClient(token="xoxb-1"), team="T1", known=True)
    taking: Any = None
    socket: Any = Socket.__new__(Socket)  # as it is made, it opens a session for its connection
    socket.app, socket._take = bolt(workspace, "", taking, lambda: None), taking
    payload = {"type": "block_actions", "actions": {}, "user": {"id": "U1"}, "team": {"id": "T1"}}
    request = SocketModeRequest(type="interactive", envelope_id="1", payload=payload)
    await socket.handle(None, request)
    assert "cannot be read" in caplog.text


async def test_a_moment_that_is_none_is_not_asked_for_again() -> None:
    async def take(event: dict[str, Any]) -> None:
        assert Decimal(event["ts"]) > 0

    assert await taken(take, {"ts": "1700000000.000100"})
    assert await taken(take, {"ts": "soon"})
    assert await taken(take, {"ts": "NaN"})
    assert not await taken(take, {"ts": "-1"}), "what is no fault of the payload's comes again"


def test_the_librarys_own_affairs_are_no_warning(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    workspace: Any = SimpleNamespace(client=AsyncWebClient(token="xoxb-1"))
    bolt(workspace, "", MagicMock(), MagicMock())
    assert caplog.text == ""


def test_the_libraries_log_at_the_level_of_now(caplog: pytest.LogCaptureFixture) -> None:
    for level in (logging.WARNING, logging.DEBUG):
        with caplog.at_level(level):
            assert sdk_log().level == level


@pytest.mark.parametrize(
    ("token", "shared", "ordered"),
    [("xapp-1", True, True), ("xapp-1", False, True), ("", False, True), ("", True, False)],
)
def test_only_what_several_processes_take_in_by_http_has_no_order(
    token: str, *, shared: bool, ordered: bool
) -> None:
    workspace: Any = SimpleNamespace(client=AsyncWebClient(token="xoxb-1"), team="T1", known=True)
    baton: Any = MagicMock()
    slack = Slack(workspace, baton, app_token=token, signing_secret="s", is_shared=shared)
    assert slack._intake._ordered is ordered
