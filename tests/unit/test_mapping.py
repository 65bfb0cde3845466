"""A value comes back from its row exactly as it was."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.card import Button, Card, Content, Line, Post, Transcript
from bot.domain.conversation import Conversation
from bot.domain.desk import Desk, Priority, Team
from bot.domain.identity import Person
from bot.domain.message import Attachment, Message
from bot.domain.states import Status
from bot.domain.summary import Point, Summary
from bot.domain.thread import Event, Note, Thread
from bot.domain.ticket import Ticket
from bot.ports.outbox import Copy, Effect, Lane
from bot.ports.repositories.platforms import Posted, Source
from storage import tables
from storage.mapping import Mapper, nested, storable

NOW = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC)))
st.register_type_strategy(
    timedelta, st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3650))
)
# A desk comes from a document, and so with plain dictionaries.
st.register_type_strategy(
    Mapping, lambda kind: st.dictionaries(*(st.from_type(one) for one in get_args(kind)))
)

STORED = {
    tables.Conversations: Conversation,
    tables.Tickets: Ticket,
    tables.Messages: Message,
    tables.Threads: Thread,
    tables.Notes: Note,
    tables.Summaries: Summary,
    tables.Events: Event,
    tables.Lanes: Lane,
    tables.Effects: Effect,
    tables.Copies: Copy,
    tables.Posts: Posted,
    tables.Sources: Source,
    tables.People: Person,
}


@pytest.mark.parametrize(("model", "kind"), STORED.items(), ids=lambda one: one.__name__)
def test_every_field_has_its_column(model: Any, kind: type) -> None:
    assert set(Mapper(kind).names) <= set(tables.table(model).columns.keys())


# What is no number is refused before (`desk_check`), and equals nothing, itself not even.
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("kind", [*STORED.values()])
@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_value_comes_back(kind: type, data: st.DataObject) -> None:
    value = data.draw(st.from_type(kind))
    mapper = Mapper(kind)
    row = mapper.dump(value)
    as_stored = {
        name: json.loads(json.dumps(item)) if isinstance(item, dict | list) else item
        for name, item in row.items()
    }
    assert mapper.load(as_stored[name] for name in mapper.names) == value


@given(desk=st.from_type(Desk))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_desk_comes_back(desk: Desk) -> None:
    document = nested(Desk)
    assert document.load(json.loads(json.dumps(document.dump(desk)))) == desk


CONTENTS: list[Content] = [
    Post(
        voice="contact",
        speaker=Person(id="console:ana", name="Ana"),
        text="hi",
        attachments=(Attachment(name="a", media_type="b", size=1, digest="c"),),
        buttons=(Button(action="ticket:claim", label="Claim", value="1", style="primary"),),
        mentions=("console:bob",),
    ),
    Card(
        number=1,
        title="#1",
        status=Status.AWAITING,
        priority=Priority.HIGH,
        contact=Person(id="console:ana", name="Ana"),
        origin="shop",
        reason="refund",
        topics=("a", "b"),
        who="Bob",
        opened_at=NOW,
    ),
    Transcript(title="t", lines=(Line(speaker="a", text="b", at=NOW, voice="agent"),)),
]


@pytest.mark.parametrize("content", CONTENTS, ids=lambda one: type(one).__name__)
def test_a_content_says_what_it_is(content: Content) -> None:
    codec = nested(Content)
    document = json.loads(json.dumps(codec.dump(content)))
    assert document["type"] == type(content).__name__.lower()
    assert codec.load(document) == content


def test_nothing_is_kept_as_nothing() -> None:
    mapper = Mapper(Summary)
    value = Summary(reason=Point(text="r"), by="b", at=NOW)
    assert mapper.dump(value)["last_action"] is None
    assert mapper.load(mapper.dump(value).values()) == value


def test_a_missing_column_is_an_error() -> None:
    mapper = Mapper(Person)
    with pytest.raises(ValueError, match="shorter"):
        mapper.load(["console:ana", "Ana"])


@dataclass(frozen=True, kw_only=True)
class Span:
    length: timedelta | None


@given(st.timedeltas(min_value=timedelta(days=-3650), max_value=timedelta(days=3650)))
def test_a_span_is_exact_to_the_microsecond(length: timedelta) -> None:
    mapper = Mapper(Span)
    assert mapper.load(mapper.dump(Span(length=length)).values()).length == length


def test_what_no_database_takes_is_replaced() -> None:
    assert storable("plain") == "plain"
    assert storable("ж👋") == "ж👋"
    assert storable("a\x00b\ud800c") == "a\ufffdb\ufffdc"


def test_a_desk_that_a_newer_program_wrote_can_be_read() -> None:
    stored = nested(Desk)
    team = Team(name="support", workspace="console", channel="support")
    document = stored.dump(Desk(teams=(team,)))
    document["newer"] = 1
    document["teams"][0]["newer"] = {"deep": True}
    assert stored.load(document) == Desk(teams=(team,))
