"""Whatever is shown in Slack keeps Slack's rules, and nothing in it pings who was not named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.choices import Choices
from adapters.slack.forms import command
from adapters.slack.forms import given as filled
from adapters.slack.mrkdwn import Names
from adapters.slack.rich_text import parsed, rich_text
from adapters.slack.views import answers, modals, queue
from adapters.slack.views.messages import mentions, render
from bot.commands import REGISTRY
from bot.commands.registry import Form, Response
from bot.domain.card import Button, Card, Content, Line, Post, Transcript
from bot.domain.conversation import Mode
from bot.domain.desk import Priority
from bot.domain.identity import Person
from bot.domain.message import Attachment
from bot.domain.states import Status
from bot.services.inbox import Entry, Queue, Running
from tests.emulators.slack.blocks.surfaces import (
    characters_in,
    problems_in_message,
    problems_in_view,
)
from tests.emulators.slack.text import doubtful_pings, pings

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = "<!channel> <@U0BOB> @here *b* _i_ `c` ```x``` & <https://evil|safe> "
WORDS = st.one_of(
    st.text(max_size=200),
    st.sampled_from([HOSTILE, HOSTILE * 300, "", " ", "é" * 20_000, "line\n" * 4_000]),
)
PEOPLE = st.builds(Person, id=st.just("slack:T1/U1"), name=WORDS, avatar=WORDS)
FILES = st.builds(
    Attachment,
    name=WORDS,
    media_type=st.just("x/y"),
    size=st.integers(0, 9),
    digest=st.sampled_from([None, "d"]),
    problem=WORDS,
)
BUTTONS = st.builds(
    Button, action=st.sampled_from(["a", "b", "c"]), label=WORDS, value=st.just("1")
)
CONTENTS: st.SearchStrategy[Content] = st.one_of(
    st.builds(
        Post,
        voice=st.sampled_from(["contact", "participant", "agent", "attendant", "note", "line"]),
        speaker=st.one_of(st.none(), PEOPLE),
        text=WORDS,
        attachments=st.lists(FILES, max_size=3).map(tuple),
        aside=WORDS,
        buttons=st.lists(BUTTONS, max_size=1).map(tuple),
    ),
    st.builds(
        Card,
        number=st.integers(0, 10**6),
        title=WORDS,
        status=st.sampled_from([None, *Status]),
        priority=st.sampled_from(Priority),
        contact=PEOPLE,
        origin=WORDS,
        reason=WORDS,
        topics=st.lists(WORDS, max_size=20).map(tuple),
        last_action=WORDS,
        summary_by=WORDS,
        wants=WORDS,
        mood=WORDS,
        language=WORDS,
        who=WORDS,
        opened_at=st.just(NOW),
        footer=WORDS,
    ),
    st.builds(
        Transcript,
        title=WORDS,
        lines=st.lists(
            st.builds(Line, speaker=WORDS, text=WORDS, at=st.just(NOW), voice=st.just("contact")),
            max_size=60,
        ).map(tuple),
    ),
)


@dataclass(frozen=True)
class Shown:
    """Says little of itself: examples of 40 kB are no help in a report."""

    content: Content

    def __repr__(self) -> str:
        return f"<{type(self.content).__name__} {repr(self.content)[:400]}>"


@given(given_one=CONTENTS.map(Shown))
@settings(max_examples=60, deadline=None)
def test_no_content_breaks_slacks_rules_or_pings_anybody(given_one: Shown) -> None:
    shown = render(given_one.content)
    assert problems_in_message(shown.blocks) == []
    assert characters_in(shown.blocks) <= 13_200
    assert len(shown.text.encode()) <= 4_000
    assert pings(shown.text, shown.blocks) == []
    assert doubtful_pings(shown.blocks) == []


def test_only_the_named_are_pinged() -> None:
    post = Post(voice="line", text=HOSTILE, mentions=("slack:T1/U0BOB", "slack-group:T1/S01"))
    shown = render(post)
    assert pings(shown.text, shown.blocks) == ["!subteam^S01", "@U0BOB"]
    assert mentions(("discord:900/77", "console:alice")) == ""


def test_markup_becomes_slacks_own() -> None:
    text = "**bold** _soft_ ~~gone~~ `x` [site](https://a.example)\n\n- one\n- two\n\n> said"
    kinds = [part["type"] for part in render(Post(voice="agent", text=text)).blocks[0]["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list", "rich_text_quote"]
    said = json.dumps(render(Post(voice="agent", text=text)).blocks)
    for style in ("bold", "italic", "strike", "code"):
        assert f'"{style}": true' in said
    assert '"url": "https://a.example", "text": "site"' in said


@pytest.mark.parametrize("name", REGISTRY)
def test_every_command_has_a_form_that_slack_takes_and_that_comes_back(name: str) -> None:
    known = REGISTRY[name]
    choices = Choices(
        teams=(("billing", "billing"),),
        people=(("slack:T1/U1", HOSTILE * 5),),
        tickets=(("42", "#42 · Carol"),),
    )
    asked = Form(
        command=name,
        title=f"{name} {HOSTILE}",
        arguments=known.arguments,
        values={"ticket": "#42", "text": f"**{HOSTILE}**"},
        files=known.files,
    )
    view = modals.form(asked, choices)
    if view["blocks"]:
        assert problems_in_view(view) == []
    again, _ = command(view)
    assert REGISTRY[again].handler is known.handler


def test_what_is_filled_in_is_read_by_field() -> None:
    rich: Any = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "now", "style": {"bold": True}}],
            }
        ],
    }
    view = {
        "state": {
            "values": {
                "text": {"value": {"type": "rich_text_input", "rich_text_value": rich}},
                "target": {"value": {"selected_option": {"value": "billing"}}},
                "team_channel": {"value": {"selected_conversation": "C0TEAM"}},
                "person": {"value": {"selected_user": "U0BOB"}},
                "reason": {"value": {"value": None}},
            }
        }
    }
    assert filled(view, Names()) == {
        "text": "**now**",
        "target": "billing",
        "team_channel": "C0TEAM",
        "person": "<@U0BOB>",
        "reason": "",
    }, "what was emptied is told from what was not asked"


def test_the_fullest_queue_fits_a_home_tab_and_a_message() -> None:
    entry = Entry(
        number=1,
        contact=HOSTILE * 20,
        reason=HOSTILE * 50,
        status=Status.OPEN,
        priority=Priority.URGENT,
        team="support",
        who=HOSTILE,
        waiting_since=NOW,
        due_at=NOW,
    )
    running = Running(
        conversation_id=1,
        contact=HOSTILE,
        last_words=HOSTILE * 99,
        mode=Mode.AGENT,
        who="the agent",
        last_message_at=NOW,
    )
    full = Queue(
        mine=(entry,) * 200,
        unclaimed=(entry,) * 200,
        awaiting=(entry,) * 200,
        in_progress=(entry,) * 200,
        with_agent=(running,) * 200,
        load=((HOSTILE, 3),) * 50,
    )
    view = queue.home(full)
    assert problems_in_view(view) == []
    shown = answers.render(Response(queue=full))
    assert problems_in_message(shown.blocks) == []
    assert pings(shown.text, [*view["blocks"], *shown.blocks]) == []


@given(st.from_regex(r"[A-Za-zäß][\w ,.;:?!'\"()#\-]{0,30}", fullmatch=True))
def test_plain_words_are_what_the_parser_would_find(words: str) -> None:
    assert rich_text(words) == parsed(words)
