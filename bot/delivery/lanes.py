"""A step in a lane: each is one transaction, and only who has the lane's lease takes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.delivery.begin import Settle, begin
from bot.delivery.finish import finish, hold
from bot.delivery.leases import LEASE
from bot.delivery.work import Done, Rest, Work
from bot.failpoints import passing
from bot.ports.outbox import LaneKind
from bot.ports.store import Tx

# So many lanes are taken up at once.
_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """What one step in a lane needs to know."""

    lane_id: int
    owner: str
    settle: Settle
    wall: datetime
    now: datetime


def advance(tx: Tx, done: Done | None, at: Turnover) -> Work | Rest:
    """Record what was done and begin what is next, in one transaction.

    The conversation is held before the lane, in the order in which every use case takes them.
    """
    hold(tx, tx.outbox.get_lane(at.lane_id))
    lane = tx.outbox.lease(at.lane_id, at.owner, at.wall + LEASE, at.wall)
    if lane is None:
        return Rest()
    passing("lane.leased")
    if done is not None:
        finish(tx, lane, done, at.wall, at.now)
    step = begin(tx, lane, at.settle, at.wall, at.now)
    if isinstance(step, Rest):
        tx.outbox.release(at.lane_id, at.owner)
    return step


def leave(tx: Tx, done: Done, at: Turnover) -> None:
    """Record what was done and begin nothing more."""
    hold(tx, tx.outbox.get_lane(at.lane_id))
    lane = tx.outbox.lease(at.lane_id, at.owner, at.wall + LEASE, at.wall)
    if lane is not None:
        finish(tx, lane, done, at.wall, at.now)
        tx.outbox.release(at.lane_id, at.owner)


def due(tx: Tx, wall: datetime) -> list[int]:
    """The lanes that something can be done in now and that nobody has."""
    return tx.outbox.due_lanes(wall, _BATCH)


def show_cards(tx: Tx, lanes: Iterable[int]) -> None:
    """Let no card of these lanes gather changes any longer."""
    for lane_id in lanes:
        effect = tx.outbox.next(lane_id)
        if effect and tx.outbox.get_lane(lane_id).kind is LaneKind.CARD:
            tx.outbox.hasten(effect, timedelta())
