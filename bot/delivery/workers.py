"""What a worker is called, and whether it still runs as far as this machine can tell."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from bot.ports.store import Tx

_NAMESPACE = Path("/proc/self/ns/pid")


def own_name() -> str:
    """A worker's name: where it runs, and something random, as process ids come again."""
    return f"{machine()}:{os.getpid()}:{secrets.token_hex(4)}"


def machine() -> str:
    """Where this process's number means something: containers may share the name of their host."""
    try:
        namespace = str(_NAMESPACE.readlink())
    except OSError:
        return socket.gethostname()
    return f"{socket.gethostname()}-{''.join(filter(str.isdecimal, namespace))}"


def is_dead(owner: str) -> bool:
    """Whether a worker ran on this machine and runs no longer; of others nothing is known."""
    pid = _pid(owner)
    return pid is not None and not _runs(pid)


def is_former(owner: str, own: str) -> bool:
    """The same for a process that has just begun: whoever had its number before it is dead."""
    return owner != own and (is_dead(owner) or _pid(owner) == os.getpid())


def free_the_dead(tx: Tx, own: str, *, at_start: bool = False) -> None:
    """Take the leases of workers of this machine that no longer run; others' run out by time."""
    for owner in tx.outbox.owners():
        if is_former(owner, own) if at_start else is_dead(owner):
            tx.outbox.free(owner)


def _pid(owner: str) -> int | None:
    """The process of a worker of this machine."""
    name, _, rest = owner.partition(":")
    number = rest.partition(":")[0]
    return int(number) if name == machine() and number.isdecimal() else None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
