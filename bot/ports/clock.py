"""What time it is for the desk."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The desk's time, aware, in UTC. On a practice desk it can run ahead of the wall."""
