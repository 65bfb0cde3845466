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
from hypothesis import given, settings
from hypothesis import strategies as st
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


async def test_tokens_are_checked(slack: Slack, web_client: AsyncWebClient) -> None:
    assert (await web_client.auth_test())["user_id"] == "U0APPBOT"
    unknown = await refused(web_client.auth_test(token="xoxb-nobody"))
    none = await refused(AsyncWebClient(base_url=slack.api_url).auth_test())
    wrong_kind = await refused(web_client.apps_connections_open(app_token="xoxb-0APP-bot"))
    await slack.change_app(revoked=True)
    revoked = await refused(web_client.auth_test())
    errors = [one["error"] for one in (unknown, none, wrong_kind, revoked)]
    assert errors == ["invalid_auth", "not_authed", "not_allowed_token_type", "token_revoked"]


@pytest.mark.parametrize(
    ("scope", "method", "arguments"),
    [
        ("chat:write", "chat.postMessage", {"channel": "C0HELP", "text": "x"}),
        (
            "chat:write.customize",
            "chat.postMessage",
            {"channel": "C0HELP", "text": "x", "username": "Carol"},
        ),
        ("channels:history", "conversations.history", {"channel": "C0HELP"}),
        ("channels:read", "conversations.info", {"channel": "C0HELP"}),
        ("users:read", "users.info", {"user": "U0CAROL"}),
        ("usergroups:read", "usergroups.list", {}),
        ("files:write", "files.getUploadURLExternal", {"filename": "a", "length": 1}),
        ("reactions:write", "reactions.add", {"channel": "C0HELP", "timestamp": "1", "name": "x"}),
        ("im:write", "chat.postMessage", {"channel": "U0CAROL", "text": "x"}),
        ("team:read", "team.info", {}),
    ],
)
async def test_a_missing_scope_is_named(
    slack: Slack, web_client: AsyncWebClient, scope: str, method: str, arguments: Json
) -> None:
    await slack.change_app(remove_scopes=[scope])
    error = await refused(web_client.api_call(method, params=arguments))
    assert error["error"] == "missing_scope"
    assert scope in error["needed"].split(",")
    assert scope not in error["provided"].split(",")


async def test_arguments_come_by_query_form_or_json(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    sent = {"channel": "C0HELP", "text": "x"}
    await web_client.api_call("chat.postMessage", params=sent)
    await web_client.api_call("chat.postMessage", data=sent)
    await web_client.api_call("chat.postMessage", json=sent)
    async with aiohttp.ClientSession() as session:
        by_field = {**sent, "token": "xoxb-0APP-bot"}
        async with session.post(slack.api_url + "chat.postMessage", data=by_field) as answer:
            assert (await answer.json())["ok"]
        async with session.post(slack.api_url + "chat.postMessage", json=by_field) as answer:
            assert (await answer.json())["error"] == "not_authed"
    assert len(await slack.messages("C0HELP")) == 4


async def test_unknown_methods_and_missing_arguments(web_client: AsyncWebClient) -> None:
    unknown = await refused(web_client.api_call("chat.sing"))
    missing = await refused(web_client.api_call("chat.postMessage", json={"text": "x"}))
    assert (unknown["error"], unknown["req_method"]) == ("unknown_method", "chat.sing")
    assert missing["error"] == "invalid_arguments"
    assert "missing required field: channel" in missing["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("channel", "error"),
    [("C0NOPE", "channel_not_found"), ("C0SECRET", "channel_not_found"), ("C0OTHER", None)],
)
async def test_private_channels_do_not_exist_for_strangers(
    web_client: AsyncWebClient, channel: str, error: str | None
) -> None:
    if error is None:
        assert (await web_client.conversations_info(channel=channel))["channel"]["id"] == channel
        error = "not_in_channel"
    else:
        assert (await refused(web_client.conversations_info(channel=channel)))["error"] == error
    posted = await refused(web_client.chat_postMessage(channel=channel, text="x"))
    read = await refused(web_client.conversations_history(channel=channel))
    assert (posted["error"], read["error"]) == (error, error)


async def test_an_archived_channel_takes_no_messages(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    await slack.archive("C0HELP")
    error = await refused(web_client.chat_postMessage(channel="C0HELP", text="x"))
    assert error["error"] == "is_archived"


async def test_control_characters_are_stored_escaped(web_client: AsyncWebClient) -> None:
    text = "a < b & c <@U0CAROL> <!here> <b> https://x.test/?a=1&b=2 &amp;"
    posted = await web_client.chat_postMessage(channel="C0HELP", text=text)
    assert posted["message"]["text"] == (
        "a &lt; b &amp; c <@U0CAROL> <!here> &lt;b&gt; <https://x.test/?a=1&amp;b=2> &amp;"
    )


def test_what_pings_is_known() -> None:
    """And what was typed letter by letter does not."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "<!subteam^S01>"}}
    assert pings("<@U0CAROL> <!channel>", [section]) == ["!channel", "!subteam^S01", "@U0CAROL"]
    assert pings(literal("<@U0CAROL> <!channel>"), []) == []
    assert pings(stored("&lt;!channel&gt;"), []) == []


@pytest.mark.parametrize(("link_names", "found"), [(True, ["!here", "@U0CAROL"]), (False, [])])
async def test_link_names_turns_names_into_pings(
    slack: Slack, web_client: AsyncWebClient, *, link_names: bool, found: list[str]
) -> None:
    await web_client.chat_postMessage(
        channel="C0HELP", text="@carol @here", link_names=link_names, parse="none"
    )
    assert (await slack.messages("C0HELP"))[-1]["pings"] == found


@pytest.mark.parametrize(("length", "fits"), [(40_000, True), (40_001, False)])
async def test_a_new_text_has_40000_characters(
    web_client: AsyncWebClient, *, length: int, fits: bool
) -> None:
    call = web_client.chat_postMessage(channel="C0HELP", text="x" * length)
    if fits:
        await call
    else:
        assert (await refused(call))["error"] == "msg_too_long"


async def test_an_updated_text_has_4000_bytes_once_escaped(web_client: AsyncWebClient) -> None:
    posted = await web_client.chat_postMessage(channel="C0HELP", text="x")
    place: Json = {"channel": "C0HELP", "ts": posted["ts"]}
    await web_client.chat_update(**place, text="x" * 4000)
    for text in ("x" * 4001, "é" * 2001, "&" * 801):
        error = await refused(web_client.chat_update(**place, text=text))
        assert error["error"] == "msg_too_long"


async def test_all_blocks_together_have_a_limit(web_client: AsyncWebClient) -> None:
    await own(web_client, blocks=[section("x" * 3000)] * 4)
    error = await refused(own(web_client, blocks=[section("x" * 3000)] * 5))
    assert error["error"] == "msg_blocks_too_long"


async def test_an_empty_message_is_refused(web_client: AsyncWebClient) -> None:
    error = await refused(web_client.api_call("chat.postMessage", json={"channel": "C0HELP"}))
    assert error["error"] == "no_text"


async def test_metadata_has_a_type_and_a_payload(web_client: AsyncWebClient) -> None:
    error = await refused(
        web_client.chat_postMessage(channel="C0HELP", text="x", metadata={"event_type": "a"})
    )
    assert error["error"] == "invalid_metadata_schema"


def button(action: str = "go", **fields: Any) -> Json:
    label = {"type": "plain_text", "text": fields.pop("text", "Go")}
    return {"type": "button", "action_id": action, "text": label, **fields}


def actions(*elements: Json, **fields: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **fields}


def section(text: str = "x", **fields: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **fields}


def select(count: int, value: str = "v") -> Json:
    texts = [{"type": "plain_text", "text": f"o{number}"} for number in range(count)]
    options = [{"text": text, "value": f"{value}{n}"} for n, text in enumerate(texts)]
    return {"type": "static_select", "action_id": "pick", "options": options}


def header(length: int) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": "x" * length}}


def fields(count: int, length: int = 1) -> Json:
    one = {"type": "mrkdwn", "text": "x" * length}
    return {"type": "section", "fields": [one] * count}


MESSAGE_RULES = [
    ("50 blocks", [section()] * 50, [section()] * 51),
    ("section text 3000", [section("x" * 3000)], [section("x" * 3001)]),
    ("section text not empty", [section("x")], [section("")]),
    ("section needs text", [section()], [{"type": "section"}]),
    ("10 fields", [fields(10)], [fields(11)]),
    ("field text 2000", [fields(1, 2000)], [fields(1, 2001)]),
    ("header 150", [header(150)], [header(151)]),
    (
        "25 actions",
        [actions(*map(button, "abcdefghijklmnopqrstuvwxy"))],
        [actions(*map(button, "abcdefghijklmnopqrstuvwxyz"))],
    ),
    ("button text 75", [actions(button(text="x" * 75))], [actions(button(text="x" * 76))]),
    ("button value 2000", [actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
    ("button style", [actions(button(style="danger"))], [actions(button(style="loud"))]),
    ("no unknown properties", [actions(button())], [actions(button(disabled=True))]),
    ("button url", [actions(button(url="https://x.test"))], [actions(button(url="x.test"))]),
    (
        "action_id unique in its block",
        [actions(button("a")), actions(button("a"))],
        [actions(button("a"), button("a"))],
    ),
    (
        "block_id unique",
        [section(block_id="a"), section(block_id="b")],
        [section(block_id="a"), section(block_id="a")],
    ),
    ("block_id 255", [section(block_id="x" * 255)], [section(block_id="x" * 256)]),
    ("action_id 255", [actions(button("x" * 255))], [actions(button("x" * 256))]),
    ("100 options", [section(accessory=select(100))], [section(accessory=select(101))]),
    (
        "option value 150",
        [section(accessory=select(1, "x" * 149))],
        [section(accessory=select(1, "x" * 150))],
    ),
    (
        "context 10",
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
    ),
    (
        "markdown 12000",
        [{"type": "markdown", "text": "x" * 12000}],
        [{"type": "markdown", "text": "x" * 12000}, {"type": "markdown", "text": "x"}],
    ),
    (
        "image needs alt text",
        [{"type": "image", "image_url": "https://x.test/a.png", "alt_text": "a"}],
        [{"type": "image", "image_url": "https://x.test/a.png"}],
    ),
    ("known types", [{"type": "divider"}], [{"type": "fireworks"}]),
    (
        "header is plain text",
        [header(1)],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    ),
]


@pytest.mark.parametrize(("rule", "good", "bad"), MESSAGE_RULES, ids=lambda one: str(one)[:30])
def test_message_blocks_keep_the_rule(rule: str, good: list[Json], bad: list[Json]) -> None:
    assert problems_in_message(good) == []
    assert problems_in_message(bad), rule


def modal(*blocks: Json, **fields: Any) -> Json:
    title = {"type": "plain_text", "text": "Reply"}
    return {"type": "modal", "title": title, "blocks": list(blocks or [section()]), **fields}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def text_input(block: str = "text", **fields: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": "value", **fields.pop("element", {})}
    return {
        "type": "input", "block_id": block, "label": plain("Text"), "element": element, **fields,
    }  # fmt: skip


SUBMIT = {"submit": plain("Send")}
MODAL_RULES = [
    ("title 24", modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    ("submit 24", modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
    ("inputs need a submit", modal(text_input(), **SUBMIT), modal(text_input())),
    (
        "private_metadata 3000",
        modal(private_metadata="x" * 3000),
        modal(private_metadata="x" * 3001),
    ),
    ("100 blocks", modal(*[section()] * 100), modal(*[section()] * 101)),
    ("callback_id 255", modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    ("blocks are required", modal(), {"type": "modal", "title": plain("x")}),
    (
        "home has no title",
        {"type": "home", "blocks": []},
        {"type": "home", "blocks": [], "title": plain("x")},
    ),
    (
        "input length 3000",
        modal(text_input(element={"max_length": 3000}), **SUBMIT),
        modal(text_input(element={"max_length": 3001}), **SUBMIT),
    ),
    (
        "10 files",
        modal(text_input(element={"type": "file_input", "max_files": 10}), **SUBMIT),
        modal(text_input(element={"type": "file_input", "max_files": 11}), **SUBMIT),
    ),
    (
        "one focus",
        modal(text_input(element={"focus_on_load": True}), **SUBMIT),
        modal(
            text_input("a", element={"focus_on_load": True}),
            text_input("b", element={"focus_on_load": True}),
            **SUBMIT,
        ),
    ),
    ("markdown is for messages", modal(), modal({"type": "markdown", "text": "x"})),
]


@pytest.mark.parametrize(("rule", "good", "bad"), MODAL_RULES, ids=lambda one: str(one)[:30])
def test_views_keep_the_rule(rule: str, good: Json, bad: Json) -> None:
    assert problems_in_view(good) == []
    assert problems_in_view(bad), rule


async def test_refused_blocks_come_with_their_reasons(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    error = await refused(
        web_client.chat_postMessage(channel="C0HELP", text="x", blocks=[section("x" * 3001)])
    )
    assert error["error"] == "invalid_blocks"
    assert error["response_metadata"]["messages"] == [
        "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ]
    broken = await refused(web_client.chat_postMessage(channel="C0HELP", text="x", blocks="{"))
    assert broken["error"] == "invalid_blocks_format"
    assert await slack.messages("C0HELP") == []


async def test_an_unknown_thread_lands_in_the_channel_root(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    """And so does one that names a reply, or a root that is gone."""
    root = await web_client.chat_postMessage(channel="C0HELP", text="root")
    reply = await web_client.chat_postMessage(channel="C0HELP", text="r", thread_ts=root["ts"])
    gone = await web_client.chat_postMessage(channel="C0HELP", text="gone")
    await web_client.chat_delete(channel="C0HELP", ts=gone["ts"])
    assert reply["message"]["thread_ts"] == root["ts"]
    for thread in ("1111111111.000001", reply["ts"], gone["ts"]):
        lost = await web_client.chat_postMessage(channel="C0HELP", text="x", thread_ts=thread)
        assert "thread_ts" not in lost["message"]


async def test_history_leaves_replies_out_and_replies_has_the_root_first(
    web_client: AsyncWebClient,
) -> None:
    root = (await web_client.chat_postMessage(channel="C0HELP", text="root"))["ts"]
    for number in range(3):
        await web_client.chat_postMessage(channel="C0HELP", text=f"r{number}", thread_ts=root)
    await web_client.chat_postMessage(
        channel="C0HELP", text="loud", thread_ts=root, reply_broadcast=True
    )
    history = await web_client.conversations_history(channel="C0HELP")
    replies = await web_client.conversations_replies(channel="C0HELP", ts=root, limit=2)
    assert [one["text"] for one in history["messages"]] == ["loud", "root"]
    assert history["messages"][0]["subtype"] == "thread_broadcast"
    assert history["messages"][1]["reply_count"] == 4
    assert [one["text"] for one in replies["messages"]] == ["root", "r0", "r1"]
    assert replies["has_more"]
    rest = await web_client.conversations_replies(
        channel="C0HELP", ts=root, cursor=replies["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in rest["messages"]] == ["root", "r2", "loud"]
    by_reply = await web_client.conversations_replies(
        channel="C0HELP", ts=replies["messages"][1]["ts"]
    )
    assert by_reply["messages"][0]["text"] == "root"
    missing = await refused(web_client.conversations_replies(channel="C0HELP", ts="1.2"))
    assert missing["error"] == "thread_not_found"


async def test_history_is_bounded_and_paged(web_client: AsyncWebClient) -> None:
    stamps = [
        (await web_client.chat_postMessage(channel="C0HELP", text=str(number)))["ts"]
        for number in range(5)
    ]
    assert stamps == sorted(set(stamps))

    async def texts(**bounds: Any) -> list[str]:
        answer = await web_client.conversations_history(channel="C0HELP", **bounds)
        return [one["text"] for one in answer["messages"]]

    assert await texts(oldest=stamps[1]) == ["4", "3", "2"]
    assert await texts(oldest=stamps[1], latest=stamps[3]) == ["2"]
    assert await texts(oldest=stamps[1], latest=stamps[3], inclusive=True) == ["3", "2", "1"]
    pages = [
        " ".join(one["text"] for one in page["messages"])
        async for page in await web_client.conversations_history(channel="C0HELP", limit=2)
    ]
    assert pages == ["4 3", "2 1", "0"]


async def test_editing_and_deleting_is_for_the_author(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    theirs = await slack.user("U0CAROL").post("C0HELP", "mine")
    place: Json = {"channel": "C0HELP", "ts": theirs["ts"]}
    update = await refused(web_client.chat_update(**place, text="x"))
    delete = await refused(web_client.chat_delete(**place))
    assert (update["error"], delete["error"]) == ("cant_update_message", "cant_delete_message")
    gone: Json = {"channel": "C0HELP", "ts": "1111111111.000001"}
    update = await refused(web_client.chat_update(**gone, text="x"))
    delete = await refused(web_client.chat_delete(**gone))
    assert (update["error"], delete["error"]) == ("message_not_found", "message_not_found")
    with pytest.raises(ControlRefusedError, match="not_your_message"):
        await slack.user("U0CAROL").edit({**gone, "ts": (await own(web_client))["ts"]}, "x")


async def own(web_client: AsyncWebClient, **arguments: Any) -> Json:
    answer = await web_client.chat_postMessage(**{"channel": "C0HELP", "text": "card", **arguments})
    return {"channel": answer["channel"], "ts": answer["ts"]}


async def test_an_update_without_blocks_keeps_them(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    card = await own(web_client, blocks=[section("old", block_id="a")])
    await web_client.chat_update(**card, text="new")
    assert (await slack.messages("C0HELP"))[0]["blocks"][0]["block_id"] == "a"
    await web_client.chat_update(**card, text="new", blocks=[])
    assert (await slack.messages("C0HELP"))[0]["blocks"][0]["type"] == "rich_text"
    assert (await slack.messages("C0HELP"))[0]["revisions"] == ["card", "new"]


async def test_a_deleted_root_with_replies_becomes_a_tombstone(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    root = await own(web_client)
    reply = await own(web_client, thread_ts=root["ts"])
    await web_client.chat_delete(**root)
    stone = (await web_client.conversations_history(channel="C0HELP"))["messages"][0]
    assert (stone["subtype"], stone["user"], stone["reply_count"]) == ("tombstone", "USLACKBOT", 1)
    error = await refused(web_client.chat_update(**root, text="x"))
    assert error["error"] == "message_not_found"
    await web_client.chat_delete(**reply)
    assert await slack.messages("C0HELP") == []
    assert len(await slack.messages("C0HELP", deleted=True)) == 3


async def test_a_customised_message_has_no_user(web_client: AsyncWebClient) -> None:
    posted = await web_client.chat_postMessage(
        channel="C0HELP", text="x", username="Carol", icon_url="https://a.test/c.png"
    )
    message = posted["message"]
    assert message["subtype"] == "bot_message"
    assert (message["username"], message["icons"]) == (
        "Carol",
        {"image_48": "https://a.test/c.png"},
    )
    assert "user" not in message


async def test_ephemeral_messages_are_for_members(slack: Slack, web_client: AsyncWebClient) -> None:
    await web_client.chat_postEphemeral(channel="C0TEAM", user="U0ALICE", text="psst")
    error = await refused(
        web_client.chat_postEphemeral(channel="C0TEAM", user="U0CAROL", text="psst")
    )
    assert error["error"] == "user_not_in_channel"
    assert [one["text"] for one in await slack.user("U0ALICE").ephemerals()] == ["psst"]
    assert await slack.messages("C0TEAM") == []


async def test_direct_messages_open_once(slack: Slack, web_client: AsyncWebClient) -> None:
    first = await web_client.conversations_open(users=["U0CAROL"])
    second = await web_client.chat_postMessage(channel="U0CAROL", text="hi")
    assert first["channel"]["id"] == second["channel"]
    assert await slack.user("U0CAROL").open_dm() == second["channel"]
    error = await refused(web_client.conversations_open(users=["U0NOBODY"]))
    assert error["error"] == "user_not_found"


async def test_the_directory(slack: Slack, web_client: AsyncWebClient) -> None:
    carol = (await web_client.users_info(user="U0CAROL"))["user"]
    assert (carol["profile"]["display_name"], carol["is_admin"]) == ("Carol", False)
    found = await web_client.users_lookupByEmail(email="alice@acme.test")
    assert (found["user"]["id"], found["user"]["is_owner"]) == ("U0ALICE", True)
    assert (await refused(web_client.users_lookupByEmail(email="x@y.z")))["error"] == (
        "users_not_found"
    )
    groups = await web_client.usergroups_list(include_users=True)
    assert groups["usergroups"][0]["users"] == ["U0ALICE"]
    assert (await web_client.usergroups_users_list(usergroup="S01"))["users"] == ["U0ALICE"]
    await slack.add_group("S01", disabled=True)
    gone = await refused(web_client.usergroups_users_list(usergroup="S01"))
    assert gone["error"] == "no_such_subteam"
    assert (await web_client.bots_info(bot="B0APP"))["bot"]["app_id"] == "A0APP"
    assert (await web_client.team_info())["team"]["domain"] == "acme"
    members = await web_client.conversations_members(channel="C0HELP", limit=2)
    assert len(members["members"]) == 2
    assert members["response_metadata"]["next_cursor"]
    mine = await web_client.users_conversations()
    assert [one["id"] for one in mine["channels"]] == ["C0HELP", "C0TEAM"]
    link = await web_client.chat_getPermalink(
        channel="C0HELP", message_ts=(await own(web_client))["ts"]
    )
    assert link["permalink"].startswith("https://acme.slack.com/archives/C0HELP/p")


async def test_strangers_are_seen_through_a_shared_channel_only(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    error = await refused(web_client.users_info(user="U0ERIN"))
    await slack.add_channel("C0EXT", members=["U0APPBOT", "U0ERIN"], is_ext_shared=True)
    user = (await web_client.users_info(user="U0ERIN"))["user"]
    assert error["error"] == "user_not_found"
    assert (user["is_stranger"], user["team_id"]) == (True, "T0EXT")


async def test_conversations_are_managed(slack: Slack, web_client: AsyncWebClient) -> None:
    made = (await web_client.conversations_create(name="tickets", is_private=True))["channel"]
    await web_client.conversations_invite(channel=made["id"], users=["U0ALICE"])
    await web_client.conversations_kick(channel=made["id"], user="U0ALICE")
    await web_client.conversations_archive(channel=made["id"])
    await web_client.conversations_join(channel="C0OTHER")
    again = await refused(web_client.conversations_archive(channel=made["id"]))
    name = await refused(web_client.conversations_create(name="No Capitals"))
    taken = await refused(web_client.conversations_create(name="tickets"))
    errors = [one["error"] for one in (again, name, taken)]
    assert errors == ["already_archived", "invalid_name_specials", "name_taken"]
    listed = await web_client.conversations_list(types="public_channel,private_channel")
    assert {one["id"]: one["is_archived"] for one in listed["channels"]}[made["id"]]


async def test_reactions(slack: Slack, web_client: AsyncWebClient) -> None:
    message = await slack.user("U0CAROL").post("C0HELP", "x")
    place = {"channel": "C0HELP", "timestamp": message["ts"]}
    await web_client.reactions_add(**place, name="eyes")
    again = await refused(web_client.reactions_add(**place, name="eyes"))
    bad = await refused(web_client.reactions_add(**place, name="No Such!"))
    assert (again["error"], bad["error"]) == ("already_reacted", "invalid_name")
    assert (await slack.messages("C0HELP"))[0]["reactions"][0]["users"] == ["U0APPBOT"]
    await web_client.reactions_remove(**place, name="eyes")


async def test_an_upload_shows_up_later_and_in_its_thread(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    root = await own(web_client)
    await slack.config(file_delay=600)
    sent = await web_client.files_upload_v2(
        filename="scan.png",
        content=b"\x89PNG\r\n",
        channel="C0HELP",
        thread_ts=root["ts"],
        initial_comment="see",
    )
    assert "ts" not in sent
    file = sent["files"][0]["id"]
    early = await web_client.files_info(file=file)
    assert (early["file"]["shares"], early["file"]["mimetype"]) == ({}, "")
    await slack.advance(600)
    await slack.settled()
    late = (await web_client.files_info(file=file))["file"]
    share = late["shares"]["public"]["C0HELP"][0]
    assert (late["mimetype"], share["thread_ts"]) == ("image/png", root["ts"])
    message = (await slack.messages("C0HELP"))[-1]
    assert (message["ts"], message["text"]) == (share["ts"], "see")
    assert await slack.file_content(file) == b"\x89PNG\r\n"


async def test_uploads_are_completed_once_and_by_their_owner(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    url = await web_client.files_getUploadURLExternal(filename="a.txt", length=3)
    done: Json = {"files": [{"id": url["file_id"]}], "channel_id": "C0HELP"}
    empty = await refused(web_client.files_completeUploadExternal(**done))
    async with aiohttp.ClientSession() as session:
        async with session.post(url["upload_url"], data=b"too long") as answer:
            assert answer.status == 400
        async with session.post(url["upload_url"], data=b"abc") as answer:
            assert await answer.text() == "OK - 3"
    await web_client.files_completeUploadExternal(**done)
    again = await refused(web_client.files_completeUploadExternal(**done))
    unknown = await refused(web_client.files_info(file="F0NOPE"))
    errors = [one["error"] for one in (empty, again, unknown)]
    assert errors == ["file_not_found", "file_not_found", "file_not_found"]
    await slack.settled()
    await web_client.files_delete(file=url["file_id"])
    assert (await refused(web_client.files_info(file=url["file_id"])))["error"] == "file_deleted"
    assert (await slack.messages("C0HELP"))[0]["files"][0]["mode"] == "tombstone"


async def test_a_download_without_the_token_is_a_login_page(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    message = await slack.user("U0CAROL").post("C0HELP", "x", file=("a b.txt", b"secret"))
    url = message["files"][0]["url_private_download"]

    async def fetched(token: str) -> tuple[int, str, bytes]:
        headers = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
            return answer.status, answer.content_type, await answer.read()

    assert await fetched("xoxb-0APP-bot") == (200, "text/plain", b"secret")
    status, kind, body = await fetched("xoxb-other")
    assert (status, kind, b"secret" in body) == (200, "text/html", False)
    await slack.change_app(remove_scopes=["files:read"])
    assert (await fetched("xoxb-0APP-bot"))[1] == "text/html"


async def test_rate_limits_and_their_header(slack: Slack, web_client: AsyncWebClient) -> None:
    await slack.config(message_rate=1.0, message_burst=2)
    await own(web_client)
    await own(web_client)
    with pytest.raises(SlackApiError) as caught:
        await own(web_client)
    assert caught.value.response.status_code == 429
    assert caught.value.response["error"] == "ratelimited"
    assert caught.value.response.headers["Retry-After"] == "1"
    await own(web_client, channel="C0TEAM")
    await slack.advance(1.1)
    await own(web_client)


async def test_history_is_small_and_slow_for_unlisted_apps(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    await slack.config(non_marketplace=True, message_rate=0)
    for _ in range(16):
        await own(web_client)
    page = await web_client.conversations_history(channel="C0HELP", limit=100)
    assert (len(page["messages"]), page["has_more"]) == (15, True)
    assert (await refused(web_client.conversations_history(channel="C0HELP")))["error"] == (
        "ratelimited"
    )


@pytest.mark.parametrize(
    ("kind", "raised", "stored_count"),
    [
        ("ratelimited", SlackApiError, 0),
        ("error", SlackApiError, 0),
        ("error_before", SlackApiError, 0),
        ("error_after", SlackApiError, 1),
        ("drop_before", aiohttp.ClientConnectionError, 0),
        ("drop_after", aiohttp.ClientConnectionError, 1),
        ("slow", None, 1),
        ("slow_after", None, 1),
    ],
)
async def test_faults_strike_before_or_after_the_message_is_stored(
    slack: Slack,
    web_client: AsyncWebClient,
    kind: str,
    raised: type[Exception] | None,
    stored_count: int,
) -> None:
    await slack.fault(kind, "chat.postMessage", delay=0.01)
    if raised is None:
        await own(web_client)
    else:
        with pytest.raises(raised):
            await own(web_client)
    assert len(await slack.messages("C0HELP")) == stored_count
    await own(web_client)
    assert len(await slack.messages("C0HELP")) == stored_count + 1
    assert [one["fault"] for one in await slack.calls("chat.postMessage")] == [kind, None]


async def test_faults_choose_their_calls(slack: Slack, web_client: AsyncWebClient) -> None:
    await slack.fault("error", "chat.*", contains="poison", times=None, error="fatal_error")
    await slack.fault("error", "auth.test", skip=1, times=1)
    assert (await refused(own(web_client, text="poison")))["error"] == "fatal_error"
    await own(web_client, text="fine")
    await web_client.auth_test()
    assert (await refused(web_client.auth_test()))["error"] == "internal_error"
    await web_client.auth_test()


async def test_chance_repeats_with_the_seed() -> None:
    async def outcomes(seed: int) -> list[str | None]:
        async with running(seed=seed) as emulator, connected(emulator.control_url) as client:
            await client.fault("error", "api.test", probability=0.5, times=None)
            web_client = AsyncWebClient(base_url=emulator.api_url)
            for _ in range(8):
                try:
                    await web_client.api_test()
                except SlackApiError:
                    continue
            return [one["fault"] for one in await client.calls()]

    first, second = await outcomes(3), await outcomes(3)
    assert first == second
    assert {None, "error"} == set(first)


class Heard:
    """What a bolt app was sent, by kind."""

    def __init__(self) -> None:
        self.events: list[Json] = []
        self.bodies: list[Json] = []

    def texts(self) -> list[str]:
        return [str(one.get("text")) for one in self.events if one["type"] == "message"]

    def types(self) -> list[str]:
        return [f"{one['type']}.{one.get('subtype', '')}".rstrip(".") for one in self.events]

    async def everything(self, slack: Slack) -> None:
        """Wait for all that Slack has sent, and have it in the order of its sending: bolt's
        listeners run side by side, and after the acknowledgement.
        """
        await slack.settled()
        sent = [one["payload"].get("event_id") for one in await slack.deliveries()]
        await until(lambda: {one["event_id"] for one in self.bodies} >= {*filter(None, sent)})
        self.bodies.sort(key=lambda one: sent.index(one["event_id"]))
        self.events = [one["event"] for one in self.bodies]


def bolt_app(web_client: AsyncWebClient, heard: Heard, **options: Any) -> AsyncApp:
    """A bolt app that listens to everything and hears its own messages, too."""
    app = AsyncApp(client=web_client, ignoring_self_events_enabled=False, **options)

    async def hear(event: Json, body: Json) -> None:
        heard.events.append(event)
        heard.bodies.append(body)

    app.event(re.compile(".*"))(hear)
    app.event({"type": "message", "subtype": re.compile(".*")})(hear)  # type: ignore[dict-item]
    return app


@asynccontextmanager
async def socket_mode(app: AsyncApp, ping_interval: float = 5.0) -> AsyncIterator[None]:
    handler: Any = AsyncSocketModeHandler(app, "xapp-1-A0APP-token", ping_interval=ping_interval)
    await handler.connect_async()
    try:
        yield
    finally:
        await handler.close_async()
        await asyncio.sleep(0)


async def until(condition: Any) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


async def test_socket_mode_brings_messages_edits_deletions_and_the_bots_own(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        carol = slack.user("U0CAROL")
        message = await carol.post("C0HELP", "a < b", literal=True)
        await carol.edit(message, "changed")
        await carol.delete(message)
        await carol.post("C0HELP", "see", file=("a.txt", b"abc"))
        await own(web_client)
        await heard.everything(slack)
    assert heard.types() == [
        "message",
        "message.message_changed",
        "message.message_deleted",
        "message.file_share",
        "file_shared",
        "message",
    ]
    first, changed, deleted, _, _, echo = heard.events
    assert (first["text"], first["channel_type"]) == ("a &lt; b", "channel")
    assert first["blocks"][0]["elements"][0]["elements"] == [{"type": "text", "text": "a < b"}]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == (
        "changed",
        "a &lt; b",
    )
    assert deleted["deleted_ts"] == first["ts"]
    assert (echo["bot_id"], echo["app_id"], echo["user"]) == ("B0APP", "A0APP", "U0APPBOT")
    assert heard.bodies[0]["authorizations"][0]["user_id"] == "U0APPBOT"


async def test_only_members_with_subscription_and_scope_hear_a_message(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        alice = slack.user("U0ALICE")
        await alice.post("C0OTHER", "not a member")
        await slack.change_app(remove_events=["message.channels"])
        await alice.post("C0HELP", "not subscribed")
        await slack.change_app(add_events=["message.channels"], remove_scopes=["channels:history"])
        await alice.post("C0HELP", "no scope")
        await slack.change_app(add_scopes=["channels:history"])
        await alice.post("C0HELP", "heard")
        await heard.everything(slack)
    assert heard.texts() == ["heard"]


async def test_events_of_membership_mentions_reactions_and_the_home_tab(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        carol = slack.user("U0CAROL")
        message = await carol.post("C0HELP", "<@U0APPBOT> help")
        await carol.react(message, "eyes")
        await carol.react(message, "eyes", remove=True)
        await carol.open_home()
        await slack.user("U0APPBOT").join("C0OTHER")
        await slack.kick("U0CAROL", "C0HELP")
        await slack.archive("C0HELP")
        await slack.kick("U0APPBOT", "C0HELP")
        await carol.post(await carol.open_dm(), "<@U0APPBOT> in private")
        await heard.everything(slack)
    names = [one["name"] for one in await slack.deliveries()]
    assert sorted(heard.types()) == sorted(names)
    assert names == [
        "message",
        "app_mention",
        "reaction_added",
        "reaction_removed",
        "app_home_opened",
        "message.channel_join",
        "member_joined_channel",
        "message.channel_leave",
        "member_left_channel",
        "channel_archive",
        "channel_left",
        "message",
    ]


async def test_what_is_not_acknowledged_comes_again(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    """Slack: with the same event_id. Bolt: a middleware that raises keeps the ack back."""
    await slack.config(time_scale=0.001, ack_timeout=0.3)
    heard, failing = Heard(), [True]
    app = bolt_app(web_client, heard)

    async def persist(next_: Any) -> None:
        if failing:
            failing.pop()
            await slack.config(ack_timeout=60)
            raise RuntimeError("disk full")
        await next_()

    app.middleware(persist)
    async with socket_mode(app):
        await slack.user("U0CAROL").post("C0HELP", "x")
        await heard.everything(slack)
    attempts = (await slack.deliveries("message"))[0]["attempts"]
    assert [one["result"] for one in attempts] == ["timeout", ""]
    assert heard.texts() == ["x"]


async def test_a_listener_that_raises_has_been_acknowledged_before(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    """Bolt: so the event is gone; the control for the test above."""
    app = AsyncApp(client=web_client)

    async def fail() -> None:
        raise RuntimeError("disk full")

    app.event("message")(fail)
    async with socket_mode(app):
        await slack.user("U0CAROL").post("C0HELP", "x")
        await slack.settled()
    delivery = (await slack.deliveries("message"))[0]
    assert (delivery["state"], len(delivery["attempts"])) == ("acked", 1)


@pytest.mark.parametrize(
    ("kind", "pressed", "outcome"),
    [("duplicate", 2, "acked"), ("lose", 0, "failed"), ("lose_ack", 1, "failed")],
)
async def test_faulty_clicks(
    slack: Slack, web_client: AsyncWebClient, kind: str, pressed: int, outcome: str
) -> None:
    seen: list[str] = []
    app = bolt_app(web_client, Heard())

    async def press(ack: Any, action: Json) -> None:
        seen.append(action["action_id"])
        await ack()

    app.action("go")(press)
    await slack.fault(kind, "block_actions")
    async with socket_mode(app):
        card = await own(web_client, blocks=[actions(button())])
        assert (await slack.user("U0ALICE").click(card, "go"))["outcome"] == outcome
        await until(lambda: len(seen) == pressed)


@pytest.mark.parametrize(
    ("kind", "first", "texts"),
    [
        ("duplicate", ["1", "1"], ["1", "1", "2"]),
        ("lose_ack", ["1", "1"], ["1", "1", "2"]),
        ("reorder", [], ["2", "1"]),
        ("lose", [], ["2"]),
        ("delay", [], ["2", "1"]),
    ],
)
async def test_faulty_deliveries(
    slack: Slack, web_client: AsyncWebClient, kind: str, first: list[str], texts: list[str]
) -> None:
    heard = Heard()
    await slack.fault(kind, "message", delay=600)
    async with socket_mode(bolt_app(web_client, heard)):
        await slack.user("U0CAROL").post("C0HELP", "1")
        await until(lambda: heard.texts() == first)
        await slack.user("U0CAROL").post("C0HELP", "2")
        await until(lambda: "2" in heard.texts())
        await slack.advance(600)
        await slack.settled()
        await until(lambda: len(heard.events) >= len(texts))
    assert sorted(heard.texts()) == sorted(texts)
    sent = [
        (attempt["at"], one["payload"]["event"]["text"])
        for one in await slack.deliveries("message")
        for attempt in one["attempts"]
    ]
    assert [text for _, text in sorted(sent)] == texts
    ids = {one["event_id"] for one in heard.bodies}
    assert len(ids) == len(set(texts))


@pytest.mark.parametrize("what", ["close", "abort", "warning", "refresh_requested"])
async def test_a_lost_socket_comes_back(
    slack: Slack, web_client: AsyncWebClient, what: str
) -> None:
    """And with it the events that happened meanwhile."""
    await slack.config(time_scale=0.005)
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard), ping_interval=0.2):
        assert await slack.sockets() == 1
        await slack.sockets(what)
        await slack.user("U0CAROL").post("C0HELP", "meanwhile")
        await until(lambda: heard.texts() == ["meanwhile"])
        assert (await slack.counts())["apps.connections.open"] >= 2


async def test_events_without_a_listener_are_lost_in_the_end(slack: Slack) -> None:
    """Slack: at once, after a minute, after five minutes, then never again."""
    await slack.config(time_scale=0.0001)
    await slack.user("U0CAROL").post("C0HELP", "x")
    await slack.settled()
    delivery = (await slack.deliveries("message"))[0]
    assert (delivery["state"], len(delivery["attempts"])) == ("lost", 4)


async def test_a_ticket_opens_one_socket_and_an_app_has_ten(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    async with aiohttp.ClientSession() as session:

        async def url() -> str:
            answer = await web_client.apps_connections_open(app_token="xapp-1-A0APP-token")
            return str(answer["url"])

        first = await url()
        sockets = [await session.ws_connect(first)]
        assert (await sockets[0].receive_json())["num_connections"] == 1
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(first)
        sockets += [await session.ws_connect(await url()) for _ in range(9)]
        eleventh = await session.ws_connect(await url())
        assert (await eleventh.receive_json())["reason"] == "too_many_websockets"
        for one in (*sockets, eleventh):
            await one.close()


async def test_a_command_answers_with_its_ack_and_its_response_url(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    seen: list[Json] = []
    app = bolt_app(web_client, Heard())

    async def reply(ack: Any, command: Json, respond: Any) -> None:
        seen.append(command)
        await ack("to Carol?")
        await respond("sent", response_type="in_channel")

    app.command("/reply")(reply)
    async with socket_mode(app):
        answer = await slack.user("U0ALICE").command("/reply", "42 hi", "C0HELP")
        await slack.wait_for_message("C0HELP", "sent")
    assert answer["outcome"] == "acked"
    assert (seen[0]["text"], seen[0]["channel_name"]) == ("42 hi", "help")
    note = (await slack.user("U0ALICE").ephemerals("C0HELP"))[0]
    assert (note["text"], note["source"]) == ("to Carol?", "ack")
    assert (await slack.messages("C0HELP"))[0]["subtype"] == "bot_message"


async def test_commands_are_refused_where_slack_has_none(slack: Slack) -> None:
    """In threads, for outsiders, for guests of other workspaces, and unknown ones."""
    message = await slack.user("U0CAROL").post("C0HELP", "x")
    await slack.add_channel("C0EXT", members=["U0APPBOT", "U0ERIN"], is_ext_shared=True)
    tries = [
        ("U0ALICE", "/reply", "C0HELP", message),
        ("U0CAROL", "/reply", "C0TEAM", None),
        ("U0ERIN", "/reply", "C0EXT", None),
        ("U0ALICE", "/dance", "C0HELP", None),
    ]
    errors = []
    for user, command, channel, thread in tries:
        with pytest.raises(ControlRefusedError) as caught:
            await slack.user(user).command(command, "x", channel, thread=thread)
        errors.append(caught.value.error)
    assert errors == [
        "command_not_available_in_threads",
        "user_not_in_channel",
        "no_such_command",
        "no_such_command",
    ]


async def test_a_command_that_is_not_acked_in_time_fails(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    await slack.config(ack_timeout=0.1)
    app = bolt_app(web_client, Heard())

    failed, done = asyncio.Event(), asyncio.Event()

    async def late(ack: Any) -> None:
        await failed.wait()
        await ack()
        done.set()

    app.command("/reply")(late)
    async with socket_mode(app):
        answer = await slack.user("U0ALICE").command("/reply", "x", "C0HELP")
        assert (answer["outcome"], answer["reason"]) == ("failed", "timeout")
        failed.set()
        await done.wait()


async def test_a_response_url_works_five_times_in_half_an_hour(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    urls: list[str] = []
    app = bolt_app(web_client, Heard())

    async def keep(ack: Any, command: Json) -> None:
        urls.append(command["response_url"])
        await ack()

    app.command("/reply")(keep)
    async with socket_mode(app):
        await slack.user("U0ALICE").command("/reply", "", "C0HELP")
        await slack.user("U0ALICE").command("/reply", "", "C0HELP")
    hook, other = (AsyncWebhookClient(url, retry_handlers=[]) for url in urls)
    answers = [await hook.send(text=f"t{number}") for number in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [404]
    assert answers[-1].body == "used_url"
    assert len(await slack.user("U0ALICE").ephemerals()) == 5
    await slack.advance(1801)
    late = await other.send(text="late")
    assert (late.status_code, late.body) == (404, "expired_url")


async def test_a_click_carries_what_the_button_really_holds(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    bodies: list[Json] = []
    app = bolt_app(web_client, Heard())

    async def claim(ack: Any, body: Json, respond: Any) -> None:
        bodies.append(body)
        await ack()
        await respond("claimed", replace_original=True)

    app.action("ticket:claim")(claim)
    async with socket_mode(app):
        card = await own(web_client, blocks=[actions(button("ticket:claim", value="42"))])
        alice = slack.user("U0ALICE")
        assert (await alice.click(card, "ticket:claim"))["outcome"] == "acked"
        await slack.wait_for_message("C0HELP", "claimed")
        with pytest.raises(ControlRefusedError, match="no_such_element"):
            await alice.click(card, "ticket:claim")
    body = bodies[0]
    assert body["actions"][0]["value"] == "42"
    assert body["container"]["message_ts"] == card["ts"]
    assert (body["channel"]["name"], body["user"]["id"]) == ("help", "U0ALICE")
    assert body["message"]["blocks"][0]["elements"][0]["action_id"] == "ticket:claim"


async def test_ephemeral_messages_can_be_clicked_replaced_and_taken_back(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    app = bolt_app(web_client, Heard())

    async def change(ack: Any, respond: Any) -> None:
        await ack()
        blocks = [actions(button("drop"))]
        await respond(text="changed", blocks=blocks, replace_original=True)

    async def drop(ack: Any, respond: Any) -> None:
        await ack()
        await respond(delete_original=True)

    app.action("change")(change)
    app.action("drop")(drop)
    async with socket_mode(app):
        alice = slack.user("U0ALICE")
        await web_client.chat_postEphemeral(
            channel="C0HELP", user="U0ALICE", text="x", blocks=[actions(button("change"))]
        )
        await alice.click((await alice.ephemerals())[0], "change")

        async def changed() -> bool:
            return [one["text"] for one in await alice.ephemerals()] == ["changed"]

        await slack.wait_for(changed)
        await alice.click((await alice.ephemerals())[0], "drop")

        async def gone() -> bool:
            return not await alice.ephemerals()

        await slack.wait_for(gone)


async def opened(
    slack: Slack, web_client: AsyncWebClient, *views: Json, user: str = "U0ALICE"
) -> Json:
    """Open a modal by hand: the trigger comes from a command nobody answers."""
    trigger = await a_trigger(slack, user)
    answer = await web_client.views_open(trigger_id=trigger, view=views[0])
    return dict(answer["view"])


async def a_trigger(slack: Slack, user: str = "U0ALICE") -> str:
    await slack.user(user).command("/queue", "", "C0HELP")
    return str((await slack.deliveries("/queue"))[-1]["payload"]["trigger_id"])


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    trigger = await a_trigger(slack)
    await web_client.views_open(trigger_id=trigger, view=modal())
    again = await refused(web_client.views_open(trigger_id=trigger, view=modal()))
    late = await a_trigger(slack)
    await slack.advance(3.1)
    expired = await refused(web_client.views_open(trigger_id=late, view=modal()))
    unknown = await refused(web_client.views_open(trigger_id="1.2.abc", view=modal()))
    nonsense = await refused(web_client.views_open(trigger_id="soon", view=modal()))
    errors = [one["error"] for one in (again, expired, unknown, nonsense)]
    assert errors == [
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_trigger_id",
        "invalid_arguments",
    ]


async def test_a_view_that_breaks_the_rules_is_refused_with_reasons(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    trigger = await a_trigger(slack)
    error = await refused(
        web_client.views_open(trigger_id=trigger, view=modal(title=plain("x" * 25)))
    )
    assert error["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in error["response_metadata"]["messages"][1]
    await web_client.views_open(trigger_id=trigger, view=modal())


async def test_views_are_updated_under_their_hash(slack: Slack, web_client: AsyncWebClient) -> None:
    view = await opened(slack, web_client, modal(text_input(), **SUBMIT))
    await slack.user("U0ALICE").fill(view, {"text": "typed"})
    wider = modal(text_input(), text_input("more"), **SUBMIT)
    place = {"view_id": view["id"], "hash": view["hash"]}
    newer = await web_client.views_update(**place, view=wider)
    assert newer["view"]["state"]["values"]["text"]["value"]["value"] == "typed"
    conflict = await refused(web_client.views_update(**place, view=wider))
    await slack.user("U0ALICE").close(view)
    gone = await refused(web_client.views_update(view_id=view["id"], view=wider))
    assert (conflict["error"], gone["error"]) == ("hash_conflict", "not_found")


async def test_the_home_tab_is_published(slack: Slack, web_client: AsyncWebClient) -> None:
    home = {"type": "home", "blocks": [section()]}
    first = await web_client.views_publish(user_id="U0ALICE", view=home)
    await web_client.views_publish(user_id="U0ALICE", view=home, hash=first["view"]["hash"])
    stale = await refused(
        web_client.views_publish(user_id="U0ALICE", view=home, hash=first["view"]["hash"])
    )
    assert (await slack.user("U0ALICE").home() or {})["blocks"]
    nobody = await refused(web_client.views_publish(user_id="U0NOBODY", view=home))
    await slack.change_app(home_tab=False)
    off = await refused(web_client.views_publish(user_id="U0ALICE", view=home))
    errors = [one["error"] for one in (stale, nobody, off)]
    assert errors == ["hash_conflict", "user_not_found", "not_enabled"]


async def test_a_modal_from_click_to_submission(slack: Slack, web_client: AsyncWebClient) -> None:
    states: list[Json] = []
    app = bolt_app(web_client, Heard())
    files = {"type": "file_input", "action_id": "value", "max_files": 1}
    view = modal(
        text_input(),
        text_input("files", element=files, optional=True),
        callback_id="ticket:reply",
        private_metadata="42",
        **SUBMIT,
    )

    async def reply(ack: Any, body: Json) -> None:
        await ack()
        await web_client.views_open(trigger_id=body["trigger_id"], view=view)

    async def submitted(ack: Any, view: Json) -> None:
        states.append(view)
        text = view["state"]["values"]["text"]["value"]["value"]
        answers: dict[str, Json] = {
            "bad": {"response_action": "errors", "errors": {"text": "no"}},
            "worse": {"response_action": "errors", "errors": {"nowhere": "no"}},
            "next": {"response_action": "push", "view": modal()},
        }
        await ack(**answers.get(text, {}))

    app.action("ticket:reply")(reply)
    app.view("ticket:reply")(submitted)
    async with socket_mode(app):
        card = await own(web_client, blocks=[actions(button("ticket:reply", value="42"))])
        alice = slack.user("U0ALICE")
        await alice.click(card, "ticket:reply")
        shown = await alice.modal()
        with pytest.raises(ControlRefusedError, match="required_input_empty"):
            await alice.submit(shown, {})
        with pytest.raises(ControlRefusedError, match="no_such_element"):
            await alice.submit(shown, {"nowhere": "x"})
        outcomes = [
            (await alice.submit(shown, {"text": one}))["outcome"] for one in ("bad", "worse")
        ]
        pushed = await alice.submit(shown, {"text": "next"})
        with pytest.raises(ControlRefusedError, match="view_not_on_top"):
            await alice.submit(shown, {"text": "x"})
        await alice.close(pushed["view"])
        last = await alice.submit(shown, {"text": "hi", "files": [("a.txt", b"abc")]})
    assert outcomes == ["errors", "invalid_response"]
    assert (pushed["outcome"], last["outcome"]) == ("pushed", "closed")
    assert states[-1]["private_metadata"] == "42"
    file = states[-1]["state"]["values"]["files"]["value"]["files"][0]
    assert (await web_client.files_info(file=file["id"]))["file"]["name"] == "a.txt"
    assert await slack.views(user="U0ALICE") == []


async def test_selects_offer_what_they_hold_and_what_the_app_suggests(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    chosen: list[Json] = []
    app = bolt_app(web_client, Heard())
    count = [2]

    async def options(ack: Any, payload: Json) -> None:
        found = [
            {"text": plain(f"{payload['value']}{n}"), "value": str(n)} for n in range(count[0])
        ]
        await ack(options=found)

    async def pick(ack: Any, action: Json) -> None:
        chosen.append(action)
        await ack()

    app.options("people")(options)
    app.action(re.compile("pick|people"))(pick)
    people = {"type": "external_select", "action_id": "people", "min_query_length": 1}
    async with socket_mode(app):
        card = await own(web_client, blocks=[actions(select(2)), actions(people)])
        alice = slack.user("U0ALICE")
        await alice.select(card, "pick", "v1")
        with pytest.raises(ControlRefusedError, match="no_such_option"):
            await alice.select(card, "pick", "v2")
        assert len((await alice.suggest(card, "people", "al"))["options"]) == 2
        count[0] = 101
        assert (await alice.suggest(card, "people", "al"))["outcome"] == "invalid_response"
    assert chosen[0]["selected_option"]["value"] == "v1"


async def test_shortcuts_carry_the_message(slack: Slack, web_client: AsyncWebClient) -> None:
    bodies: list[Json] = []
    app = bolt_app(web_client, Heard())

    async def hear(ack: Any, body: Json) -> None:
        bodies.append(body)
        await ack()

    app.shortcut(re.compile(".*"))(hear)
    async with socket_mode(app):
        root = await slack.user("U0CAROL").post("C0HELP", "x")
        reply = await slack.user("U0ALICE").post("C0HELP", "note", thread=root)
        await slack.user("U0ALICE").shortcut(reply, "send_to_contact")
        await slack.user("U0ALICE").shortcut(None, "new_ticket")
        with pytest.raises(ControlRefusedError, match="no_such_shortcut"):
            await slack.user("U0ALICE").shortcut(reply, "explode")
    assert (bodies[0]["type"], bodies[0]["message"]["thread_ts"]) == (
        "message_action",
        root["ts"],
    )
    assert bodies[1]["type"] == "shortcut"


@asynccontextmanager
async def http_mode(
    slack: Slack, app: AsyncApp, headers: dict[str, str] | None = None
) -> AsyncIterator[list[dict[str, str]]]:
    """The app behind a real HTTP server; yields the headers of every request."""
    received: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.Response:
        received.append(dict(request.headers))
        body = (await request.read()).decode()
        sent: Json = {name: [value] for name, value in request.headers.items()}
        answer = await app.async_dispatch(AsyncBoltRequest(body=body, headers=sent))
        found = {**answer.first_headers_without_set_cookie(), **(headers or {})}
        return web.Response(status=answer.status, text=answer.body, headers=found)

    server = web.Application()
    server.router.add_post("/slack/events", handle)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await slack.change_app(mode="http", request_url=url)
    try:
        yield received
    finally:
        await runner.cleanup()


def signed_app(web_client: AsyncWebClient, heard: Heard, secret: str = "secret-0APP") -> AsyncApp:
    return bolt_app(web_client, heard, signing_secret=secret)


async def test_http_mode_carries_events_commands_and_clicks(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    heard, seen = Heard(), []
    app = signed_app(web_client, heard)

    async def note(ack: Any, body: Json) -> None:
        seen.append(body)
        await ack("noted" if "command" in body else None)

    async def submitted(ack: Any) -> None:
        await ack(response_action="errors", errors={"text": "no"})

    app.command("/reply")(note)
    app.action("ticket:claim")(note)
    app.view("ticket:reply")(submitted)
    async with http_mode(slack, app):
        assert (await slack.control("verify_url"))["ok"]
        alice = slack.user("U0ALICE")
        await alice.post("C0HELP", "by http")
        await alice.command("/reply", "42 ä & b", "C0HELP")
        card = await own(web_client, blocks=[actions(button("ticket:claim", value="42"))])
        await alice.click(card, "ticket:claim")
        trigger = seen[1]["trigger_id"]
        view = modal(text_input(), callback_id="ticket:reply", **SUBMIT)
        await web_client.views_open(trigger_id=trigger, view=view)
        answer = await alice.submit(await alice.modal(), {"text": "hi"})
        await heard.everything(slack)
    assert heard.texts() == ["by http", "card"]
    assert [one.get("text", one.get("type")) for one in seen] == ["42 ä & b", "block_actions"]
    assert (await alice.ephemerals())[0]["text"] == "noted"
    assert answer == {"ok": True, "outcome": "errors", "errors": {"text": "no"}}


async def test_requests_are_signed_with_the_apps_secret(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    """An app with another secret hears nothing, so the signature is really checked."""
    await slack.config(retry_delays=[])
    heard = Heard()
    async with http_mode(slack, signed_app(web_client, heard)) as received:
        await slack.user("U0CAROL").post("C0HELP", "right")
        await heard.everything(slack)
    async with http_mode(slack, signed_app(web_client, heard, "another")):
        await slack.user("U0CAROL").post("C0HELP", "wrong")
        await slack.settled()
    assert heard.texts() == ["right"]
    assert [one["state"] for one in await slack.deliveries()] == ["acked", "lost"]
    delivery = (await slack.deliveries())[0]["payload"]
    base = f"v0:{received[0]['X-Slack-Request-Timestamp']}:{json.dumps(delivery)}"
    digest = hmac.new(b"secret-0APP", base.encode(), hashlib.sha256).hexdigest()
    assert received[0]["X-Slack-Signature"] == f"v0={digest}"


async def test_http_events_are_retried_with_number_and_reason(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    await slack.config(time_scale=0.0001)
    app = signed_app(web_client, Heard())

    async def refuse() -> None:
        raise RuntimeError("disk full")

    app.middleware(refuse)
    async with http_mode(slack, app) as received:
        await slack.user("U0CAROL").post("C0HELP", "x")
        await slack.settled()
    assert [one.get("X-Slack-Retry-Num") for one in received] == [None, "1", "2", "3"]
    assert received[1]["X-Slack-Retry-Reason"] == "http_error"
    assert (await slack.deliveries())[0]["state"] == "lost"


async def test_a_slow_answer_counts_as_a_timeout(slack: Slack, web_client: AsyncWebClient) -> None:
    await slack.config(time_scale=0.0001, ack_timeout=0.1, retry_delays=[0.0])
    slow = [True]
    app = signed_app(web_client, Heard())

    async def dawdle(next_: Any) -> None:
        if slow:
            slow.pop()
            await asyncio.sleep(0.2)
        await next_()

    app.middleware(dawdle)
    async with http_mode(slack, app) as received:
        await slack.user("U0CAROL").post("C0HELP", "x")
        await slack.settled()
    assert received[1]["X-Slack-Retry-Reason"] == "http_timeout"


async def test_an_app_can_ask_for_no_retries(slack: Slack, web_client: AsyncWebClient) -> None:
    app = signed_app(web_client, Heard())

    async def refuse() -> None:
        raise RuntimeError("disk full")

    app.middleware(refuse)
    async with http_mode(slack, app, {"X-Slack-No-Retry": "1"}) as received:
        await slack.user("U0CAROL").post("C0HELP", "x")
        await slack.settled()
    assert len(received) == 1


async def test_a_request_url_must_answer_the_challenge(slack: Slack) -> None:
    async def deaf(request: web.Request) -> web.Response:
        return web.Response(text="hello")

    server = web.Application()
    server.router.add_post("/", deaf)
    runner = web.AppRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    answer = await slack.control("verify_url", request_url=url)
    await runner.cleanup()
    assert (answer["ok"], answer["error"]) == (False, "challenge_failed")


async def test_slack_connect_files_have_to_be_looked_up(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    await slack.add_channel("C0EXT", members=["U0APPBOT", "U0ERIN"], is_ext_shared=True)
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        await slack.user("U0ERIN").post("C0EXT", "see", file=("a.txt", b"abc"))
        await heard.everything(slack)
    event = next(one for one in heard.events if one["type"] == "message")
    body = heard.bodies[heard.events.index(event)]
    assert body["is_ext_shared_channel"]
    assert (event["user_team"], event["files"][0]["file_access"]) == ("T0EXT", "check_file_info")
    assert "url_private" not in event["files"][0]
    found = await web_client.files_info(file=event["files"][0]["id"])
    assert found["file"]["url_private"]


async def test_a_revoked_token_is_announced_and_silences_the_app(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        await slack.change_app(revoked=True, announce=True)
        await slack.user("U0CAROL").post("C0HELP", "x")
        await heard.everything(slack)
    assert heard.types() == ["tokens_revoked"]


async def test_an_event_can_be_sent_again(slack: Slack, web_client: AsyncWebClient) -> None:
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        await slack.user("U0CAROL").post("C0HELP", "x")
        await slack.settled()
        number = (await slack.deliveries())[0]["number"]
        await slack.control("redeliver", number=number)
        await until(lambda: len(heard.events) == 2)
    assert heard.bodies[0]["event_id"] == heard.bodies[1]["event_id"]


async def test_people_cannot_do_what_slack_has_not(slack: Slack) -> None:
    """The control API refuses it, or a test would prove nothing."""
    carol = slack.user("U0CAROL")
    root = await carol.post("C0HELP", "root")
    reply = await carol.post("C0HELP", "reply", thread=root)
    await slack.archive("C0OTHER")
    tries = {
        "user_not_in_channel": carol.post("C0TEAM", "x"),
        "no_such_thread": carol.post("C0HELP", "x", thread="1.2"),
        "nothing_to_post": carol.post("C0HELP", " "),
        "is_archived": slack.user("U0ALICE").post("C0OTHER", "x"),
        "no_such_user": slack.user("U0NOBODY").post("C0HELP", "x"),
        "no_such_message": carol.click(root, "ticket:claim"),
        "view_not_open": carol.submit({"id": "V0NOPE"}),
        "unknown_verb": slack.control("explode"),
        "unknown_fault": slack.fault("explode"),
        "unknown_setting": slack.config(explode=1),
    }
    for error, attempt in tries.items():
        with pytest.raises(ControlRefusedError, match=error):
            await attempt
    assert reply["thread_ts"] == root["ts"]


async def test_a_manifest_sets_an_app_up(slack: Slack) -> None:
    manifest = {
        "features": {
            "bot_user": {"display_name": "Other"},
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [{"command": "/other", "description": "x"}],
            "shortcuts": [{"name": "x", "type": "global", "callback_id": "x"}],
        },
        "oauth_config": {"scopes": {"bot": ["chat:write"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_mention"]}},
    }
    with pytest.raises(ControlRefusedError, match="unknown_scope"):
        await slack.install(id="A0OTHER", manifest=manifest, scopes=["chat:shout"])
    with pytest.raises(ControlRefusedError, match="unknown_event"):
        await slack.install(id="A0OTHER", manifest=manifest, events=["message.channel"])
    made = await slack.install(id="A0OTHER", manifest=manifest)
    web_client = AsyncWebClient(token=made["bot_token"], base_url=slack.api_url)
    assert (await web_client.auth_test())["user"] == "other"
    error = await refused(web_client.conversations_history(channel="C0HELP"))
    assert error["provided"] == "chat:write"


async def test_another_bots_message_belongs_to_another_app(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    other = await slack.install(id="A0OTHER", name="Other", scopes=["chat:write"])
    await slack.user(other["bot_user"]).join("C0HELP")
    foreign = AsyncWebClient(token=other["bot_token"], base_url=slack.api_url)
    message = await own(foreign)
    assert (await slack.messages("C0HELP"))[-1]["app_id"] == "A0OTHER"
    assert (await refused(web_client.chat_delete(**message)))["error"] == "cant_delete_message"


async def test_it_runs_as_a_process_of_its_own() -> None:
    async with separate_process(seed=1) as client:
        await client.workspace()
        await client.install(scopes=["chat:write", "im:write"])
        await client.add_user("U0CAROL", name="carol")
        web_client = AsyncWebClient(token="xoxb-0APP-bot", base_url=client.api_url)
        await web_client.chat_postMessage(channel="U0CAROL", text="hi")
        assert [one["text"] for one in await client.messages()] == ["hi"]
        assert await client.counts() == {"chat.postMessage": 1}


async def test_noise_is_told_from_what_people_write(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    """Previews change a message without an edit; Slack's own notes have a subtype."""
    heard = Heard()
    async with socket_mode(bolt_app(web_client, heard)):
        message = await slack.user("U0CAROL").post("C0HELP", "https://x.test")
        await slack.control("unfold_link", channel="C0HELP", ts=message["ts"])
        await slack.control("system_note", channel="C0HELP", subtype="channel_topic", text="t")
        await heard.everything(slack)
    assert sorted(heard.types()) == ["message", "message.channel_topic", "message.message_changed"]
    changed = next(one for one in heard.events if one.get("subtype") == "message_changed")
    assert "edited" not in changed["message"]


async def test_files_go_only_where_the_bot_is_a_member(web_client: AsyncWebClient) -> None:
    error = await refused(
        web_client.files_upload_v2(filename="a.txt", content="abc", channel="C0OTHER")
    )
    assert error["error"] == "not_in_channel"


async def test_what_one_person_sees_another_cannot_press(
    slack: Slack, web_client: AsyncWebClient
) -> None:
    await web_client.chat_postEphemeral(
        channel="C0HELP", user="U0ALICE", text="x", blocks=[actions(button())]
    )
    note = (await slack.ephemerals())[0]
    with pytest.raises(ControlRefusedError, match="not_visible_to_user"):
        await slack.user("U0CAROL").click(note, "go")


def spoiled(value: Any, path: list[int], wrong: Any) -> Any:
    """A copy with one part, found by walking down `path`, replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return wrong
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key, rest = keys[path[0] % len(keys)], path[1:]
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[key] = spoiled(value[key], rest, wrong)
    return copy


GOOD = [good for _, good, _ in MESSAGE_RULES] + [view["blocks"] for _, view, _ in MODAL_RULES]
WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, "", "x", [], [0], [None], {}, {"type": []}, {"text": 1}]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GOOD), st.lists(st.integers(0, 9), min_size=1, max_size=7), WRONG)
def test_anything_gets_a_verdict(blocks: Json, path: list[int], wrong: Any) -> None:
    """The checks never break, however badly a block is built."""
    sent = spoiled(blocks, path, wrong)
    assert isinstance(problems_in_message(sent), list)
    assert isinstance(problems_in_view(modal() | {"blocks": sent}), list)
    assert isinstance(problems_in_view(sent), list)


@given(st.text(alphabet="<>&@!#|;amp here channel UC0"))
def test_what_is_typed_never_pings(typed: str) -> None:
    """Stored once or twice, as a whole or after escaping."""
    once = literal(typed)
    assert pings(once, []) == []
    assert pings(stored(once), []) == []
    assert stored(stored(typed)) == stored(typed)
