"""A look at what stands in Slack, whatever its lists tell and leave out: nobody's words are lost or
taken for deleted, and nothing is fetched again and again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.slack.catching_up import CatchUp
from adapters.slack.intake import Intake
from bot.domain.errors import CannotKeep
from bot.domain.identity import Person
from bot.domain.message import Author
from bot.ports.store import Store
from tests.world import World, at_work

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Json = dict[str, Any]


class Channel:
    """What stands in a channel, told as Slack tells it. `lags`: its lists do not have these yet."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.rows: dict[str, Json] = {}
        self.lags: set[str] = set()
        self.after_history: list[Callable[[], object]] = []
        self.asked: list[str] = []

    def put(self, channel: str, ago: float, text: str, thread: str = "", **more: Any) -> Json:
        """Somebody writes; answers with the event."""
        ts = f"{self.now - ago:.6f}"
        row = {"type": "message", "user": "carol", "ts": ts, "text": text, **more}
        self.rows[ts] = row | ({"thread_ts": thread} if thread else {})
        kind = {"channel_type": "im"} if channel.startswith("D") else {}
        return {**self.rows[ts], "channel": channel, "event_ts": ts, **kind}

    async def conversations_history(self, **asked: Any) -> Any:
        self.asked.append("history")
        oldest, latest = float(asked["oldest"]), float(asked.get("latest") or "inf")
        roots = [one for one in self.rows.values() if one.get("thread_ts") in {None, one["ts"]}]
        found = [
            self._root(one)
            for one in sorted(roots, key=lambda one: -float(one["ts"]))
            if oldest <= float(one["ts"]) <= latest and one["ts"] not in self.lags
        ]
        answer = self._answer(found)
        if self.after_history:
            self.after_history.pop(0)()
        return answer

    async def conversations_replies(self, *, ts: str, oldest: str = "0", **_: Any) -> Any:
        self.asked.append(f"replies {self.rows[ts]['text']}" if ts in self.rows else "replies")
        found = [self._root(one) for one in self.rows.values() if one["ts"] == ts]
        found += [
            one
            for one in self.rows.values()
            if one.get("thread_ts") == ts != one["ts"] and float(one["ts"]) >= float(oldest)
        ]
        return self._answer([one for one in found if one["ts"] not in self.lags])

    def _root(self, row: Json) -> Json:
        ts = row["ts"]
        stamps = [
            one["ts"] for one in self.rows.values() if one.get("thread_ts") == ts != one["ts"]
        ]
        return row | ({"latest_reply": max(stamps, key=float)} if stamps else {})

    def _answer(self, found: list[Json]) -> Any:
        date = format_datetime(datetime.fromtimestamp(self.now, UTC), usegmt=True)
        return SimpleNamespace(data={"messages": found}, headers={"Date": date})


class People:
    async def person(self, user: str) -> Person:
        return Person(id=f"console:{user}", name=user.capitalize())

    async def names(self, _message: object) -> dict[str, str]:
        return {}


class Downloads:
    def __init__(self) -> None:
        self.fetched = 0

    async def fetch(self, files: Any) -> tuple[()]:
        self.fetched += len(files)
        return ()


class Places:
    """Everything is followed already."""

    async def watch(self) -> None: ...
    async def has_direct(self) -> bool:
        return False


class Desk:
    """A contact in a channel, and Baton as it listens and looks."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.web = Channel(world.clock.now().timestamp())
        self.downloads = Downloads()
        workspace: Any = SimpleNamespace(id="console", client=self.web)
        given: Any = (workspace, world.baton, People(), self.downloads, None)
        self.intake = Intake(*given)
        places: Any = Places()
        self.catch_up = CatchUp(workspace, world.baton, self.intake, places)

    async def followed(self, channel: str, ago: float) -> None:
        await self.world.baton.reached("console", channel, "", f"{self.web.now - ago:.6f}")

    async def hello(self) -> None:
        await self.world.baton.begin_catching_up("console")

    async def stands(self) -> list[str]:
        """What the contact said and did not take back."""
        messages = await self.world.store.read(
            lambda tx: [
                message
                for conversation in tx.conversations.recent(9)
                for message in tx.messages.of(conversation.id)
            ]
        )
        ordered = sorted(messages, key=lambda one: one.id)
        return [one.text for one in ordered if one.author is Author.CONTACT and not one.deleted_at]


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    async with at_work(store) as world:
        world.clock.move(datetime.now(UTC) - world.clock.now())
        yield Desk(world)


async def test_a_reply_in_a_thread_of_a_direct_conversation_waits_and_is_taken_in(
    desk: Desk,
) -> None:
    root = desk.web.put("D1", 900_000, "long ago")["ts"]
    await desk.intake.live(desk.web.put("D1", 60, "hello"))
    await desk.followed("D1", 60)
    await desk.hello()
    await desk.intake.live(desk.web.put("D1", 30, "my number is 42", thread=root))
    assert await desk.catch_up.look()
    assert await desk.stands() == ["hello", "my number is 42"]
    await desk.hello()
    assert await desk.catch_up.look()
    assert await desk.stands() == ["hello", "my number is 42"], "nor is it deleted afterwards"


async def test_replies_below_a_second_message_of_a_conversation_are_not_taken_for_deleted(
    desk: Desk,
) -> None:
    await desk.intake.live(desk.web.put("D1", 500, "the printer is broken"))
    second = desk.web.put("D1", 400, "it is the one upstairs")
    await desk.intake.live(second)
    await desk.intake.live(desk.web.put("D1", 300, "and it smells", thread=second["ts"]))
    await desk.followed("D1", 250)
    for _ in range(2):
        await desk.hello()
        assert await desk.catch_up.look()
    assert len(await desk.stands()) == 3


async def test_a_reply_that_was_taken_back_while_nobody_looked_is_deleted(desk: Desk) -> None:
    root = desk.web.put("D1", 500, "the printer is broken")
    await desk.intake.live(root)
    reply = desk.web.put("D1", 300, "never mind", thread=root["ts"])
    await desk.intake.live(reply)
    await desk.followed("D1", 250)
    del desk.web.rows[reply["ts"]]
    await desk.hello()
    assert await desk.catch_up.look()
    assert await desk.stands() == ["the printer is broken"]


async def test_what_is_too_new_for_the_history_is_not_taken_for_deleted(desk: Desk) -> None:
    await desk.intake.live(desk.web.put("D1", 60, "hello"))
    await desk.followed("D1", 60)
    await desk.hello()
    new = desk.web.put("D1", 0.5, "just now")
    desk.web.lags.add(new["ts"])
    await desk.intake.live(new)
    assert await desk.catch_up.look()
    assert await desk.stands() == ["hello", "just now"]


async def test_what_is_written_while_the_history_is_read_is_found_by_the_next_look(
    desk: Desk,
) -> None:
    """The second question tells of a later reply; the first one is asked no more."""
    people = enumerate(("carol", "dan"))
    old = [desk.web.put("lobby", 900_000 + n, "human please", user=who) for n, who in people]
    for one in old:
        await desk.intake.live(one)
    await desk.intake.live(desk.web.put("lobby", 60, "hello", thread=old[0]["ts"]))
    await desk.followed("lobby", 20)

    def meanwhile() -> None:
        desk.web.put("lobby", 3, "my house is on fire")
        desk.web.put("lobby", 2, "any news?", thread=old[1]["ts"])

    desk.web.after_history.append(meanwhile)
    for _ in range(2):
        await desk.hello()
        assert await desk.catch_up.look()
        desk.web.now += 60
    assert "my house is on fire" in await desk.stands()


async def test_what_is_known_is_not_fetched_again_with_its_files(desk: Desk) -> None:
    root = desk.web.put("lobby", 900_000, "human please")
    await desk.intake.live(root)
    await desk.followed("lobby", 800)
    for ago in (700, 600, 500):
        files = [{"id": f"F{ago}"}]
        desk.web.put("lobby", ago, f"picture {ago}", thread=root["ts"], files=files)
        await desk.hello()
        assert await desk.catch_up.look()
    assert len(await desk.stands()) == 4
    assert desk.downloads.fetched == 3


async def test_a_database_that_is_out_is_waited_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.followed("D1", 60)
    desk.web.put("D1", 30, "missed")
    kept = desk.world.baton.reached
    refused = [CannotKeep(problem="The disk is full.") for _ in range(5)]

    async def reached(*given: Any) -> None:
        if refused and given[1] == "D1":
            raise refused.pop()
        await kept(*given)

    monkeypatch.setattr(desk.world.baton, "reached", reached)
    monkeypatch.setattr("adapters.slack.catching_up._AGAIN_S", 0.001)
    desk.catch_up.request()
    running = asyncio.create_task(desk.catch_up.run())
    async with asyncio.timeout(60):
        await desk.catch_up.done.wait()
    assert not running.done()
    running.cancel()
    assert await desk.stands() == ["missed"]


async def test_what_was_too_new_to_tell_of_is_looked_at_again_soon(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.catching_up._SOON_S", 0.001)
    await desk.intake.live(desk.web.put("D1", 60, "hello"))
    await desk.followed("D1", 60)
    taken_back = desk.web.put("D1", 0.5, "my password")
    await desk.intake.live(taken_back)
    del desk.web.rows[taken_back["ts"]]
    assert await desk.catch_up.look()
    assert await desk.stands() == ["hello", "my password"]
    desk.web.now += 3
    async with asyncio.timeout(60):
        assert await desk.catch_up._asked(), "nobody did, and it is time"
    assert await desk.catch_up.look()
    assert await desk.stands() == ["hello"]
