"""How often somebody got a secret wrong of late, so that nobody can try them all."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_TRIES, _WITHIN_S = 5, 300.0
_MOST_ADDRESSES = 10_000


class Tries:
    """Counted by address; five wrong ones within five minutes are the most."""

    def __init__(self, wall: Callable[[], float] = time.monotonic) -> None:
        self._failed: dict[str, deque[float]] = {}
        self._wall = wall

    def wait(self, address: str) -> float:
        """Seconds until the address may try again; 0 when it may now."""
        failed = self._recent(address)
        return failed[0] + _WITHIN_S - self._wall() if len(failed) >= _TRIES else 0.0

    def failed(self, address: str) -> None:
        if len(self._failed) >= _MOST_ADDRESSES and address not in self._failed:
            self._failed.pop(next(iter(self._failed)))
        self._failed.setdefault(address, deque(maxlen=_TRIES)).append(self._wall())

    def _recent(self, address: str) -> deque[float]:
        failed = self._failed.get(address, deque())
        while failed and failed[0] <= self._wall() - _WITHIN_S:
            failed.popleft()
        return failed
