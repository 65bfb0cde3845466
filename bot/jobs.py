"""What happens by the clock: each job is one line into a service.

One cheap question tells which jobs have something to do. These claim due rows in batches, so any
number of processes may tick, and nothing costs anything while nothing is due. There is never a job
per ticket.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.failpoints import passing
from bot.ports.clock import Clock
from bot.ports.media import MediaPort
from bot.ports.store import Store, Tx
from bot.services import linking
from bot.services.assignment import sweep_shifts
from bot.services.close import sweep_inactive
from bot.services.delivered import mark_slow
from bot.services.ladder import sweep_unclaimed
from bot.services.practice import end_idle
from bot.services.privacy import finish, retention
from bot.services.privacy.finish import Standing
from bot.services.promises import reconsider, sweep_promises
from bot.services.takeover import end_due

# So many rows take some hundredths of a second: on SQLite all else waits for a unit of work. Silent
# tickets are closed together, which takes no longer for more of them.
_BATCH = 20
_TOGETHER = 100
# A delivery is shown as being on its way only when it takes longer than this.
_SLOW = timedelta(seconds=2)
_SELDOM = 15  # ticks between two looks at what is in no hurry

Job = Callable[[], Awaitable[None]]


class Jobs:
    """The periodic work of one process. `tick` is the time between two looks, in seconds."""

    def __init__(self, store: Store, clock: Clock, media: MediaPort, *, tick: float = 2.0) -> None:
        self._store = store
        self._media = media
        self._clock = clock
        self._desk = 0  # the version whose promises every ticket is known to be measured by
        self._seen = monotonic()
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )
        self._all: list[Job] = []
        self._stopped = False
        self._add(self.look, seconds=tick / 2)
        self._add(self.shifts, seconds=tick)
        self._add(self.retention, seconds=tick * 10)
        self._add(self.practice, seconds=tick * _SELDOM)

    def start(self) -> None:
        self._seen = monotonic()
        self._scheduler.start()

    def stop(self) -> None:
        """What is under way in the store is finished there; the rest is due at the next start."""
        self._stopped = True
        self._scheduler.shutdown(wait=False)

    @property
    def late(self) -> timedelta:
        """How long ago anybody looked for what is due."""
        return timedelta(seconds=monotonic() - self._seen)

    async def tick(self) -> None:
        """Run everything periodic once."""
        await asyncio.gather(*(job() for job in self._all))

    async def look(self) -> None:
        """Ask once what is due, and run only the jobs that have something to do."""
        self._seen = monotonic()
        now = self._clock.now()
        due, desk = await self._store.transact(_due, now, now - _SLOW)
        jobs = [job for job in self._when_due() if job.__name__ in due]
        if desk != self._desk:
            jobs.append(self.changed_desk)
        await asyncio.gather(*(job() for job in jobs))

    def _when_due(self) -> tuple[Job, ...]:
        return (
            self.inactivity,
            self.claims,
            self.promises,
            self.takeovers,
            self.slow_deliveries,
            self.erasures,
        )

    async def inactivity(self) -> None:
        """Warn about and close the tickets whose contacts have been silent for too long."""
        full = _TOGETHER
        while await self._store.transact(sweep_inactive, self._clock.now(), full) == full:
            passing("jobs.swept")
        passing("jobs.swept")

    async def promises(self) -> None:
        """Warn of promises in danger, and tell of broken ones."""
        while await self._store.transact(sweep_promises, self._clock.now(), _BATCH) == _BATCH:
            passing("jobs.swept")
        passing("jobs.swept")

    async def changed_desk(self) -> None:
        """Measure open tickets by what their teams promise now."""
        desk = await self._store.read(_version)
        while await self._store.transact(reconsider, self._clock.now(), _BATCH):
            passing("jobs.swept")
        self._desk = desk

    async def claims(self) -> None:
        """Call somebody about the tickets that nobody claims."""
        while await self._store.transact(sweep_unclaimed, self._clock.now(), _BATCH) == _BATCH:
            passing("jobs.swept")
        passing("jobs.swept")

    async def shifts(self) -> None:
        """Give out what waited for somebody to begin work."""
        await self._store.transact(sweep_shifts, self._clock.now())

    async def takeovers(self) -> None:
        """Let the agent resume where a takeover's time is over."""
        await self._store.transact(end_due, self._clock.now(), _BATCH)

    async def practice(self) -> None:
        """Close the practice that nobody goes on with."""
        await self._store.transact(end_idle, self._clock.now())

    async def slow_deliveries(self) -> None:
        """Show the team which messages are still on their way."""
        await self._store.transact(mark_slow, self._clock.now() - _SLOW, _BATCH)

    async def erasures(self) -> None:
        """Go on with what was erased: the files, the database's own files, the copies."""
        for one in await self._store.read(finish.unfinished):
            await self._go_on(one)

    async def retention(self) -> None:
        """Let go of a little of what has outlived its time, at a quiet pace."""
        if not await self._store.transact(_let_go, self._clock.now()):
            return
        if files := await self._store.read(retention.removable):
            for digest in files:
                await self._media.remove(digest)
            await self._store.transact(retention.removed, files)

    async def _go_on(self, one: Standing) -> None:
        number = one.erasure.id
        if one.erasure.files:
            for digest in one.files:
                await self._media.remove(digest)
            passing("privacy.unfiled")
            await self._store.transact(finish.unfiled, number)
        if not one.removing:
            await self._store.transact(finish.removed, number)
        elif one.erasure.scrubbed:
            return
        while await self._store.transact(_compact):
            continue  # in short steps, so that others have their turn
        await self._store.scrub()
        passing("privacy.scrubbed")
        await self._store.transact(finish.scrubbed, number, self._clock.now())

    def _add(self, job: Job, *, seconds: float) -> None:
        self._all.append(job)
        self._scheduler.add_job(
            self._until_stopped, "interval", [job], seconds=seconds, id=job.__name__
        )

    async def _until_stopped(self, job: Job) -> None:
        try:
            await job()
        except asyncio.CancelledError:
            if not self._stopped:
                raise


def _compact(tx: Tx) -> bool:
    return tx.search.compact()


def _let_go(tx: Tx, now: datetime) -> bool:
    """Whether there are files to be removed now."""
    retention.sweep(tx, now)
    linking.expire(tx, now)
    return retention.is_waiting(tx)


def _due(tx: Tx, now: datetime, slow: datetime) -> tuple[frozenset[str], int]:
    return tx.due.kinds(now, slow), tx.desk.version


def _version(tx: Tx) -> int:
    return tx.desk.version
