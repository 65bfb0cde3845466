"""What a seed decides: how long each life of Baton lasts, and how it ends."""

from __future__ import annotations

import random
from dataclasses import dataclass

# Boundaries that messages on their way pass; see `bot.failpoints`.
BOUNDARIES = (
    "store.before_commit",
    "store.after_commit",
    "receive.after_commit",
    "lane.sending",
    "lane.called",
    "lane.recorded",
)
# Where it is certain that a post stands which nobody has recorded.
DOUBT = "lane.called"
_MOST_PASSINGS = 12
_LATEST_S = 2.5


@dataclass(frozen=True, kw_only=True)
class Life:
    """Killed at a failpoint, or `seconds` after it began to relay; then a pause."""

    failpoint: str
    seconds: float
    pause: float


def lives(seed: int, kills: int) -> list[Life]:
    """Every other one ends at a boundary, the rest anywhere."""
    drawn = random.Random(f"lives {seed}")
    return [_life(drawn, at_boundary=number % 2 == 0) for number in range(kills)]


def doubtful_lives(seed: int, kills: int) -> list[Life]:
    """Each ends right after a post."""
    drawn = random.Random(f"doubts {seed}")
    return [
        Life(failpoint=f"{DOUBT}:{drawn.randint(1, 4)}", seconds=20.0, pause=0.0)
        for _ in range(kills)
    ]


def _life(drawn: random.Random, *, at_boundary: bool) -> Life:
    pause = drawn.uniform(0.0, 0.8)
    if at_boundary:
        failpoint = f"{drawn.choice(BOUNDARIES)}:{drawn.randint(1, _MOST_PASSINGS)}"
        return Life(failpoint=failpoint, seconds=_LATEST_S, pause=pause)
    return Life(failpoint="", seconds=drawn.uniform(0.0, _LATEST_S), pause=pause)
