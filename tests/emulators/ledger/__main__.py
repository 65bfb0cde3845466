"""`python -m tests.emulators.ledger`: prints its address as one line, then serves until ended.

With `?dedupe=1` a post under a known key answers with the post that is there; without, it is posted
again, as on a platform that knows no keys. Nothing is ever forgotten but by DELETE.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiohttp import web


class Ledger:
    """Every post in the order of arrival."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []

    async def post(self, request: web.Request) -> web.Response:
        body = await request.json()
        if request.query.get("dedupe"):
            known = [one for one in self.posts if one["key"] == body["key"]]
            if known:
                return web.json_response(known[0])
        body["id"] = str(len(self.posts) + 1)
        self.posts.append(body)
        return web.json_response(body)

    async def edit(self, request: web.Request) -> web.Response:
        change = await request.json()
        for one in self.posts:
            if one["id"] == request.match_info["id"]:
                one.update(change)
                return web.json_response(one)
        raise web.HTTPNotFound

    async def delete(self, request: web.Request) -> web.Response:
        self.posts = [one for one in self.posts if one["id"] != request.match_info["id"]]
        return web.json_response({})

    async def read(self, request: web.Request) -> web.Response:
        key = request.query.get("key")
        return web.json_response([one for one in self.posts if key in {None, one["key"]}])


async def serve() -> None:
    """Until the process is ended."""
    ledger = Ledger()
    app = web.Application()
    app.router.add_post("/posts", ledger.post)
    app.router.add_patch("/posts/{id}", ledger.edit)
    app.router.add_delete("/posts/{id}", ledger.delete)
    app.router.add_get("/posts", ledger.read)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    sys.stdout.write(f"http://{host}:{port}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
