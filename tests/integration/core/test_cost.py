"""What a relayed message costs: statements and commits, so that neither creeps up unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

import storage.disk
from bot.delivery.courier import Courier
from bot.ports.store import Tx
from bot.services.close import sweep_inactive
from storage.sqlite import SqliteStore
from storage.statements import Prepared
from tests.world import World


@dataclass
class Cost:
    statements: int = 0
    commits: int = 0


@contextmanager
def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cost]:
    assert isinstance(world.store, SqliteStore)
    cost = Cost()

    def counting(run: Callable[..., Any]) -> Callable[..., Any]:
        def count(self: Prepared, *given: Any) -> Any:
            cost.statements += 1
            return run(self, *given)

        return count

    def passed(name: str) -> None:
        cost.commits += name == "store.after_commit"

    with monkeypatch.context() as during:
        during.setattr(Prepared, "run", counting(Prepared.run))
        during.setattr(Prepared, "run_many", counting(Prepared.run_many))
        during.setattr("storage.sqlite.passing", passed)
        yield cost


async def _nothing(_: Courier) -> None: ...


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_closing_silent_tickets_costs_little(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the words for the contact and the team; without what it costs to send them. However many
    they are.
    """
    several = 10
    for number in range(1, several + 1):
        await world.write("human please", who=f"carol{number}")
        await world.run("alice", f"/reply {number} Hello")
    await world.passes(timedelta(hours=21))
    world.clock.move(timedelta(hours=5))
    with counted(world, monkeypatch) as cost:

        def close(tx: Tx) -> tuple[int, int]:
            before = cost.statements
            return sweep_inactive(tx, world.clock.now()), cost.statements - before

        done, statements = await world.store.transact(close)
    assert (done, await world.tickets()) == (several, [])
    assert statements <= 24


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_relayed_message_costs_little(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken in, passed on, and shown on the card, from the first statement to the last.

    On a disk that is as quick as any, and without a look at what is due: else it is chance which
    units share a commit, and how often somebody looks.
    """
    world.ahead = timedelta()
    await world.write("human please")
    monkeypatch.setattr(Courier, "_sweep", _nothing)
    for number in range(30):  # what was said before makes nothing dearer
        await world.run("alice", f"/reply 1 Hello {number}")
    monkeypatch.setattr(storage.disk, "_BRIEF_S", 3600.0)
    monkeypatch.setattr(storage.sqlite, "_GATHER_S", 3600.0)
    with counted(world, monkeypatch) as contact:
        await world.write("It does not work.", settle=False)
        await world.courier.settle_down()
    with counted(world, monkeypatch) as reply:
        await world.baton.typed(*world.at("alice"), "/reply 1 Have you tried this?")
        await world.courier.settle_down()
    assert world.seen()[-2:] == ["It does not work.", "Have you tried this?"]
    assert world.heard()[-1] == "Have you tried this?"
    # Two statements and a commit of each are so that nobody waits for the card here.
    assert contact.statements <= 25
    assert reply.statements <= 20
    assert contact.commits <= 5
    assert reply.commits <= 5
