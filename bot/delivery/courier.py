"""The courier carries effects out: lanes run in parallel, each lane in order.

It leases a lane, takes the first effect, performs it, records it, takes the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic

from bot.delivery.alarms import Alarms
from bot.delivery.lanes import Turnover, advance, due, leave, show_cards
from bot.delivery.leases import BEGIN_WITHIN, Leases
from bot.delivery.perform import perform
from bot.delivery.telling import tell
from bot.delivery.work import Done, Rest, Work
from bot.delivery.workers import free_the_dead, is_dead, own_name
from bot.domain.errors import CannotKeep
from bot.domain.identity import platform_of
from bot.domain.values import replace
from bot.failpoints import passing
from bot.outage import Outage
from bot.ports.agent import AgentPort
from bot.ports.clock import Clock
from bot.ports.outlet import Busy, Outlet
from bot.ports.player import PlayerPort
from bot.ports.store import Store, Tx
from bot.ports.webhook import WebhookPort
from bot.supervision import supervised

log = logging.getLogger(__name__)

_SWEEP = 2.0
_AGAIN = 0.5
# Whoever queued something drains it; others look a moment later whether that happens.
_SOONEST = 0.25
_MOMENT = 1.5
# Changes of a card are gathered for less than this.
_GATHERED = 2.5


class Courier:
    """Drains lanes in this process, woken by commits and by a sweep that misses nothing."""

    def __init__(
        self,
        store: Store,
        outlets: Mapping[str, Outlet],
        agent: AgentPort,
        clock: Clock,
        *,
        player: PlayerPort,
        webhooks: WebhookPort | None = None,
        observe: Callable[[Done], None] = lambda _: None,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.owner = own_name()
        self._store = store
        self._outlets = outlets
        self._agent = agent
        self.webhooks = webhooks
        self._player = player
        self._clock = clock
        self._wall = wall
        self._observe = observe
        self._draining: dict[int, asyncio.Task[None]] = {}
        self._woken: set[int] = set()
        self._alarms = Alarms(self.wake, wall)
        self._outage = Outage(
            log, "nothing can be recorded, lanes wait", "it can be recorded again, lanes go on"
        )
        self._leases = Leases(store, self.owner, wall, self._outage)
        self._stopping = False
        self._elsewhere = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled: drain what is due now, and whatever becomes due."""
        await self._store.transact(free_the_dead, self.owner, at_start=True)
        unlisten = self._store.listen(self._heard, early=True)
        keeper = asyncio.create_task(supervised("leases", self._leases.keep), name="leases")
        try:
            while True:
                await self._sweep()
                await asyncio.sleep(_SOONEST)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_SWEEP - _SOONEST):
                        await self._elsewhere.wait()
        finally:
            unlisten()
            keeper.cancel()

    async def _sweep(self) -> None:
        """Take up every lane that is due and that nobody drains."""
        self._elsewhere.clear()
        if any(map(is_dead, await self._store.read(_owners))):
            await self._store.transact(free_the_dead, self.owner)
        for lane_id in await self._store.read(due, self._wall()):
            self.wake(lane_id)

    async def stop(self, grace: float = 15.0) -> None:
        """Begin nothing new; what is under way is finished and recorded, within `grace` seconds."""
        self._stopping = True
        self._alarms.end()
        tasks = list(self._draining.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settle_down(self) -> None:
        """Wait until no lane has anything to do now or in a moment; for demos and tests.

        A card that only gathers changes is not waited for, but shown.
        """
        seen: set[asyncio.TimerHandle] = set()
        while True:
            waiting = {} if self._draining else self._alarms.within(_GATHERED)
            if late := [lane for lane, alarm in waiting.items() if alarm not in seen]:
                seen.update(waiting.values())
                await self._store.transact(show_cards, late)
            if self.is_at_rest:
                return
            await asyncio.sleep(0.01)

    @property
    def is_at_rest(self) -> bool:
        """Whether no lane is worked on, nor will be in a moment, as far as was heard here."""
        return not self.busy

    @property
    def busy(self) -> int:
        """How many lanes are worked on, or will be in a moment."""
        return len(self._draining) + len(self._alarms.within(_MOMENT))

    def wake(self, lane_id: int) -> None:
        """See to a lane now."""
        self._alarms.clear(lane_id)
        if self._stopping:
            return
        if lane_id in self._draining:
            self._woken.add(lane_id)
            return
        task = asyncio.create_task(self._drain(lane_id), name=f"lane {lane_id}")
        self._draining[lane_id] = task
        task.add_done_callback(lambda done: self._drained(lane_id, done))

    def _heard(self, topics: frozenset[str]) -> None:
        for topic in topics:
            kind, _, rest = topic.partition(":")
            if kind == "lane":
                self.wake(int(rest))
            elif kind == "later":
                self._come_back(*rest.split(":"))
            elif kind == "lanes":
                self._elsewhere.set()

    def _come_back(self, lane: str, moment: str) -> None:
        """Something was queued that is due in a moment."""
        lane_id = int(lane)
        if lane_id in self._draining:
            self._woken.add(lane_id)
        else:
            self._alarms.set(lane_id, datetime.fromtimestamp(float(moment), UTC))

    def _drained(self, lane_id: int, task: asyncio.Task[None]) -> None:
        del self._draining[lane_id]
        if not task.cancelled() and (error := task.exception()):
            if isinstance(error, CannotKeep):
                self._outage.lasts(error)
                return
            log.error("lane %s stopped; the sweep takes it up again", lane_id, exc_info=error)
        elif lane_id in self._woken:
            self._woken.discard(lane_id)
            self.wake(lane_id)

    async def _drain(self, lane_id: int) -> None:
        done: Done | None = None
        while True:
            self._woken.discard(lane_id)
            began, step = await self._step(lane_id, done)
            if done is not None:
                passing("lane.recorded")
            if isinstance(step, Rest):
                self._alarms.set(lane_id, step.until)
                return
            passing("lane.sending")
            done = await self._hold_and_perform(step, began)
            tell(done)
            self._observe(done)
            if self._stopping:
                await self._store.transact(leave, done, self._turnover(lane_id))
                return

    async def _step(self, lane_id: int, done: Done | None) -> tuple[float, Work | Rest]:
        """What is next, and when it was asked for. What was sent is recorded, however long the
        store is out of reach: whoever took the lane over meanwhile has it, and nothing is written.
        """
        while True:
            began = monotonic()
            try:
                step = await self._store.transact(advance, done, self._turnover(lane_id))
            except CannotKeep as error:
                if done is None or self._stopping:
                    raise
                self._outage.lasts(error)
            else:
                self._outage.ended()
                return began, step
            await asyncio.sleep(_AGAIN)

    async def _hold_and_perform(self, work: Work, began: float) -> Done:
        """Perform work while the lease is kept."""
        if monotonic() - began > BEGIN_WITHIN:
            return Done(work=work, error=Busy("The process was held up for too long."))
        self._leases.held[work.lane.id] = began
        try:
            save = self._saver(work.effect.id)
            return await perform(
                work,
                self._outlets,
                self._agent,
                self._player,
                save,
                self._clock.now,
                webhooks=self.webhooks,
            )
        finally:
            del self._leases.held[work.lane.id]

    def _saver(self, effect_id: int) -> Callable[[Mapping[str, str]], asyncio.Future[None]]:
        return lambda progress: asyncio.ensure_future(
            self._store.transact(_save, effect_id, dict(progress))
        )

    def _turnover(self, lane_id: int) -> Turnover:
        return Turnover(
            lane_id=lane_id,
            owner=self.owner,
            settle=self._settle,
            wall=self._wall(),
            now=self._clock.now(),
        )

    def _settle(self, workspace: str) -> timedelta | None:
        outlet = self._outlets.get(platform_of(workspace))
        return outlet.settle if outlet else None


def _save(tx: Tx, effect_id: int, progress: dict[str, str]) -> None:
    tx.outbox.put_effect(replace(tx.outbox.effect(effect_id), progress=progress))


def _owners(tx: Tx) -> list[str]:
    return tx.outbox.owners()
