"""The Slack emulator against the real SDK: what Slack does, and what it refuses."""

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.emulators.slack.blocks.surfaces import problems_in_message, problems_in_view
from tests.emulators.slack.client import ControlRefusedError, Slack, connected, separate_process
from tests.emulators.slack.server import running
from tests.emulators.slack.text import literal, pings, stored

SCOPES = [
    *("app_mentions:read", "channels:history", "channels:join", "channels:manage"),
    *("channels:read", "chat:write", "chat:write.customize", "commands", "files:read"),
    *("files:write", "groups:history", "groups:read", "groups:write", "im:history", "im:read"),
    *("im:write", "mpim:history", "mpim:read", "mpim:write", "reactions:read"),
    *("reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email"),
]
EVENTS = [
    *("app_home_opened", "app_mention", "channel_archive", "channel_left", "file_shared"),
    *("member_joined_channel", "member_left_channel", "message.channels", "message.groups"),
    *("message.im", "reaction_added", "reaction_removed", "tokens_revoked"),
]
Json = dict[str, Any]


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A workspace: a help channel, a team channel, a secret one, and one without the bot."""
    async with running(seed=7) as emulator, connected(emulator.control_url) as client:
        await client.workspace(name="Acme", domain="acme")
        await client.install(
            scopes=SCOPES,
            events=EVENTS,
            commands=["/reply", "/queue"],
            shortcuts={"send_to_contact": "message", "new_ticket": "global"},
        )
        await client.add_user("U0ALICE", name="alice", email="alice@acme.test", is_owner=True)
        await client.add_user("U0CAROL", name="carol", display_name="Carol")
        await client.workspace("T0EXT", name="Elsewhere")
        await client.add_user("U0ERIN", team="T0EXT", name="erin")
        await client.add_group("S01", handle="support", users=["U0ALICE"])
        everyone = ["U0APPBOT", "U0ALICE", "U0CAROL"]
        await client.add_channel("C0HELP", name="help", members=everyone)
        await client.add_channel("C0TEAM", name="team", members=everyone[:2])
        await client.add_channel("C0OTHER", name="other", members=["U0ALICE"])
        await client.add_channel("C0SECRET", name="secret", kind="group", members=["U0ALICE"])
        yield client


@pytest.fixture
async def web_client(slack: Slack) -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(
            token="xoxb-0APP-bot", base_url=slack.api_url, session=session, retry_handlers=[]
        )


async def refused(call: Any) -> Json:
    """The body of the error that a call is answered with."""
    with pytest.raises(SlackApiError) as caught:
        await call
    data = caught.value.response.data
    assert isinstance(data, dict)
    return data


async def test_a_message_is_stored_and_echoed_with_its_metadata(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    metadata = {"event_type": "baton", "event_payload": {"effect": "e1"}}
    posted = await web_client.chat_postMessage(channel="C0HELP", text="hi", metadata=metadata)
    plain = await web_client.conversations_history(channel="C0HELP")
    full = await web_client.conversations_history(channel="C0HELP", include_all_metadata=True)
    assert re.fullmatch(r"\d{10}\.\d{6}", posted["ts"])
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["bot_id"] == "B0APP"
    assert [one["text"] for one in await slack.messages("C0HELP")] == ["hi"]
