"""What somebody says on Discord besides plain words."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from adapters.discord import incoming

WHEN = "2026-03-01T12:00:00+00:00"
SAID: dict[str, Any] = {
    "id": "7",
    "channel_id": "5",
    "author": {"id": "1", "username": "carol", "discriminator": "0", "avatar": None},
    "content": "",
    "type": 0,
    "timestamp": WHEN,
    "edited_timestamp": None,
    "tts": False,
    "mention_everyone": False,
    "pinned": False,
    **{name: [] for name in ("mentions", "mention_roles", "attachments", "embeds")},
}


def told(**more: Any) -> str:
    state: Any = discord.Client(intents=discord.Intents.none())._connection
    channel: Any = discord.PartialMessageable(state=state, id=5)
    return incoming.words(discord.Message(state=state, channel=channel, data={**SAID, **more}), 9)


def test_a_poll_is_its_question_and_its_answers() -> None:
    answers = [{"answer_id": n, "poll_media": {"text": f"plan {n}"}} for n in (1, 2)]
    poll = {
        "question": {"text": "Which one?"},
        "answers": answers,
        "expiry": WHEN,
        "allow_multiselect": False,
        "layout_type": 1,
    }
    assert told(poll=poll) == "[poll: Which one? plan 1 / plan 2]"


def test_what_is_passed_on_says_what_a_bot_said_in_its_embeds() -> None:
    order = {
        "type": "rich",
        "title": "Order 12",
        "description": "was sent",
        "fields": [{"name": "To", "value": "Carol"}],
    }
    preview = {"type": "link", "title": "A page"}
    snapshot = {**SAID, "content": "", "embeds": [order, preview]}
    words = told(
        message_snapshots=[{"message": snapshot}], message_reference={"type": 1, "channel_id": "5"}
    )
    assert words == "Forwarded:\n> Order 12\n> was sent\n> To: Carol"


@pytest.mark.parametrize(
    ("text", "title", "words"),
    [
        ("please help", "Refund for  order 12", "Refund for order 12\nplease help"),
        ("Refund please, it broke", "refund please", "Refund please, it broke"),
        ("", "Refund", "Refund"),
        ("please help", "", "please help"),
    ],
)
def test_a_forum_post_says_its_title(text: str, title: str, words: str) -> None:
    assert incoming.titled(text, title) == words
