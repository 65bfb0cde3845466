"""Programs that begin at once: whatever they import, a nursery has imported, which forks them.

Each is a process of its own, which a test may kill at any moment; only the seconds that Python
takes to import everything are spent once, by one nursery for all workers of a run. It ends when
whoever began it does.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_IMPORTED = (
    "bot.main",
    "bot.http",
    "bot.jobs",
    "adapters.agents.player",
    "adapters.slack.http",
    "adapters.slack.platform",
    "adapters.discord.platform",
    "storage.media",
    "tests.emulators.discord.app",
    "tests.emulators.slack.server",
    "tests.emulators.ledger.outlet",
    "tests.fakes",
    "tests.integration.slack.world",
    "tests.world",
)
_WORDS = 1 << 20
_SHARED = "BATON_TEST_NURSERY"


@dataclass
class Program:
    """A running `python -m`, with what `asyncio.subprocess.Process` has of it."""

    pid: int
    stdout: asyncio.StreamReader
    _fate: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    returncode: int | None = None

    async def wait(self) -> int:
        """Its status when it has ended; below zero the signal that ended it."""
        if self.returncode is None:
            line = await self._fate.readline()
            if self.returncode is None:  # somebody else may have waited as well
                self.returncode = int(line)
                self._writer.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


async def program(
    module: str, *args: str, env: Mapping[str, str] | None = None, cwd: Path = _ROOT
) -> Program:
    """Begin `python -m module args`; its errors go where this process's own go now."""
    reader, writer = await asyncio.open_unix_connection(await asyncio.to_thread(_nursery))
    heard, told = os.pipe()
    asked = {"module": module, "args": args, "env": {**os.environ, **(env or {})}, "cwd": str(cwd)}
    try:
        line = writer.get_extra_info("socket").fileno()
        with socket.socket(fileno=os.dup(line)) as direct:
            direct.setblocking(True)  # noqa: FBT003 - the standard library's
            socket.send_fds(direct, [json.dumps(asked).encode() + b"\n"], [told, 2])
            direct.setblocking(False)  # noqa: FBT003 - it is one with the writer's
    finally:
        os.close(told)
    output = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(output), os.fdopen(heard, "rb")
    )
    return Program(int(await reader.readline()), output, reader, writer)


def reserve() -> None:
    """One for all workers of a run: it begins when the first of them asks for something."""
    where, listener = _listening()
    os.environ[_SHARED] = where
    threading.Thread(target=_begin_when_asked, args=(listener,), daemon=True).start()


def _begin_when_asked(listener: socket.socket) -> None:
    select.select([listener], [], [])
    _begin(listener)


@functools.cache
def _nursery() -> str:
    """Where it listens: the run's, else one for this process."""
    if shared := os.environ.get(_SHARED):
        return shared
    where, listener = _listening()
    _begin(listener)
    return where


def _listening() -> tuple[str, socket.socket]:
    """Whoever connects is answered once the nursery has imported everything."""
    folder = Path(tempfile.mkdtemp(prefix="baton-nursery-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen()
    return str(folder / "socket"), listener


def _begin(listener: socket.socket) -> None:
    with listener:
        began = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(listener.fileno())],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            pass_fds=[listener.fileno()],
        )
    atexit.register(_ended, began)


def _ended(nursery: subprocess.Popen[bytes]) -> None:
    nursery.kill()
    nursery.communicate()


def _serve(number: int) -> None:
    """Until nobody holds the other end of our input any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who mind a program
    with socket.socket(fileno=number) as listener, selectors.DefaultSelector() as either:
        either.register(listener, selectors.EVENT_READ)
        either.register(sys.stdin, selectors.EVENT_READ)
        while all(key.fileobj is listener for key, _ in either.select()):
            line, _ = listener.accept()
            with line:
                if os.fork() == 0:
                    listener.close()
                    _mind(line)


def _mind(line: socket.socket) -> None:
    """Begin what is asked for on this line, and tell how it ended. Never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    words, (output, errors), _, _ = socket.recv_fds(line, _WORDS, 2)
    while not words.endswith(b"\n"):
        words += line.recv(_WORDS)
    child = os.fork()
    if child == 0:
        line.close()
        os.dup2(output, 1)
        os.dup2(errors, 2)
        os.close(output)
        os.close(errors)
        os._exit(_become(**json.loads(words)))
    os.close(output)
    os.close(errors)
    os.close(1)
    with contextlib.suppress(OSError):  # whoever asked may be gone
        line.sendall(f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(module: str, args: list[str], env: dict[str, str], cwd: str) -> int:
    """Run a module as `python -m` does; answers with its status."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [module, *args]
    with _status() as status:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.stdout.flush()
    return status[0]


@contextlib.contextmanager
def _status() -> Iterator[list[int]]:
    status = [0]
    try:
        yield status
    except SystemExit as left:
        status[0] = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:  # noqa: BLE001 - it is the end of this process
        traceback.print_exc()
        status[0] = 1


if __name__ == "__main__":
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()  # no program has to look at what all of them share
    _serve(int(sys.argv[1]))
