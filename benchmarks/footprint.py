"""How fast Baton is there, and how much memory it takes: `python -m benchmarks.footprint`.

`import_ms`: the interpreter with everything imported; `ready_ms`: from the start of the process to
`/readyz`; `rss_mb` then, and `rss_10k_mb` with 10,000 open tickets in the database.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.conversation import Conversation
from bot.domain.message import Author, Limits, Message
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from storage.store import open_store

OPEN_TICKETS = 10_000
_PATIENCE = 60


def import_ms() -> float:
    """The import of the composition root in a new interpreter."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import bot.main"], check=True)
    return (time.perf_counter() - began) * 1000


def measured_run(folder: Path) -> tuple[float, float]:
    """Start Baton, wait until it is ready, stop it: milliseconds, and megabytes resident."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **os.environ,
        "BATON_DATABASE_URL": f"sqlite:///{folder}/baton.db",
        "BATON_MEDIA_URL": str(folder / "media"),
        "BATON_HTTP_PORT": str(port),
        "BATON_LOG": "error",
    }
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=env)
    try:
        while not _ready(port):
            if time.perf_counter() - began > _PATIENCE:
                raise TimeoutError("Baton did not become ready")
            time.sleep(0.01)
        ready = (time.perf_counter() - began) * 1000
        return ready, _rss_mb(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def fill(folder: Path, tickets: int) -> None:
    """Open tickets, each with its conversation and a message."""
    store = open_store(f"sqlite:///{folder}/baton.db", lambda _: Limits())
    for start in range(0, tickets, 1000):
        await store.transact(_fill, start, min(1000, tickets - start), datetime.now(UTC))
    await store.close()


def _fill(tx: Tx, start: int, count: int, now: datetime) -> None:
    for number in range(start, start + count):
        conversation = tx.conversations.add(
            Conversation(
                workspace="console",
                channel=f"dm:{number}",
                direct=True,
                contact=f"console:contact{number}",
                contact_name=f"Contact {number}",
                started_at=now,
                last_message_at=now,
            )
        )
        tx.messages.add(
            Message(
                conversation_id=conversation.id,
                author=Author.CONTACT,
                author_id=conversation.contact,
                author_name=conversation.contact_name,
                text="I need help with my calendar.",
                at=now,
            )
        )
        tx.tickets.add(
            Ticket(
                conversation_id=conversation.id,
                team="support",
                signal="keyword",
                reason="The contact asks for help.",
                opened_at=now,
                restarted_at=now,
                waiting_since=now,
            )
        )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = {"import_ms": round(import_ms(), 1)}
        ready, rss = measured_run(folder)
        asyncio.run(fill(folder, OPEN_TICKETS))
        _, full = measured_run(folder)
        figures |= {"ready_ms": round(ready, 1), "rss_mb": round(rss, 1)}
        figures["rss_10k_mb"] = round(full, 1)
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for what, value in figures.items():
        print(f"{what:12} {value}")


if __name__ == "__main__":
    main()
