"""Baton as a process that a test may kill: the real core and store on the ledger platform.

`python -m tests.integration.process.baton DATABASE LEDGER KNOWS_KEYS MEDIA` prints its address and
serves: POST /event (a platform's delivery; 200 only once it is durable), POST /command, POST
/clock, GET /state.
"""

from __future__ import annotations

import asyncio
import base64
import os
import sys
from datetime import UTC, datetime, timedelta

from aiohttp import web

from adapters.agents.player import ScriptedPlayer
from bot import desk_file, failpoints
from bot.application import Baton
from bot.delivery.courier import Courier
from bot.domain.desk import Desk
from bot.domain.identity import Person, Place
from bot.domain.message import Limits
from bot.jobs import Jobs
from bot.ports.inbound import Written
from bot.ports.store import Tx
from storage.media import Media
from storage.store import open_store
from tests.emulators.ledger.outlet import LedgerOutlet
from tests.fakes import FakeAgent, FakeClock, FakeReader
from tests.world import DESK, keep_desk


class Process:
    """The endpoints."""

    def __init__(self, baton: Baton, courier: Courier, clock: FakeClock) -> None:
        self.baton, self.courier, self.clock = baton, courier, clock

    async def event(self, request: web.Request) -> web.Response:
        body = await request.json()
        files = []
        if data := body.get("file"):
            files = [await self.baton.media.keep("photo.png", base64.b64decode(data))]
        await self.baton.receive(
            Written(
                workspace="console",
                channel="dm:carol",
                direct=True,
                source_id=body["id"],
                author=Person(id="console:carol", name="Carol"),
                text=body["text"],
                attachments=tuple(files),
                at=datetime.fromtimestamp(body["at"], UTC),
            )
        )
        return web.json_response({})

    async def command(self, request: web.Request) -> web.Response:
        body = await request.json()
        place = Place(workspace="console", channel="support")
        who = Person(id="console:alice", name="Alice")
        answer = await self.baton.typed(who, place, body["line"])
        return web.json_response({"ok": answer.ok, "text": answer.text})

    async def move(self, request: web.Request) -> web.Response:
        self.clock.move(timedelta(hours=(await request.json())["hours"]))
        return web.json_response({})

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(await self.baton.store.read(_state))


def _state(tx: Tx) -> dict[str, object]:
    backlog = tx.outbox.backlog(datetime.now(UTC)).by_state
    last = tx.tickets.last_of(1)
    return {
        "messages": [one.text for one in tx.messages.of(1)],
        "status": last.status if last else None,
        "waits": bool(last and last.inactivity_at),
        "warned": bool(last and last.warned_at),
        "busy": backlog.get("pending", 0) + backlog.get("sending", 0),
        "dead": backlog.get("dead", 0),
        "erased": [one.progress for one in tx.privacy.recent(5)],
    }


def _first_desk(tx: Tx) -> None:
    if tx.desk.get() == Desk():
        keep_desk(tx, desk_file.parse(DESK))


async def serve(database: str, ledger: str, knows_keys: str, media: str) -> None:
    """Until the process is ended, by a failpoint or by the test."""
    if spec := os.environ.get("BATON_FAILPOINT"):
        failpoints.arm(spec)
    store = open_store(database, lambda _: Limits())
    await store.transact(_first_desk)
    clock = FakeClock(datetime.now(UTC))  # what comes in bears the time of its sender
    files = Media(media)
    baton = Baton(store, FakeReader(), files, clock)
    outlet = LedgerOutlet(ledger, knows_keys=knows_keys == "1")
    courier = Courier(store, {"console": outlet}, FakeAgent(), clock, player=ScriptedPlayer())
    process = Process(baton, courier, clock)
    app = web.Application()
    app.router.add_post("/event", process.event)
    app.router.add_post("/command", process.command)
    app.router.add_post("/clock", process.move)
    app.router.add_get("/state", process.state)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    lanes = asyncio.create_task(courier.run())
    Jobs(store, clock, files, tick=0.2).start()
    sys.stdout.write("http://{}:{}\n".format(*runner.addresses[0][:2]))
    sys.stdout.flush()
    await lanes


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:5]))
