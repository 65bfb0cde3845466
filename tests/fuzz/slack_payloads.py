"""One good payload of each kind that Slack sends, with the names of the world in them."""

from __future__ import annotations

from typing import Any

from bot.commands.actions import DEEDS

Json = dict[str, Any]
TS = "1700000000.000100"
_RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "hello ", "style": {"bold": True}},
                {"type": "user", "user_id": "U0CAROL"},
                {"type": "link", "url": "https://example.org", "text": "here"},
                {"type": "emoji", "name": "wave"},
                {"type": "usergroup", "usergroup_id": "S01"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 0,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "a"}]}
            ],
        },
    ],
}
_FILE = {
    "id": "F0001",
    "name": "a.png",
    "title": "a",
    "mimetype": "image/png",
    "size": 10,
    "mode": "hosted",
    "url_private": "https://files.slack.com/files-pri/T0001-F0001/a.png",
}
_MESSAGE = {
    "type": "message",
    "channel": "C0HELP",
    "channel_type": "channel",
    "user": "U0CAROL",
    "text": "hello <@U0BOB> &amp; <https://example.org|you>",
    "ts": TS,
    "event_ts": TS,
    "team": "T0001",
    "blocks": [_RICH],
}
EVENTS: dict[str, Json] = {
    "message": _MESSAGE,
    "message.file_share": {**_MESSAGE, "subtype": "file_share", "files": [_FILE]},
    "message.im": {**_MESSAGE, "channel": "D0CAROL", "channel_type": "im", "thread_ts": TS},
    "message_changed": {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C0HELP",
        "ts": TS,
        "message": {**_MESSAGE, "edited": {"user": "U0CAROL", "ts": TS}},
        "previous_message": {**_MESSAGE, "edited": {"user": "U0CAROL", "ts": "1.2"}},
    },
    "message_deleted": {
        "type": "message",
        "subtype": "message_deleted",
        "channel": "C0HELP",
        "ts": TS,
        "deleted_ts": TS,
        "previous_message": _MESSAGE,
    },
    "reaction_added": {
        "type": "reaction_added",
        "user": "U0CAROL",
        "reaction": "+1",
        "item": {"type": "message", "channel": "C0HELP", "ts": TS},
        "event_ts": TS,
    },
    "app_home_opened": {"type": "app_home_opened", "user": "U0ALICE", "tab": "home"},
    "channel_archive": {"type": "channel_archive", "channel": "C0HELP"},
    "subteam_updated": {"type": "subteam_updated", "subteam": {"id": "S01"}},
    "tokens_revoked": {"type": "tokens_revoked", "tokens": {"bot": ["U1"], "oauth": []}},
}
_WHO = {
    "user": {"id": "U0ALICE", "username": "alice", "team_id": "T0001"},
    "team": {"id": "T0001", "domain": "acme"},
    "api_app_id": "A1",
    "token": "t",
    "trigger_id": "1.2.abc",
    "response_url": "http://127.0.0.1:9/response",
}
_CONTAINER = {
    "type": "message",
    "message_ts": TS,
    "channel_id": "C0TEAM",
    "is_ephemeral": False,
    "thread_ts": TS,
}


def _button(action: str) -> Json:
    return {
        **_WHO,
        "type": "block_actions",
        "container": _CONTAINER,
        "channel": {"id": "C0TEAM"},
        "message": {**_MESSAGE, "channel": "C0TEAM"},
        "actions": [
            {"type": "button", "action_id": action, "block_id": "b", "value": "1", "action_ts": TS}
        ],
    }


def _view(callback: str, metadata: str, values: Json) -> Json:
    return {
        "id": "V1",
        "type": "modal",
        "hash": "1.a",
        "callback_id": callback,
        "private_metadata": metadata,
        "blocks": [{"type": "input", "block_id": "text", "element": {"type": "plain_text_input"}}],
        "state": {"values": values},
        "title": {"type": "plain_text", "text": "x"},
    }


_VALUES = {
    "text": {"value": {"type": "rich_text_input", "rich_text_value": _RICH}},
    "files": {"value": {"type": "file_input", "files": [_FILE]}},
    "target": {"value": {"type": "static_select", "selected_option": {"value": "billing"}}},
    "reason": {"value": {"type": "plain_text_input", "value": "done"}},
    "attendant": {"value": {"type": "users_select", "selected_user": "U0BOB"}},
}
INTERACTIONS: dict[str, Json] = {
    **{f"button {action}": _button(action) for action in DEEDS},
    "button choice": _button("choice:send"),
    "button more": _button("ticket:more"),
    "button in a view": {
        **_button("ticket:claim"),
        "container": {"type": "view", "view_id": "V1"},
        "view": {**_view("home", "", {}), "type": "home"},
    },
    **{
        f"modal {action}": {
            **_WHO,
            "type": "view_submission",
            "view": _view(action, "1", _VALUES),
            "response_urls": [],
        }
        for action in ("ticket:reply", "ticket:note", "ticket:transfer", "ticket:close")
    },
    "modal command": {
        **_WHO,
        "type": "view_submission",
        "view": _view("command:desk team edit", '{"team": "support"}', _VALUES),
    },
    "view_closed": {**_WHO, "type": "view_closed", "view": _view("ticket:reply", "1", {})},
    "shortcut": {
        **_WHO,
        "type": "message_action",
        "callback_id": "send_to_contact",
        "channel": {"id": "C0TEAM", "name": "support"},
        "message": {**_MESSAGE, "thread_ts": TS, "files": [_FILE]},
        "message_ts": TS,
    },
    "global shortcut": {**_WHO, "type": "shortcut", "callback_id": "send_to_contact"},
    "suggestion": {
        **_WHO,
        "type": "block_suggestion",
        "action_id": "value",
        "block_id": "target",
        "value": "bil",
        "view": _view("ticket:transfer", "1", {}),
    },
}
COMMANDS: dict[str, Json] = {
    line: {
        "command": f"/{line.split()[0]}",
        "text": line.partition(" ")[2],
        "user_id": "U0ALICE",
        "user_name": "alice",
        "team_id": "T0001",
        "channel_id": "C0TEAM",
        "api_app_id": "A1",
        "trigger_id": "1.2.abc",
        "response_url": "http://127.0.0.1:9/response",
        "token": "t",
    }
    for line in ("reply 1 hello", "ticket transfer 1 billing", "queue", "desk team list", "audit")
}


def envelope(event: Any, app: str = "A1") -> Json:
    return {
        "token": "t",
        "team_id": "T0001",
        "api_app_id": app,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev1",
        "event_time": 1700000000,
        "authorizations": [{"team_id": "T0001", "user_id": "U0APPBOT", "is_bot": True}],
    }
