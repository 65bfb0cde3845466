"""The pages open beside whatever is served already: NiceGUI takes a second to load."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send


class Console:
    """An application that `make` puts together while it is `opening`; until then requests wait."""

    def __init__(self, make: Callable[[], Starlette]) -> None:
        self._make = make
        self._app: asyncio.Future[Starlette] = asyncio.get_running_loop().create_future()
        self._closes = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = await asyncio.shield(self._app)
        await app(scope, receive, send)

    @asynccontextmanager
    async def opening(
        self, *, opened: Callable[[], None], failed: Callable[[], None]
    ) -> AsyncIterator[None]:
        """Open meanwhile, and close at the end; what kept it from opening is raised there."""
        pages = asyncio.create_task(self._serve(opened, failed), name="console")
        try:
            yield
        finally:
            self._closes.set()
            await pages

    async def _serve(self, opened: Callable[[], None], failed: Callable[[], None]) -> None:
        try:
            await asyncio.to_thread(import_module, "adapters.console.site")
            app = self._make()
            async with app.router.lifespan_context(app):
                self._app.set_result(app)
                opened()
                await self._closes.wait()
        except Exception:
            if not self._app.done():
                self._app.cancel("the console did not open")
            failed()
            raise
