"""The health page names what is wrong, and what to do about it, while it is wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.agents.breaker import Breaker
from bot import health, main
from bot.domain.identity import Place
from bot.parts import Parts
from bot.ports.outbox import LaneKind
from bot.ports.store import Tx
from bot.settings import Settings


@pytest.fixture
async def parts(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Parts]:
    file = tmp_path / "baton.db"
    file.write_bytes(sqlite_template.read_bytes())
    chosen = Settings(database_url=f"sqlite:///{file}", media_url=str(tmp_path / "media"))
    async with main.assembled(chosen) as assembled:
        yield assembled


async def found(parts: Parts) -> dict[str, str]:
    return {one.what: one.problem for one in await health.concerns(parts)}


async def test_nothing_is_wrong_with_a_new_baton(parts: Parts) -> None:
    assert await found(parts) == {}
    assert await health.unready(parts) == []


async def test_a_database_that_takes_nothing_in(parts: Parts, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "baton.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "another program may hold it" in (await found(parts))["Database"]
        assert "another program may hold it" in (await health.unready(parts))[0]
        other.execute("ROLLBACK")
    assert await found(parts) == {}


async def test_a_disk_that_is_full(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where not even a small write has room; `readyz` must not be content with reading."""
    limit = parts.store._connection.connection.driver_connection  # type: ignore[attr-defined]
    limit.execute("PRAGMA max_page_count = 1")
    monkeypatch.setattr(health, "_touch", _much)
    assert "the disk is full" in (await found(parts))["Database"]
    assert "the disk is full" in (await health.unready(parts))[0]
    limit.execute("PRAGMA max_page_count = 1000000")
    assert await found(parts) == {}


async def test_a_disk_that_is_nearly_full(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = SimpleNamespace(free=90 * 1024**2)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage)
    assert "Only 90 MB are left for the" in (await found(parts))["Disk"]


async def test_what_else_there_is(parts: Parts) -> None:
    """Deliveries that wait, a clock that stands, a model that fails, a channel without Baton."""
    await parts.store.transact(_queue_old, parts.clock.now())
    parts.jobs._seen -= 90
    parts.platforms.append(SimpleNamespace(name="slack", problems=["<#C1>: /invite @Baton there."]))  # type: ignore[arg-type]
    breaker = Breaker(parts.agent, parts.agent)
    breaker._rest = 30.0
    parts = SimpleNamespace(**{**vars(parts), "agent": breaker})  # type: ignore[assignment]
    said = await found(parts)
    assert said["Slack"] == "Channel C1: /invite @Baton there."
    assert "has waited for 5 min" in said["Deliveries"]
    assert "last looked at 1 min" in said["Clockwork"]
    assert "fails again and again" in said["Agent"]
    advised = [one.advice for one in await health.concerns(parts)]
    assert all(one.endswith(".") for one in advised)


def _much(tx: Tx, wall: object) -> None:
    tx.meta.put("readyz", f"{wall}" * 100_000)


def _queue_old(tx: Tx, at: datetime) -> None:
    place = Place(workspace="console", channel="dm:carol")
    lane = tx.outbox.lane(LaneKind.CONTACT, 1, place)
    tx.outbox.add(lane, "message:1:0", order_at=at)
    waits = tx.outbox.next(lane.id)
    assert waits is not None
    tx.outbox.put_effect(replace(waits, created_at=at - timedelta(minutes=5)))
