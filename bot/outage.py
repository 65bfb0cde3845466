"""Something does not work for a while: the log says so once, now and then, and when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

_NOW_AND_THEN_S = 60.0


class Outage:
    """`begun` words what waits, `over` that it goes on; each failure may be told of, however often.

    `clock` counts seconds.
    """

    def __init__(
        self, log: logging.Logger, begun: str, over: str, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._log, self._begun, self._over = log, begun, over
        self._clock = clock
        self._since: float | None = None
        self._said = 0.0

    def lasts(self, why: object) -> None:
        """It does not work now."""
        now = self._clock()
        if self._since is None:
            self._since = self._said = now
            self._log.warning("%s: %s", self._begun, why)
        elif now - self._said >= _NOW_AND_THEN_S:
            self._said = now
            self._log.warning("%s, for %.0f s now: %s", self._begun, now - self._since, why)

    def ended(self) -> None:
        """It works."""
        if self._since is not None:
            self._log.warning("%s, after %.0f s", self._over, self._clock() - self._since)
            self._since = None
