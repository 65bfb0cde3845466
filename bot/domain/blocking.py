"""A contact whose messages are kept out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Block:
    """`by` is who blocked them; `kept_out` counts the messages that came in since."""

    contact: str
    name: str
    by: str
    at: datetime
    reason: str = ""
    kept_out: int = 0
