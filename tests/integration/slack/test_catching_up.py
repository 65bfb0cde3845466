"""What was missed in Slack is fetched before anything flows again, whatever fails meanwhile."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from adapters.slack.catching_up import CatchUp
from adapters.slack.platform import Slack
from bot.domain.identity import Person
from bot.domain.message import Author
from bot.duty import Duty
from bot.ports.inbound import Deleted, Written
from bot.ports.repositories.platforms import ANY_DIRECT, Source
from bot.services import duty
from tests.world import World

CAROL = Person(id="console:carol", name="Carol")


class Web:
    """The listing and the history of Slack, either of which may fail."""

    def __init__(self, *stamps: str) -> None:
        self.stamps = stamps
        self.lists = self.tells = True

    async def users_conversations(self, **_: Any) -> Any:
        if not self.lists:
            raise aiohttp.ClientError("the listing")
        return SimpleNamespace(data={"channels": [{"id": "D1"}]})

    async def conversations_history(self, **_: Any) -> Any:
        if not self.tells:
            raise aiohttp.ClientError("the history")
        return SimpleNamespace(data={"messages": [{"ts": one} for one in self.stamps]})

    async def conversations_replies(self, **_: Any) -> Any:
        return SimpleNamespace(data={"messages": []})


class Places:
    async def watch(self) -> None: ...
    async def has_direct(self) -> bool:
        return True


class Intake:
    def __init__(self, world: World) -> None:
        self._world = world

    async def fetched(self, message: Any, channel: str) -> None:
        if ts := message.get("deleted_ts"):
            now = self._world.clock.now()
            gone = Deleted(workspace="console", channel=channel, source_id=ts, at=now)
            await self._world.baton.receive(gone, fetched=True)
            return
        await self._world.baton.receive(written(self._world, message["ts"]), fetched=True)


def written(world: World, stamp: str, text: str = "") -> Written:
    return Written(
        workspace="console",
        channel="D1",
        direct=True,
        source_id=stamp,
        author=CAROL,
        text=text or f"word {stamp}",
        at=world.clock.now(),
    )


def looking(world: World, web: Web) -> CatchUp:
    workspace: Any = SimpleNamespace(id="console", client=web)
    intake: Any = Intake(world)
    places: Any = Places()
    return CatchUp(workspace, world.baton, intake, places)


async def behind(world: World, *channels: str) -> None:
    """These places have a past, and a new connection is about to be made."""
    for channel in channels:
        await world.baton.reached("console", channel, "", "0.5")
    await world.baton.begin_catching_up("console")


async def said(world: World) -> list[str]:
    return [one.text for one in await world.messages() if one.author is Author.CONTACT]


async def source(world: World, channel: str) -> Source:
    found = await world.store.read(lambda tx: tx.sources.get("console", channel))
    assert found is not None
    return found


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_somebodys_first_words_come_first_when_their_history_fails_once(world: World) -> None:
    web = Web("2.0", "1.0")
    catch_up = looking(world, web)
    await behind(world, ANY_DIRECT)
    await world.baton.receive(written(world, "2.0"))
    web.tells = False
    assert not await catch_up.look()
    assert await said(world) == [], "the first words may be missing still"
    web.tells = True
    assert await catch_up.look()
    assert await said(world) == ["word 1.0", "word 2.0"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("is_new", [True, False])
async def test_what_was_deleted_while_it_waited_is_not_told(world: World, *, is_new: bool) -> None:
    """It came live and was kept for later; then Baton died, and its deletion found nobody."""
    await behind(world, *([ANY_DIRECT] if is_new else [ANY_DIRECT, "D1"]))
    for stamp in ("1.0", "2.0", "3.0"):
        await world.baton.receive(written(world, stamp))
    assert await looking(world, Web("1.0", "3.0")).look()
    assert await said(world) == ["word 1.0", "word 3.0"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_was_edited_while_it_waited_is_taken_in_as_it_stands(world: World) -> None:
    """Also where a place was read beyond it, as its thread was not followed then."""
    await behind(world, "D1")
    await world.baton.receive(written(world, "1.0", "my nubmer"))
    await world.baton.reached("console", "D1", "", "2.0")
    assert await looking(world, Web("1.0")).look()
    assert await said(world) == ["word 1.0"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_waits_goes_on_waiting_when_a_new_connection_comes(world: World) -> None:
    catch_up = looking(world, Web())
    await behind(world, "D1")
    for number in range(3, 9):
        await world.baton.receive(written(world, f"{number}.0"))
    releasing = asyncio.create_task(catch_up._release("console", "D1"))
    while len(await said(world)) < 2:
        await asyncio.sleep(0)
    catch_up.request()
    await world.baton.begin_catching_up("console")
    await releasing
    assert (await source(world, "D1")).catching_up


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_direct_messages_that_cannot_be_listed_hold_no_channel_up(world: World) -> None:
    web = Web()
    web.lists = False
    catch_up = looking(world, web)
    await behind(world, ANY_DIRECT, "C1")
    assert not await catch_up.look()
    assert not (await source(world, "C1")).catching_up
    assert (await source(world, ANY_DIRECT)).catching_up, "whoever is new waits"


async def test_a_passing_fault_at_the_beginning_refuses_nothing_for_good() -> None:
    begun, waits = [], []

    class Baton:
        async def begin_catching_up(self, _: str) -> None:
            begun.append(1)
            if len(begun) == 1:
                raise RuntimeError("a passing fault of the database")

    slack: Any = Slack.__new__(Slack)
    slack._baton, slack._workspace = Baton(), SimpleNamespace(id="x")
    slack._catch_up = SimpleNamespace(request=lambda: None)
    slack._intake, slack._begun = SimpleNamespace(begin=waits.append), None
    await slack._hears(None, {"type": "hello"}, None)
    async with asyncio.timeout(60):
        await waits[0]
    assert len(begun) == 2


async def test_a_second_hello_waits_for_what_the_first_one_has_begun() -> None:
    go_on, waits = asyncio.Event(), []

    class Baton:
        async def begin_catching_up(self, _: str) -> None:
            await go_on.wait()

    slack: Any = Slack.__new__(Slack)
    slack._baton, slack._workspace = Baton(), SimpleNamespace(id="x")
    slack._catch_up = SimpleNamespace(request=lambda: None)
    slack._intake, slack._begun = SimpleNamespace(begin=waits.append), None
    for _ in range(2):
        await slack._hears(None, {"type": "hello"}, None)
    assert waits[0] is waits[1]
    go_on.set()
    await waits[0]


@pytest.mark.parametrize(("mode", "free"), [("http", True), ("http", False), ("socket", True)])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_by_http_what_comes_first_waits_for_what_was_missed(
    world: World, mode: str, *, free: bool
) -> None:
    """Where another process is at work it has seen to that."""
    await world.baton.reached("slack:T1", "C1", "", "0.5")
    if not free:
        await world.store.transact(duty.take, "Slack's connection", "elsewhere:1", None)
    slack: Any = Slack.__new__(Slack)
    slack._baton, slack._workspace = world.baton, SimpleNamespace(id="slack:T1")
    slack._app_token = "xapp" if mode == "socket" else ""
    slack._duty, slack._is_open = Duty(world.store, "Slack's connection"), False
    await slack._open()
    assert slack._is_open
    found = await world.store.read(lambda tx: tx.sources.get("slack:T1", "C1"))
    assert found is not None
    assert found.catching_up is (mode == "http" and free)
