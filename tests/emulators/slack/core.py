"""What every part of the emulator is handed."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.slack.clock import Clock, Ids
from tests.emulators.slack.config import Config
from tests.emulators.slack.faults import Faults
from tests.emulators.slack.ledger import Ledger
from tests.emulators.slack.limits import Limits
from tests.emulators.slack.world import World

if TYPE_CHECKING:
    from tests.emulators.slack.dispatch import Dispatcher
    from tests.emulators.slack.sockets import Sockets


@dataclass(kw_only=True)
class Core:
    world: World
    config: Config
    clock: Clock
    ids: Ids
    faults: Faults
    limits: Limits
    ledger: Ledger
    base: str = ""
    dispatcher: "Dispatcher" = field(init=False)
    sockets: "Sockets" = field(init=False)
    tasks: set[asyncio.Task[Any]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


def new_core(*, seed: int, epoch: float | None) -> Core:
    ids = Ids(seed)
    return Core(
        world=World(),
        config=Config(),
        clock=Clock(epoch),
        ids=ids,
        faults=Faults(ids.random),
        limits=Limits(),
        ledger=Ledger(),
    )
