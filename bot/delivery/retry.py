"""What to do about a call that did not succeed. Takes the facts, performs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.ports.outlet import Busy, OutletError, Refused, Unclear, Unreachable

_FIRST = timedelta(seconds=0.5)
_LONGEST = timedelta(minutes=1)
_PROBE = timedelta(seconds=30)
# A fault of ours must not hold a lane for ever; an outage may.
_MOST_FAULTS = 5


@dataclass(frozen=True, kw_only=True)
class Again:
    """Try again after `wait`. `uncertain`: it may have happened, so look before repeating.

    `pause` tells that the whole channel must wait, as the platform asked.
    """

    wait: timedelta
    uncertain: bool = False
    pause: bool = False


@dataclass(frozen=True, kw_only=True)
class Suspend:
    """The destination does not work; look at it again after `wait`. The message is kept."""

    wait: timedelta


@dataclass(frozen=True, kw_only=True)
class GiveUp:
    """The message can never go as it is: a dead letter."""


Decision = Again | Suspend | GiveUp


def decide(error: Exception, attempts: int) -> Decision:
    """What follows an error at the n-th attempt (the first is 1)."""
    ours = not isinstance(error, OutletError)
    if isinstance(error, Refused) or (ours and attempts >= _MOST_FAULTS):
        return GiveUp()
    if isinstance(error, Unreachable):
        return Suspend(wait=_PROBE)
    if isinstance(error, Busy):
        return Again(wait=error.wait or backoff(attempts), pause=error.wait is not None)
    return Again(wait=backoff(attempts), uncertain=ours or isinstance(error, Unclear))


def backoff(attempts: int) -> timedelta:
    """Half a second, doubled with each attempt, a minute at the most."""
    doublings: int = min(attempts - 1, 10)
    return min(_FIRST * (1 << doublings), _LONGEST)
