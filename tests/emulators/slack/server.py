"""The emulator as a server on a loopback port."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from aiohttp import web

from tests.emulators.slack.api.entry import WebApi
from tests.emulators.slack.control.entry import Control
from tests.emulators.slack.core import Core, new_core
from tests.emulators.slack.dispatch import Dispatcher
from tests.emulators.slack.errors import Json
from tests.emulators.slack.responses import ResponseUrls
from tests.emulators.slack.sockets import Sockets
from tests.emulators.slack.transfers import Transfers

BODY_LIMIT = 256 * 1024 * 1024


class SlackEmulator:
    """`async with running() as slack:` in a test, or `python -m tests.emulators.slack`."""

    def __init__(self, *, seed: int = 0, epoch: float | None = None) -> None:
        self.core = _wired(new_core(seed=seed, epoch=epoch))
        self._runner: web.AppRunner | None = None

    @property
    def api_url(self) -> str:
        """For `AsyncWebClient(base_url=…)`."""
        return f"{self.core.base}/api/"

    @property
    def control_url(self) -> str:
        return f"{self.core.base}/control/"

    def urls(self) -> Json:
        return {"api_url": self.api_url, "control_url": self.control_url, "base": self.core.base}

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> Self:
        self._runner = web.AppRunner(_routes(self.core), access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.core.base = f"http://{host}:{self._runner.addresses[0][1]}"
        return self

    async def stop(self) -> None:
        await self.core.sockets.close()
        await self.core.stop()
        await self.core.dispatcher.close()
        if self._runner is not None:
            await self._runner.cleanup()


def _wired(core: Core) -> Core:
    core.dispatcher = Dispatcher(core)
    core.sockets = Sockets(core)
    return core


def _routes(core: Core) -> web.Application:
    app = web.Application(client_max_size=BODY_LIMIT)
    api, transfers, control = WebApi(core), Transfers(core), Control(core)
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_get("/link/", core.sockets.accept)
    app.router.add_post("/upload/v1/{ticket}", transfers.upload)
    app.router.add_get("/files-pri/{place}/{name}", transfers.download)
    app.router.add_get("/files-pri/{place}/download/{name}", transfers.download)
    app.router.add_post("/response/{app}/{id}", ResponseUrls(core).handle)
    app.router.add_post("/control/{verb}", control.handle)
    return app


@asynccontextmanager
async def running(
    *, seed: int = 0, epoch: float | None = None, port: int = 0
) -> AsyncIterator[SlackEmulator]:
    emulator = SlackEmulator(seed=seed, epoch=epoch)
    await emulator.start(port=port)
    try:
        yield emulator
    finally:
        await emulator.stop()
