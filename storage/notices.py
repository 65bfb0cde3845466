"""What a commit is about, told to the other processes on the same PostgreSQL.

NOTIFY belongs to the transaction: nobody hears of what was rolled back. A notice wakes and is never
the only reminder of anything: whoever missed some looks at everything, and lanes are swept anyway.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable

import psycopg
from sqlalchemy import Connection, Engine

log = logging.getLogger(__name__)
_CHANNEL = "baton"
_SEND = "SELECT pg_notify(%s, %s)"
# PostgreSQL: a notice has at most 8,000 bytes.
_MOST = 4000
EVERYTHING = frozenset({"desk", "tickets", "conversations", "posts", "clock", "lanes"})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
# A server that is gone without a word is noticed in half a minute instead of in two hours.
_ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3}


class Notices:
    """`heard` is called in the event loop with the topics of other processes' commits."""

    def __init__(self, engine: Engine, heard: Callable[[frozenset[str]], None]) -> None:
        self._engine = engine
        self._heard = heard
        self._own = secrets.token_hex(4)
        self._task: asyncio.Task[None] | None = None

    def send(self, connection: Connection, topics: Iterable[str]) -> None:
        """Tell the others as soon as this transaction is committed."""
        for notice in notices(topics):
            connection.exec_driver_sql(_SEND, (_CHANNEL, f"{self._own} {notice}"))

    def begin(self) -> None:
        """Hear the others from now on."""
        if self._task is None:
            self._task = asyncio.create_task(self._listen(), name="notices")

    async def end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {_CHANNEL}")
                    pause = _FIRST_PAUSE
                    self._heard(EVERYTHING)
                    async for notice in connection.notifies():
                        self._take(notice.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("other processes are not heard for now: %s", error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _connect(self) -> psycopg.AsyncConnection[tuple[object, ...]]:
        words, facts = self._engine.dialect.create_connect_args(self._engine.url)
        return await psycopg.AsyncConnection.connect(
            *words, **{"connect_timeout": 5, **_ALIVE, **facts}, autocommit=True
        )

    def _take(self, payload: str) -> None:
        sender, *topics = payload.split(" ")
        if sender != self._own:
            self._heard(frozenset(topics))


def notices(topics: Iterable[str]) -> list[str]:
    """What others need to know, in as few notices as hold it."""
    found: list[str] = []
    for topic in sorted({shared for one in topics if (shared := _shared(one))}):
        if found and len(found[-1]) + len(topic) < _MOST:
            found[-1] += f" {topic}"
        else:
            found.append(topic)
    return found


def _shared(topic: str) -> str:
    """Whoever queued something drains it; for others it is enough that there is something."""
    kind = topic.partition(":")[0]
    return {"lane": "lanes", "later": ""}.get(kind, topic)
