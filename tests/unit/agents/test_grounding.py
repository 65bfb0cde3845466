"""What a model claims about a conversation, and where its answers may lead."""

from __future__ import annotations

import json

import pytest

from adapters.agents.addresses import invented
from adapters.agents.grounding import citations
from adapters.agents.outgoing import clean
from adapters.agents.tools import written
from tests.unit.agents.conversations import conversation

SAID = conversation(
    "> How can I download an invoice?",
    "< Which one?",
    "> The one over 1,840 of 17 May, order 4711-22",
)


@pytest.mark.parametrize(
    ("text", "cited", "rests_on"),
    [
        ("They want to download an invoice.", [1], (1,)),
        ("They want to download an invoice.", [1, 1, 99], (1,)),
        ("They want to download an invoice.", [2], (1,)),
        ("They want to download an invoice.", [], (1,)),
        ("Something else altogether.", [2], (2,)),
        ("Something else altogether.", [99], ()),
        ("The invoice over 1840 of order 4711-22.", [3], (3,)),
        ("In 2026 it was 17 May.", [3], (3,)),
        ("The invoice over 9,999.", [3], ()),
        ("Sie möchten eine Rechnung.", [1], (1,)),
    ],
)
def test_a_statement_rests_on_what_was_said(
    text: str, cited: list[int], rests_on: tuple[int, ...]
) -> None:
    assert citations(text, cited, SAID) == rests_on


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See https://help.example.com/a and www.help.example.com/b", ""),
        ("See [here](https://evil.example/pay)", "evil.example"),
        ("See https://help.example.com@evil.example/", "evil.example"),
        ("See http://198.51.100.7/x", "198.51.100.7"),
        ("See HTTPS://Help.Example.com:8443/", ""),
        ("See www.evil.example", "evil.example"),
        ("Write to Carol@mail.example", ""),
        ("Write to refunds@evil.example", "refunds@evil.example"),
        ("Version 1.2, file a.md, 3.5 EUR", ""),
        ("See evil.example/pay", "evil.example"),
        ("See [here](evil.example) or [there](//evil.example)", "evil.example"),
        ("See hxxp://evil.example or ftp://evil.example", "evil.example"),
        ("See https://evil\u3002example/", "evil.example"),
        ("See https://mail.example/carol", "mail.example"),
        ("See help.example.com/b and pay.example/c", "pay.example"),
        ("Booking.com and node.js work, and/or ask Mr. Smith at 8 a.m./p.m.", ""),
        ("The path is docs/a.md or C:/docs/a.md, and [this](#below) too", ""),
    ],
)
def test_addresses_stand_somewhere_or_do_not_leave(text: str, found: str) -> None:
    assert invented(text, "https://help.example.com/start carol@mail.example") == found


@pytest.mark.parametrize(
    ("given", "spoken"),
    [
        ("<think>They want…</think>\n\nYes.", "Yes."),
        ("They want…</think>Yes.", "Yes."),
        ("<think>They want…", ""),
        ("I think so.", "I think so."),
    ],
)
def test_thoughts_are_not_spoken(given: str, spoken: str) -> None:
    assert clean(given) == spoken


CALL = json.dumps({"name": "escalate", "arguments": {"reason": "why"}})


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (CALL, ["escalate"]),
        (f"<tool_call>\n{CALL}\n</tool_call>", ["escalate"]),
        (f"```json\n{CALL}\n```", ["escalate"]),
        (f"<think>so</think><|tool_call|>{CALL}", ["escalate"]),
        ('{"name": "search", "parameters": {"query": "x"}}', ["search"]),
        (f"Say {CALL}", []),
        ('{"name": "refund", "arguments": {}}', []),
        ('{"query": "x"}', []),
        ("[1, 2]", []),
        ("", []),
    ],
)
def test_calls_that_a_server_left_in_the_words(text: str, names: list[str]) -> None:
    assert [one.name for one in written(text)] == names
