"""What is assembled for one process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette

from bot.application import Baton
from bot.clock import DeskClock
from bot.delivery.courier import Courier
from bot.jobs import Jobs
from bot.metrics import Metrics
from bot.ports.agent import AgentPort
from bot.ports.media import MediaPort
from bot.ports.outlet import Outlet
from bot.ports.platform import Platform
from bot.ports.store import Store
from bot.settings import Settings


@dataclass(kw_only=True)
class Parts:
    """Everything that is assembled, for whoever runs it."""

    settings: Settings
    store: Store
    clock: DeskClock
    media: MediaPort
    agent: AgentPort
    outlets: Mapping[str, Outlet]
    baton: Baton
    courier: Courier
    jobs: Jobs
    metrics: Metrics
    platforms: list[Platform]
    mounts: list[Callable[[Starlette], None]]
