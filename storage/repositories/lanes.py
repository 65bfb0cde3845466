"""Lanes: who may send in them, and when there is something to do.

`due_at` of a lane is when its first unfinished effect can next be worked on, or when a suspended
lane is tried again. It is kept here by every unit that changes an effect, so that finding work is
one index read.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, case, literal_column, or_, select, update

from bot.domain.identity import Place
from bot.domain.values import replace
from bot.ports.outbox import FRESH, Effect, Lane, LaneKind, State
from storage import tables
from storage.rows import Repository, Rows, locked
from storage.session import Session
from storage.upserts import Upsert

LANES = Rows(tables.Lanes, Lane)
_C = LANES.table.c
EFFECTS = Rows(tables.Effects, Effect)
_EFFECTS = EFFECTS.table

IS_LIVE = _EFFECTS.c.state.in_([literal_column("'pending'"), literal_column("'sending'")])
# A longer line of effects is not kept in mind.
_SHORT = 32
_LINE = (
    EFFECTS.select.where(_EFFECTS.c.lane_id == bindparam("lane_id"), IS_LIVE)
    .order_by(_EFFECTS.c.order_at, _EFFECTS.c.id)
    .limit(_SHORT + 1)
)
_HEAD = (
    select(_EFFECTS.c.due_at)
    .where(_EFFECTS.c.lane_id == _C.id, IS_LIVE)
    .order_by(_EFFECTS.c.order_at, _EFFECTS.c.id)
    .limit(1)
    .correlate(LANES.table)
    .scalar_subquery()
)
_THIS = _C.id == bindparam("lane_id")
_HOLD = locked(select(_C.id).where(_THIS))
_IS_OPEN = _C.suspended == literal_column("''")
_RESCHEDULE_MANY = update(LANES.table).where(_THIS, _IS_OPEN).values(due_at=_HEAD)
_RESCHEDULE = _RESCHEDULE_MANY.returning(*LANES.columns)
# So many lanes need not be known after it.
_MANY = 16

_FIND = LANES.select.where(_C.kind == bindparam("kind"), _C.ref == bindparam("ref"))
_THESE = locked(
    LANES.select.where(
        _C.kind == bindparam("kind"), _C.ref.in_(bindparam("refs", expanding=True))
    ).order_by(_C.id)
)
_MAKE = Upsert(LANES.table, ["kind", "ref"])
_LEASE = (
    update(LANES.table)
    .where(
        _THIS,
        or_(
            _C.owner.is_(None),
            _C.owner == bindparam("mine"),
            _C.leased_until.is_(None),
            _C.leased_until <= bindparam("now"),
        ),
    )
    .values(owner=bindparam("mine"), leased_until=bindparam("until"))
    .returning(*LANES.columns)
)
_RELEASE = (
    update(LANES.table)
    .where(_THIS, _C.owner == bindparam("mine"))
    .values(owner=None, leased_until=None, due_at=case((_IS_OPEN, _HEAD), else_=_C.due_at))
    .returning(*LANES.columns)
)
_OWNERS = select(_C.owner).where(_C.owner.is_not(None)).distinct().order_by(_C.owner)
_FREE = (
    update(LANES.table)
    .where(_C.owner.is_not(None), _C.owner == bindparam("mine"))
    .values(owner=None, leased_until=None)
)
_DUE = (
    select(_C.id)
    .where(
        _C.due_at <= bindparam("now"),
        or_(_C.owner.is_(None), _C.leased_until <= bindparam("now")),
    )
    .order_by(_C.due_at, _C.id)
    .limit(bindparam("limit"))
)
_NEXT_FREE = (
    select(_C.due_at).where(_C.due_at.is_not(None), _C.owner.is_(None)).order_by(_C.due_at).limit(1)
)
_HELD = select(_C.due_at, _C.leased_until).where(_C.owner.is_not(None), _C.due_at.is_not(None))
_SUSPENDED = LANES.select.where(_C.suspended != literal_column("''")).order_by(_C.id)


def _due(line: Sequence[Effect]) -> datetime | None:
    """When the first of a lane's effects is due."""
    return line[0].due_at if line else None


def foresee(session: Session, kind: LaneKind, refs: Sequence[int]) -> list[Lane]:
    """Know the lanes of a kind that there are; on PostgreSQL they are held."""
    found = LANES.learn(session, _THESE, kind=kind.value, refs=refs) if refs else []
    for lane in found:
        LANES.answer(session, _FIND, (kind.value, lane.ref), lane)
        session.held.add((LANES.table, lane.id))
    return found


class Lanes(Repository):
    def line(self, lane_id: int) -> list[Effect] | None:
        """What waits in a lane, in its order; None where it is asked for each time: others may add
        to it on PostgreSQL, and it may be long.
        """
        if self.session.on_postgres:
            return None
        kept = self.session.known.kept[_EFFECTS]
        if lane_id not in kept:
            found = EFFECTS.learn(self.session, _LINE, lane_id=lane_id)
            kept[lane_id] = found if len(found) <= _SHORT else None
        return cast("list[Effect] | None", kept[lane_id])

    def _line_up(self, effect: Effect) -> None:
        """An effect was added or changed."""
        kept = self.session.known.kept[_EFFECTS]
        line: list[Effect] | None = kept.get(effect.lane_id)
        if line is None:
            return
        others = [one for one in line if one.id != effect.id]
        if effect.state in {State.PENDING, State.SENDING}:
            insort(others, effect, key=lambda one: (one.order_at, one.id))
        kept[effect.lane_id] = others if len(others) <= _SHORT else None

    def lane(self, kind: LaneKind, ref: int, place: Place) -> Lane:
        found = LANES.sought(self.session, _FIND, kind=kind.value, ref=ref)
        if found is not None:
            return found
        lane = Lane(kind=kind, ref=ref, workspace=place.workspace, channel=place.channel)
        row = LANES.mapper.dump(lane)
        del row["id"]
        _MAKE.run(self.session, **row)
        return LANES.all(self.session, _FIND, kind=kind.value, ref=ref)[0]

    def began(self, conversation_id: int) -> str:
        kind = LaneKind.CONTACT.value
        lane = LANES.sought(self.session, _FIND, kind=kind, ref=conversation_id)
        return lane.channel if lane else ""

    def get_lane(self, lane_id: int) -> Lane:
        if lane_id in self.session.moved:
            self.settle()
        return LANES.get(self.session, lane_id)

    def put_lane(self, lane: Lane) -> None:
        LANES.put(self.session, lane, leaving=("owner", "leased_until"))
        if not lane.suspended:
            self.reschedule(lane.id)
            self._reschedule(lane.id)

    def reschedule(self, lane_id: int) -> None:
        """Have it worked out, at the end of the unit, when the lane has to be worked on.

        On PostgreSQL the row is held first: a statement that had to wait for another transaction
        would go on with the effects it saw before, and lose the other's.
        """
        is_held = lane_id in self.session.moved or (LANES.table, lane_id) in self.session.held
        if self.session.on_postgres and not is_held:
            self.session.run(_HOLD, lane_id=lane_id)
            self.session.known.rows[LANES.table].pop(lane_id, None)
        self.session.moved.add(lane_id)

    def settle(self) -> None:
        """Set when the lanes that have moved are due.

        One that is held has been due since it was taken, and is set when it is let go of.
        """
        moved = [lane_id for lane_id in sorted(self.session.moved) if not self._is_held(lane_id)]
        if len(moved) > _MANY:
            self.session.many(_RESCHEDULE_MANY, [{"lane_id": lane_id} for lane_id in moved])
        else:
            for lane_id in moved:
                self._reschedule(lane_id)
        self.session.moved.clear()

    def _reschedule(self, lane_id: int) -> None:
        line = self.line(lane_id)
        if line is None:
            LANES.change(self.session, _RESCHEDULE, lane_id=lane_id)
        elif not (lane := LANES.get(self.session, lane_id)).suspended:
            LANES.put(self.session, replace(lane, due_at=_due(line)))

    def lease(self, lane_id: int, owner: str, until: datetime, now: datetime) -> Lane | None:
        if self.session.on_postgres:
            facts = {"mine": owner, "until": until, "now": now}
            return LANES.change(self.session, _LEASE, lane_id=lane_id, **facts)
        lane = LANES.find(self.session, lane_id)
        if lane is None:
            return None
        if lane.owner == owner and lane.leased_until and lane.leased_until >= until - FRESH:
            return lane
        if lane.owner not in {None, owner} and lane.leased_until and lane.leased_until > now:
            return None
        taken = replace(lane, owner=owner, leased_until=until)
        LANES.put(self.session, taken)
        return taken

    def release(self, lane_id: int, owner: str) -> None:
        line = self.line(lane_id)
        if line is None:
            if LANES.change(self.session, _RELEASE, lane_id=lane_id, mine=owner):
                self.session.moved.discard(lane_id)
            return
        lane = LANES.find(self.session, lane_id)
        if lane is not None and lane.owner == owner:
            due_at = lane.due_at if lane.suspended else _due(line)
            LANES.put(self.session, replace(lane, owner=None, leased_until=None, due_at=due_at))
            self.session.moved.discard(lane_id)

    def _known(self, lane_id: int) -> Lane | None:
        """The lane, if it need not be asked for."""
        known: Lane | None = self.session.known.rows[LANES.table].get(lane_id)
        return known

    def _is_held(self, lane_id: int) -> bool:
        lane = self._known(lane_id)
        return bool(lane and lane.owner and lane.due_at)

    def owners(self) -> list[str]:
        return list(self.session.run(_OWNERS).scalars())

    def free(self, owner: str) -> None:
        self.session.run(_FREE, mine=owner)

    def due_lanes(self, now: datetime, limit: int) -> list[int]:
        self.settle()
        return list(self.session.run(_DUE, now=now, limit=limit).scalars())

    def next_due(self) -> datetime | None:
        self.settle()
        free = self.session.run(_NEXT_FREE).scalar()
        held = [max(due, until or due) for due, until in self.session.run(_HELD)]
        return min([*held, *([free] if free else [])], default=None)

    def suspended(self) -> list[Lane]:
        return LANES.all(self.session, _SUSPENDED)
