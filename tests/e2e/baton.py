"""Baton as a newcomer starts it: a process of its own, in an empty folder, on a free port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

_ROOT = Path(__file__).resolve().parents[2]
_START_S = 120.0
_STOP_S = 60.0


@dataclass(frozen=True, kw_only=True)
class Running:
    """`folder` holds its database, files and log."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Running]:
    """Start it, wait until it is ready, and stop it again with SIGTERM."""
    port = free_port()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(_OURS)}
    env = {**clean, "PYTHONPATH": str(_ROOT), "BATON_HTTP_PORT": str(port), **environment}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], cwd=folder, env=env, stdout=log, stderr=log
        )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", process, folder)
        yield Running(url=f"http://127.0.0.1:{port}", folder=folder, process=process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


_OURS = ("BATON_", "SLACK_", "DISCORD_", "OPENAI_")


def _wait(url: str, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"Baton did not start:\n{(folder / 'log').read_text()}")
