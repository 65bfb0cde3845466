"""Ports for programs that a test begins, which listen at them only later."""

from __future__ import annotations

import itertools
import os
import socket

# Below those that a system hands out by itself (Linux: from 32768 on), as each call to a server
# takes one of them. Processes that test at the same time begin far from each other.
_FIRST, _ROOM, _APART = 20_000, 12_000, 101
_counted = itertools.count(os.getpid() * _APART)


def free_port() -> int:
    """One that nobody listens at, and that nobody else is given for long."""
    while True:
        port = _FIRST + next(_counted) % _ROOM
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
