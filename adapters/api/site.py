"""The API as an application of its own below `/api`, with its pages on board."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Depends
from fastapi_offline import FastAPIOffline
from starlette.applications import Starlette

from adapters.api import problems, routes
from adapters.api.access import Access, Bounded
from bot.application import Baton

PATH = "/api"
_ABOUT = (
    "Escalate a conversation, read and list tickets, add a note. Every call carries the token: "
    "`Authorization: Bearer …`. Errors are problem+json (RFC 9457). A POST with an "
    "`Idempotency-Key` may be repeated: it happens once."
)


def mount(
    app: Starlette, baton: Baton, *, token: str, unready: Callable[[], Awaitable[list[str]]]
) -> None:
    """Serve `/api/v1`, `/api/openapi.json` and `/api/docs`. `unready` says what is wrong."""
    access = Access(token)
    api = FastAPIOffline(
        title="Baton",
        version="1",
        description=_ABOUT,
        docs_url="/docs",
        redoc_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": PATH}],
        root_path_in_servers=False,
    )
    problems.register(api)
    api.include_router(
        routes.router(baton, unready),
        prefix="/v1",
        dependencies=[Depends(access.check)],
        responses=problems.DESCRIBED,
    )
    api.add_middleware(Bounded)
    app.mount(PATH, api)
