"""Time and identifiers: both can be fixed, so that a run can be repeated."""

import asyncio
import random
import string
import time

_TICK_S = 0.01
ALPHABET = string.ascii_uppercase + string.digits


class Clock:
    """The emulator's time: the machine's, moved by an offset."""

    def __init__(self, epoch: float | None = None) -> None:
        self._offset = 0.0 if epoch is None else epoch - time.time()
        self._last = 0

    def now(self) -> float:
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        self._offset += seconds

    async def sleep(self, seconds: float) -> None:
        """Until so much time has passed, by itself or as it is moved."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            await asyncio.sleep(min(left, _TICK_S))

    def ts(self) -> str:
        """Slack: a message's ts identifies it in its channel; it only ever grows."""
        self._last = max(self._last + 100, int(self.now() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


class Ids:
    """Identifiers that look like Slack's, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def new(self, prefix: str, length: int = 10) -> str:
        return prefix + "".join(self.random.choices(ALPHABET, k=length))

    def token(self, length: int = 24) -> str:
        return "".join(self.random.choices(string.hexdigits[:16], k=length))
