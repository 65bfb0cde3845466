"""What both stores share: jobs with their futures, listeners, and the desk that was read last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection

from bot.domain.message import Limits
from bot.ports.vault import Vault
from storage.known import Known
from storage.later import Later
from storage.session import Newest, Session
from storage.transaction import Transaction

Listener = Callable[[frozenset[str]], None]


class Job:
    """A unit of work that was accepted, and the future of whoever waits for it."""

    def __init__(self, unit: Callable[[Transaction], Any]) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self._unit = unit
        self._result: Any = None
        self.error: BaseException | None = None

    def run(self, tx: Transaction) -> None:
        """Run the unit; what it raises is raised, and answered with unless it is run again."""
        self.error = None
        try:
            self._result = self._unit(tx)
            tx.complete()
        except BaseException as error:
            self.error = error
            raise

    def settle(self) -> None:
        """Answer, in the event loop. Whoever was cancelled meanwhile no longer listens."""
        if self.future.done():
            return
        if isinstance(self.error, StopIteration):  # a future refuses it
            self.error = RuntimeError("the unit raised StopIteration")
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self._result)


class Office:
    """Hands out sessions and tells the outcome of jobs to the event loop."""

    def __init__(self, limits: Callable[[str], Limits], vault: Vault) -> None:
        self._limits = limits
        self._vault = vault
        self._listeners: list[Listener] = []
        self._early: list[Listener] = []
        self._desk = Newest()

    def session(
        self,
        connection: Connection,
        known: Known | None = None,
        left: Later | None = None,
        guard: Callable[[], None] = lambda: None,
    ) -> Session:
        """For one unit; `known` is what units before it have read, and still holds. What is `left`
        to the commit, and the `guard`: see `Session`.
        """
        return Session(
            known=Known() if known is None else known,
            left=left,
            guard=guard,
            connection=connection,
            limits=self._limits,
            desk=lambda: self._desk,
            keep_desk=self._keep,
            vault=self._vault,
        )

    def forget_desk(self) -> None:
        """After a rollback: what was read may never have been."""
        self._desk = Newest()

    def listen(self, listener: Listener, *, early: bool = False) -> Callable[[], None]:
        """Call it with the topics of each commit; answers with how to stop.

        `early`: as soon as a unit of this process would see what they are about.
        """
        listeners = self._early if early else self._listeners
        listeners.append(listener)

        def stop() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return stop

    def tell_early(self, topics: frozenset[str]) -> None:
        """Call those who want to know early, in the event loop."""
        if topics:
            for listener in tuple(self._early):
                listener(topics)

    def tell(self, jobs: Iterable[Job], topics: frozenset[str]) -> None:
        """Answer jobs and call the listeners, from whatever thread, in the loop of the jobs."""
        by_loop: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        for job in jobs:
            by_loop.setdefault(job.loop, []).append(job)
        for loop, own in by_loop.items():
            try:
                loop.call_soon_threadsafe(self.told, own, topics)
            except RuntimeError:  # the loop is closed: nobody waits any more
                continue

    def told(self, jobs: list[Job], topics: frozenset[str]) -> None:
        """Answer jobs and call the listeners, within the event loop."""
        for job in jobs:
            job.settle()
        if topics:
            for listener in tuple(self._listeners):
                listener(topics)

    def told_of_others(self, topics: frozenset[str]) -> None:
        """Another process has committed; called within the event loop."""
        for listener in (*self._early, *self._listeners):
            listener(topics)

    def _keep(self, newest: Newest) -> None:
        self._desk = newest
