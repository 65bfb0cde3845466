"""Slack's messages as what comes in."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack import convert, forwarded
from adapters.slack.convert import moment
from adapters.slack.mrkdwn import Names, from_text, mentioned, to_markdown
from adapters.slack.rich_text import plain, rich_text
from bot.domain.identity import Person
from bot.ports.inbound import Edited

NAMES = Names(users={"U0BOB": "Bob"}, groups={"S01": "support-crew"})
CAROL = Person(id="slack:T0001/U0CAROL", name="Carol")


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*bold* and _soft_ and ~gone~", "**bold** and _soft_ and ~~gone~~"),
        ("2*3*4 and snake_case_name", r"2\*3\*4 and snake_case_name"),
        ("a &lt; b &amp;&amp; c &gt; d", "a < b && c > d"),
        (
            "<@U0BOB> in <#C0X|general>, <!here> <!subteam^S01>",
            "@Bob in #general, @here @support-crew",
        ),
        (
            "<https://a.example|the site> <https://b.example>",
            "[the site](https://a.example) https://b.example",
        ),
        ("<mailto:x@y.example|x@y.example>", "[x@y.example](mailto:x@y.example)"),
        ("`*code*` ```\n*more*\n```", "`*code*` ```\n*more*\n```"),
        ("<!date^1700000000^{date}|14 Nov>", "14 Nov"),
    ],
)
def test_text_becomes_markdown(text: str, markdown: str) -> None:
    assert from_text(text, NAMES) == markdown


def leaf(text: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def test_what_a_client_formatted_is_read_from_its_rich_text() -> None:
    block = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    leaf("see "),
                    leaf("this ", bold=True, italic=True),
                    {"type": "user", "user_id": "U0BOB"},
                    {"type": "emoji", "name": "tada", "unicode": "1f389"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [{"type": "rich_text_section", "elements": [leaf("one")]}],
            },
            {"type": "rich_text_preformatted", "elements": [leaf("x = 1")]},
            {"type": "rich_text_quote", "elements": [leaf("said\ntwice")]},
        ],
    }
    assert to_markdown({"text": "ignored", "blocks": [block]}, NAMES) == (
        "see _**this**_ @Bob🎉\n1. one\n```\nx = 1\n```\n> said\n> twice"
    )


@pytest.mark.parametrize(
    "markdown",
    [
        "plain words",
        "**bold** _soft_ ~~gone~~ `code`",
        "[site](https://a.example) and https://b.example/x_y_z?a=1&b=2",
        "- one\n- two",
        "1. one\n2. two",
        "> said",
        "```\ncode *as is*\n```",
    ],
)
def test_markdown_survives_a_round_trip_through_slack(markdown: str) -> None:
    block = rich_text(markdown)
    message = {"text": plain(block), "blocks": [block]}
    assert to_markdown(message, NAMES) in {markdown, plain(block)}


def event(**more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "channel": "C0HELP",
        "channel_type": "channel",
        "user": "U0CAROL",
        "text": "hi",
        "ts": "1700000000.000100",
        **more,
    }


def test_a_message_in_a_channel_opens_a_thread_for_its_answers() -> None:
    found = convert.written(event(), workspace="slack:T0001", author=CAROL, names=NAMES)
    assert (found.thread, found.opens, found.direct) == (None, "1700000000.000100", False)
    assert found.key == "slack:T0001/C0HELP/1700000000.000100"
    below = convert.written(
        event(thread_ts="1600000000.000100"), workspace="slack:T0001", author=CAROL, names=NAMES
    )
    assert (below.thread, below.opens) == ("1600000000.000100", None)


def test_a_direct_message_has_no_thread() -> None:
    direct = event(channel="D0X", channel_type="im", thread_ts="1600000000.000100")
    found = convert.written(direct, workspace="slack:T0001", author=CAROL, names=NAMES)
    assert (found.thread, found.opens, found.direct) == (None, None, True)


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"subtype": "file_share"}, True),
        ({"subtype": "thread_broadcast"}, True),
        ({"subtype": "channel_join"}, False),
        ({"subtype": "bot_message", "bot_id": "B1"}, False),
        ({"bot_id": "B1"}, False),
    ],
)
def test_what_counts_as_written(more: dict[str, Any], *, counts: bool) -> None:
    assert convert.is_written(event(**more)) is counts
    assert convert.matters(event(**more)) is counts


def test_what_is_forwarded_is_said_with_its_files() -> None:
    """Slack: a forwarded message stands in the attachments; the text is what was said to it."""
    share = {
        "is_share": True,
        "author_name": "Dan",
        "text": "*Error 42*\nfor <@U0BOB>",
        "files": [{"id": "F2"}],
    }
    preview = {"original_url": "https://a.example", "text": "a page"}
    passed_on = event(text="", files=[{"id": "F1"}], attachments=[share, preview])
    found = convert.written(passed_on, workspace="slack:T0001", author=CAROL, names=NAMES)
    assert found.text == "Forwarded from Dan:\n> **Error 42**\n> for @Bob"
    assert [one["id"] for one in forwarded.files(passed_on)] == ["F1", "F2"]
    assert mentioned(passed_on, *forwarded.shared(passed_on))[0] == {"U0BOB"}
    unsaid = event(text="see", attachments=[{"is_share": True, "files": [{"id": "F2"}]}])
    assert forwarded.words(unsaid, NAMES) == "see\nForwarded:"


def test_an_unfolded_link_is_no_edit() -> None:
    message = event(edited={"user": "U0CAROL", "ts": "1700000001.000000"})
    change = {"channel": "C0HELP", "subtype": "message_changed", "message": message}
    assert convert.edited(change, workspace="slack:T0001", names=NAMES) is not None
    unfolded = {**change, "previous_message": message}
    assert convert.edited(unfolded, workspace="slack:T0001", names=NAMES) is None
    assert convert.edited({**change, "message": event()}, workspace="s", names=NAMES) is None


def test_edits_of_one_second_are_told_apart_and_what_is_fetched_is_the_last() -> None:
    def change(text: str, **more: str) -> Edited:
        message = event(text=text, edited={"user": "U0CAROL", "ts": "1700000001.000000"})
        before = event(text="one", edited=message["edited"])
        told = {"channel": "C0HELP", "message": message, "previous_message": before, **more}
        found = convert.edited(told, workspace="slack:T0001", names=NAMES)
        assert found is not None
        return found

    first = change("two", event_ts="1700000001.000300")
    second = change("three", event_ts="1700000001.000500")
    fetched, later = change("three"), change("four")
    assert first.at < second.at < fetched.at < moment("1700000002.000000")
    assert later.at == fetched.at
    assert len({first.key, second.key, fetched.key, later.key}) == 4
    assert change("three").key == fetched.key


def test_a_tombstone_is_a_deletion() -> None:
    buried = event(subtype="tombstone")
    change = {
        "channel": "C0HELP",
        "subtype": "message_changed",
        "message": buried,
        "event_ts": "1700000002.0",
    }
    found = convert.deleted(change, workspace="slack:T0001")
    assert found is not None
    assert found.source_id == "1700000000.000100"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [["bold"]]}]},
        {"type": "rich_text", "elements": 7},
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_list", "indent": "deep", "elements": [{"elements": []}]}
            ],
        },
        "no block",
    ],
)
def test_rich_text_that_cannot_be_read_leaves_the_text(block: Any) -> None:
    assert to_markdown({"text": "*Hello*", "blocks": [block]}, NAMES) == "**Hello**"
