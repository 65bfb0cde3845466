"""What the clockwork costs on a desk with a long history.

`python -m benchmarks.sweep --tickets 1000000 [--database URL] [--json]`

A fifth of the tickets is open. `idle_tick_ms`: one look of every periodic job while nothing is due,
half of the looks take less. `close_500_ms`: until 500 tickets whose contacts have been silent are
closed, with what their contacts and their teams are told about it queued; `close_500_cpu_ms` is the
processor time of this process in it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import sweep_desk
from bot.clock import DeskClock
from bot.domain.message import Delivery, Limits
from bot.jobs import Jobs
from bot.ports.store import Store, Tx
from storage.media import Media
from storage.migrate import migrate
from storage.store import open_store

DUE = 500
_LOOKS = 300
_FEWEST = 10_000


async def measure(url: str, tickets: int, folder: Path) -> dict[str, float]:
    """Fill an empty database and measure; milliseconds by name."""
    migrate(url)
    store = open_store(url, lambda _workspace: Limits())
    try:
        await store.transact(sweep_desk.keep_desk)
        jobs = Jobs(store, DeskClock(store), Media(str(folder / "media")))
        await jobs.tick()  # the new desk is considered while it has no ticket
        await asyncio.to_thread(sweep_desk.fill, url, tickets)
        idle = await _idle(jobs)
        await asyncio.to_thread(sweep_desk.make_due, url, DUE)
        closing = await _close(store, jobs)
        return {"tickets": tickets, "idle_tick_ms": idle, **closing}
    finally:
        await store.close()


async def _idle(jobs: Jobs) -> float:
    took = []
    for _ in range(_LOOKS):
        began = time.perf_counter()
        await jobs.tick()
        took.append(time.perf_counter() - began)
    return round(statistics.median(took) * 1000, 3)


async def _close(store: Store, jobs: Jobs) -> dict[str, float]:
    began, used = time.perf_counter(), time.process_time()
    await jobs.inactivity()
    used, took = time.process_time() - used, time.perf_counter() - began
    closed, told = await store.read(_outcome)
    if (closed, told) != (DUE, DUE):
        raise AssertionError(f"{closed} of {DUE} were closed, and {told} contacts told")
    return {"close_500_ms": round(took * 1000, 1), "close_500_cpu_ms": round(used * 1000, 1)}


def _outcome(tx: Tx) -> tuple[int, int]:
    """How many tickets were closed, and how many messages to contacts wait to be sent."""
    closed = [one for one in tx.events.recent(2 * DUE) if one.kind == "closed"]
    last = [tx.messages.of(one.conversation_id or 0)[-1] for one in closed]
    return len(closed), sum(one.delivery is Delivery.PENDING for one in last)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument(
        "--database", default="", help="an empty one; a temporary file if not given"
    )
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    chosen = parser.parse_args()
    if chosen.tickets < _FEWEST:
        parser.error(f"--tickets: at least {_FEWEST}, so that {DUE} of them can be due")
    with tempfile.TemporaryDirectory() as folder:
        url = chosen.database or f"sqlite:///{Path(folder) / 'baton.db'}"
        found = asyncio.run(measure(url, chosen.tickets, Path(folder)))
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{chosen.tickets:,} tickets, a fifth of them open")
    print(f"an idle tick: {found['idle_tick_ms']} ms")
    print(f"{DUE} tickets closed for silence: {found['close_500_ms']} ms")
    print(f"of which processor time of this process: {found['close_500_cpu_ms']} ms")


if __name__ == "__main__":
    main()
