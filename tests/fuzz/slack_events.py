"""One good event of each kind that Slack sends, with the names of the world in them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
TS = "1700000000.000100"
RICH = {
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
FILE = {
    "id": "F0001",
    "name": "a.png",
    "title": "a",
    "mimetype": "image/png",
    "size": 10,
    "mode": "hosted",
    "url_private": "https://files.slack.test/files-pri/T0001-F0001/a.png",
}
MESSAGE: Json = {
    "type": "message",
    "channel": "C0HELP",
    "channel_type": "channel",
    "user": "U0CAROL",
    "text": "hello <@U0BOB> &amp; <https://example.org|you>",
    "ts": TS,
    "event_ts": TS,
    "team": "T0001",
    "blocks": [RICH],
}
_PLACES = {
    "message.channels": {"channel": "C0HELP", "channel_type": "channel"},
    "message.groups": {"channel": "C0TEAM", "channel_type": "group", "thread_ts": TS},
    "message.im": {"channel": "D0CAROL", "channel_type": "im", "thread_ts": TS},
}


def _messages(place: Json) -> dict[str, Json]:
    """All that a subscription to the messages of a kind of place brings."""
    written = {**MESSAGE, **place}
    about = {"type": "message", "channel": place["channel"], "ts": TS, "event_ts": TS}
    return {
        "": written,
        "file_share": {**written, "subtype": "file_share", "files": [FILE]},
        "me_message": {**written, "subtype": "me_message"},
        "thread_broadcast": {**written, "subtype": "thread_broadcast", "root": written},
        "bot_message": {**written, "subtype": "bot_message", "bot_id": "B1"},
        "channel_join": {**written, "subtype": "channel_join"},
        "message_changed": {
            **about,
            "subtype": "message_changed",
            "message": {**written, "edited": {"user": "U0CAROL", "ts": TS}},
            "previous_message": {**written, "edited": {"user": "U0CAROL", "ts": "1.2"}},
        },
        "tombstone": {
            **about,
            "subtype": "message_changed",
            "message": {**written, "subtype": "tombstone", "hidden": True},
            "previous_message": written,
        },
        "message_deleted": {
            **about,
            "subtype": "message_deleted",
            "deleted_ts": TS,
            "previous_message": written,
        },
        "message_replied": {
            **about,
            "subtype": "message_replied",
            "message": {**written, "reply_count": 1, "replies": [{"user": "U0BOB", "ts": TS}]},
        },
    }


def _of_a_channel(kind: str) -> Json:
    return {"type": kind, "channel": "C0HELP", "user": "U0ALICE", "actor_id": "U0ALICE"}


_OTHERS: dict[str, Json] = {
    "reaction_added": {
        "type": "reaction_added",
        "user": "U0CAROL",
        "item_user": "U0APPBOT",
        "reaction": "+1",
        "item": {"type": "message", "channel": "C0HELP", "ts": TS},
        "event_ts": TS,
    },
    "app_home_opened": {
        "type": "app_home_opened",
        "user": "U0ALICE",
        "channel": "D0ALICE",
        "tab": "home",
        "event_ts": TS,
    },
    **{
        kind: _of_a_channel(kind)
        for kind in (
            "channel_archive", "channel_left", "channel_unarchive",
            "group_archive", "group_left", "group_unarchive",
        )
    },
    "subteam_updated": {
        "type": "subteam_updated",
        "subteam": {"id": "S01", "handle": "support-crew", "users": ["U0ALICE", "U0BOB"]},
    },
    "tokens_revoked": {"type": "tokens_revoked", "tokens": {"bot": ["U1"], "oauth": []}},
}  # fmt: skip


def of(subscription: str) -> dict[str, Json]:
    """The events that a subscription brings, by name. Raises `KeyError` for one unknown here."""
    if subscription in _PLACES:
        found = _messages(_PLACES[subscription])
        return {f"{subscription} {subtype}".strip(): one for subtype, one in found.items()}
    return {subscription: _OTHERS[subscription]}


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
