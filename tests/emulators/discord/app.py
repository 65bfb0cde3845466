"""The emulator put together: REST, gateway, CDN and control on one loopback port."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.emulators.discord import cdn, control, thread_state
from tests.emulators.discord.constants import Json
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.pipeline import MAX_REQUEST, Pipeline
from tests.emulators.discord.rest import ROUTES
from tests.emulators.discord.sessions import Sessions
from tests.emulators.discord.state import World

API = "/api/v10"
SWEEP_SECONDS = 0.5
PICTURES = ("/avatars/", "/embed/avatars/", "/stickers/", "/emojis/", "/icons/", "/guilds/")


class Emulator:
    """``async with Emulator() as emulator`` listens on a free loopback port."""

    def __init__(self) -> None:
        self.world = World()
        self.sessions = Sessions(self.world)
        self.world.outlets.append(self.sessions)
        self.gateway = Gateway(self.world, self.sessions)
        self.pipeline = Pipeline(self.world)
        self._runner: web.AppRunner | None = None
        self._sweeper: asyncio.Task[None] | None = None

    @property
    def urls(self) -> Json:
        """What a client is pointed at."""
        base = self.world.base_url
        return {
            "base_url": base,
            "api_url": f"{base}{API}",
            "gateway_url": f"{base.replace('http', 'ws', 1)}/gateway",
            "cdn_url": f"{base}/cdn",
            "control_url": f"{base}/control",
        }

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MAX_REQUEST)
        for route in ROUTES:
            app.router.add_route(route.method, API + route.path, self.pipeline.bind(route))
        app.router.add_route("GET", "/gateway", self.gateway.handle)
        app.router.add_route("GET", "/gateway/", self.gateway.handle)
        app.router.add_route("GET", "/gateway-resume", self.gateway.handle)
        app.router.add_route("GET", "/cdn/{path:.*}", self._file)
        app.router.add_route("POST", "/control/{action}", self._control)
        app.router.add_route("*", "/api/{rest:.*}", self.pipeline.unknown)
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        address = self._runner.addresses[0]
        self.world.base_url = f"http://{address[0]}:{address[1]}"
        self._sweeper = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        if self._sweeper:
            self._sweeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweeper
        for session in self.sessions.live():
            if session.link:
                session.link.drop()
        self.world.touch()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            thread_state.archive_idle(self.world)
            self.sessions.prune()

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Discord: an expired or altered link answers 404 with a sentence."""
        path = f"/{request.match_info['path']}"
        if path.startswith(PICTURES):
            return web.Response(body=cdn.PIXEL, content_type="image/png")
        raw = request.raw_path.removeprefix("/cdn").partition("?")[0]
        item = self.world.attachments.get(path.split("/")[3]) if path.count("/") == 4 else None
        if item is None or not cdn.allowed(self.world, raw, dict(request.query)):
            return web.Response(status=404, text="This content is no longer available.")
        kind = item.content_type or "application/octet-stream"
        return web.Response(body=item.data, headers={"Content-Type": kind})

    async def _control(self, request: web.Request) -> web.StreamResponse:
        return await control.handle(self, request)
