"""What one attempt to reach an app came to."""

from dataclasses import dataclass
from typing import Any


@dataclass(kw_only=True)
class Outcome:
    """`reason` is the word for the retry header; `stop` asks for no retries."""

    ok: bool
    reason: str = ""
    body: Any = None
    stop: bool = False
