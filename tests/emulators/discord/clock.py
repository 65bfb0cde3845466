"""Time that a test can move forward, and the snowflakes made from it."""

import time
from datetime import UTC, datetime

from tests.emulators.discord.constants import EPOCH_MS


class Clock:
    def __init__(self) -> None:
        self.offset = 0.0

    def time(self) -> float:
        return time.time() + self.offset

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        self.offset += seconds


class Snowflakes:
    """Discord: 42 bits of milliseconds since 2015, 10 of worker and process, 12 of increment.

    Strictly increasing, so that the order of ids is the order of events.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        candidate = (int(self._clock.time() * 1000) - EPOCH_MS) << 22
        self._last = max(candidate, self._last + 1)
        return str(self._last)


def at(snowflake: str) -> float:
    """The moment inside an id, in seconds."""
    return ((int(snowflake) >> 22) + EPOCH_MS) / 1000


def iso(moment: datetime) -> str:
    return moment.isoformat()
