"""A Slack workspace's export, as its owner gets it: a zip of a few files of JSON."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

SAID = [
    {"type": "message", "subtype": "channel_join", "user": "U1", "ts": "1000.0"},
    {"type": "message", "user": "U1", "text": "Hi, <@U2>", "ts": "1001.0"},
    {"type": "message", "user": "U1", "text": "I want a refund", "ts": "1002.0"},
    {"type": "message", "user": "U2", "text": "Sure", "ts": "1602.0", "thread_ts": "1001.0"},
    {"type": "message", "user": "U1", "text": "Where is it?", "ts": "9000.0"},
    {
        "type": "message",
        "user": "U3",
        "bot_id": "B1",
        "text": "Here",
        "ts": "9001.0",
        "thread_ts": "9000.0",
    },
    {"type": "message", "user": "U3", "bot_id": "B1", "text": "News!", "ts": "9500.0"},
]


def exported(messages: list[dict[str, Any]], **more: Any) -> bytes:
    """Of a channel in which Zoe wrote and Sam or a bot answered."""
    packed = io.BytesIO()
    users = [
        {"id": "U1", "team_id": "T1", "name": "zoe", "profile": {"display_name": "Zoe"}},
        {"id": "U2", "team_id": "T1", "name": "sam", "profile": {"real_name": "Sam"}},
        {"id": "U3", "team_id": "T1", "name": "helper", "is_bot": True},
    ]
    with zipfile.ZipFile(packed, "w") as out:
        out.writestr("users.json", json.dumps(more.get("users", users)))
        out.writestr("channels.json", json.dumps([{"id": "C1", "name": "help"}]))
        out.writestr("help/2026-01-02.json", json.dumps(messages))
    return packed.getvalue()
