"""How fast Baton is there, and how much memory it takes: `python -m benchmarks.footprint`.

`import_ms`: the interpreter with everything imported; `ready_ms`: from the start of the process to
`/readyz`, with a new database; `page_ms`: to the console's first page; `rss_mb` then, and
`rss_10k_mb` with 10,000 open tickets in the database. `help_ms`: all of `baton --help`.

Everything has been started once before, so that it is compiled, as it is where Baton is installed.
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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.conversation import Conversation
from bot.domain.message import Author, Limits, Message
from bot.domain.ticket import Ticket
from bot.ports.store import Tx
from storage.store import open_store

OPEN_TICKETS = 10_000
_PATIENCE = 60
_ENV = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, kw_only=True)
class Start:
    """Milliseconds from the start of the process, and megabytes resident with its pages open."""

    ready: float
    page: float
    rss: float


def taken_ms(*words: str) -> float:
    """How long Python takes for a whole program."""
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, env=_ENV, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def started(folder: Path) -> Start:
    """Start Baton, wait for it and for its first page, stop it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {
        **_ENV,
        "BATON_DATABASE_URL": f"sqlite:///{folder}/baton.db",
        "BATON_MEDIA_URL": str(folder / "media"),
        "BATON_HTTP_PORT": str(port),
        "BATON_LOG": "error",
    }
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=env)
    try:
        ready, page = (_answered(port, path, began) for path in ("readyz", "contact"))
        return Start(ready=ready, page=page, rss=_rss_mb(process.pid))
    finally:
        process.terminate()
        process.wait(30)


def _answered(port: int, path: str, began: float) -> float:
    while not _ok(f"http://127.0.0.1:{port}/{path}"):
        if time.perf_counter() - began > _PATIENCE:
            raise TimeoutError("Baton did not become ready")
        time.sleep(0.01)
    return (time.perf_counter() - began) * 1000


def _ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
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
        with tempfile.TemporaryDirectory() as other:
            started(Path(other))
        figures = {
            "import_ms": taken_ms("-c", "import bot.main"),
            "help_ms": taken_ms("-m", "bot", "--help"),
        }
        new = started(folder)
        asyncio.run(fill(folder, OPEN_TICKETS))
        full = started(folder)
        figures |= {"ready_ms": new.ready, "page_ms": new.page}
        figures |= {"rss_mb": new.rss, "rss_10k_mb": full.rss}
        figures = {what: round(value, 1) for what, value in figures.items()}
    if "--json" in sys.argv:
        print(json.dumps(figures))
        return
    for what, value in figures.items():
        print(f"{what:12} {value}")


if __name__ == "__main__":
    main()
