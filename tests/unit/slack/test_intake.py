"""Slack's messages are taken in in each author's order, whatever holds one of them up."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.slack.intake import Intake
from bot import patience
from bot.domain.errors import BadInput, CannotKeep, CannotRun, ThreadCutOff
from bot.domain.identity import Person, Place
from bot.ports.inbound import Edited, Written
from bot.services.catch_up import is_ahead


class Desk:
    """Keeps what it is given, unless `refuses` says otherwise."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.taken: list[Any] = []
        self.refuses: list[Exception] = []
        self.known: set[str] = set()
        self.store = self
        self.tried = asyncio.Event()

    async def receive(self, inbound: Any, *, fetched: bool, ordered: bool) -> None:
        assert ordered
        assert not fetched
        self.tried.set()
        if self.refuses:
            raise self.refuses.pop(0)
        self.kept.append(inbound.text)
        self.taken.append(inbound)
        self.known.add(inbound.source_id)

    async def read(self, ask: Any, place: Place, source_id: str) -> bool:
        assert ask is is_ahead
        assert place == Place(workspace="slack:T1", channel="C1")
        return source_id not in self.known


class Files:
    def __init__(self) -> None:
        self.fetches = 0

    async def fetch(self, _files: object) -> tuple[()]:
        self.fetches += 1
        return ()


class Whisper:
    def __init__(self) -> None:
        self.said: list[tuple[Place, str]] = []

    async def say(self, place: Place, user: str, _words: str) -> None:
        self.said.append((place, user))


class People:
    async def person(self, user: str) -> Person:
        return Person(id=f"slack:T1/{user}", name=user)

    async def names(self, _event: object) -> dict[str, str]:
        return {}


def intake(desk: Desk, files: Files | None = None, whisper: Whisper | None = None) -> Intake:
    given: Any = (SimpleNamespace(id="slack:T1"), desk, People(), files or Files(), whisper)
    return Intake(*given)


async def test_messages_without_an_event_ts_are_all_taken_in() -> None:
    desk = Desk()
    at = intake(desk)
    events = [
        {"type": "message", "channel": "C1", "user": "U1", "ts": f"{number}.0", "text": text}
        for number, text in enumerate(("one", "two", "three"), start=1)
    ]
    await asyncio.gather(*(at.live(one) for one in (*events, events[0])))
    assert desk.kept == ["one", "two", "three"]


def said(text: str, ts: str) -> dict[str, Any]:
    return {"type": "message", "channel": "C1", "user": "U1", "ts": ts, "event_ts": ts} | {
        "text": text
    }


def told(live: Intake, text: str, ts: str) -> asyncio.Task[None]:
    return asyncio.create_task(live.live(said(text, ts)))


async def test_what_comes_as_a_connection_begins_does_not_overtake() -> None:
    desk, begun = Desk(), asyncio.get_running_loop().create_future()
    live = intake(desk)
    live.begin(begun)
    first = told(live, "one", "1.0")
    await asyncio.sleep(0.01)
    assert desk.kept == []
    begun.set_result(None)
    await asyncio.gather(told(live, "two", "2.0"), first)
    assert desk.kept == ["one", "two"]


async def test_nothing_passes_what_was_given_up_until_the_next_connection() -> None:
    desk = Desk()
    live = intake(desk)
    desk.refuses = [CannotKeep(problem="The disk is full.")]
    first = told(live, "one", "1.0")
    await desk.tried.wait()
    ending = asyncio.create_task(live.finish())
    await asyncio.sleep(0)
    late = told(live, "two", "2.0")
    await ending
    after = told(live, "three", "3.0")
    ended = await asyncio.gather(first, late, after, return_exceptions=True)
    assert [type(one) for one in ended] == [CannotKeep] * 3, "Slack sends all of them again"
    live.begin()
    for text, ts in (("one", "1.0"), ("two", "2.0"), ("three", "3.0")):
        await told(live, text, ts)
    assert desk.kept == ["one", "two", "three"]


async def test_files_are_fetched_once_while_their_message_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "_FIRST_PAUSE", 0.001)
    desk, files = Desk(), Files()
    desk.refuses = [CannotKeep(problem="The disk is full.") for _ in range(3)]
    await intake(desk, files).live(said("one", "1.0") | {"files": [{"id": "F1"}]})
    assert (desk.kept, files.fetches) == (["one"], 1)


async def test_what_can_never_be_a_message_is_acknowledged_and_what_came_too_late_is_not() -> None:
    desk = Desk()
    live = intake(desk)
    desk.refuses = [BadInput(problem="no"), CannotRun(problem="The store is closed.")]
    await told(live, "one", "1.0")
    with pytest.raises(CannotRun):
        await told(live, "two", "2.0")


async def test_an_edit_that_comes_before_its_message_brings_it_along() -> None:
    """Slack sends an event that found nobody again, a minute later."""
    desk = Desk()
    live = intake(desk)
    edited = {"user": "U1", "ts": "3.000000"}
    for number in (1, 2):
        message = said(f"edit {number}", "1.0") | {"edited": edited, "thread_ts": "0.5"}
        event = {"type": "message", "subtype": "message_changed", "channel": "C1"}
        await live.live(event | {"message": message, "event_ts": f"3.{number}"})
    assert desk.kept == ["edit 1", "edit 1", "edit 2"]
    [written, *edits] = desk.taken
    assert isinstance(written, Written)
    assert (written.thread, written.edited_at) == ("0.5", edits[0].at)
    assert all(isinstance(one, Edited) for one in edits)


@pytest.mark.parametrize("subtype", [None, "message_changed"])
async def test_whoever_writes_or_edits_in_a_thread_that_is_left_is_told(
    subtype: str | None,
) -> None:
    desk, whisper = Desk(), Whisper()
    desk.refuses = [ThreadCutOff(number=1, link="elsewhere")]
    note = said("note", "1.0") | {"thread_ts": "0.5", "edited": {"user": "U1", "ts": "3.0"}}
    changed = {"subtype": subtype, "message": note, "channel": "C1", "event_ts": "3.1"}
    await intake(desk, whisper=whisper).live({"type": "message", **changed} if subtype else note)
    place = Place(workspace="slack:T1", channel="C1", thread="0.5")
    assert whisper.said == [(place, "U1")]
