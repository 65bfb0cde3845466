"""Effects: what waits in each lane, in its order."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import bindparam, func, literal_column, select, update

from bot.domain.values import replace
from bot.ports.outbox import Backlog, Effect, Lane, State
from storage.mapping import storable
from storage.repositories.lanes import EFFECTS, IS_LIVE, LANES, Lanes
from storage.rows import begins
from storage.session import Session

_ROWS = EFFECTS
_C = _ROWS.table.c
# 15 random bytes are 20 characters, the most that every platform takes as a nonce.
_KEY_BYTES = 15

_LIVE = _ROWS.select.where(_C.lane_id == bindparam("lane_id"), IS_LIVE)
_IN_ORDER = _LIVE.order_by(_C.order_at, _C.id)
_NEXT = _IN_ORDER.limit(1)
# Written out: SQLite plans a statement anew each time where a value decides which index fits.
_IS_PENDING = _C.state == literal_column("'pending'")
_PENDING = _IN_ORDER.where(_IS_PENDING, _C.subject == bindparam("subject")).limit(1)
# Backwards: of several in one lane the first is seen last, and stays.
_PENDING_IN = _ROWS.select.where(
    _C.lane_id.in_(bindparam("lane_ids", expanding=True)),
    IS_LIVE,
    _IS_PENDING,
    _C.subject == bindparam("subject"),
).order_by(_C.order_at.desc(), _C.id.desc())
_UNFINISHED = _LIVE.where(begins(_C.subject)).limit(1)
_END = (
    update(_ROWS.table)
    .where(_C.lane_id == bindparam("lane"), IS_LIVE, _IS_PENDING, begins(_C.subject))
    .values(state=bindparam("end"), finished_at=bindparam("now"), problem=bindparam("why"))
)
_IS_DEAD = _C.state == literal_column("'dead'")
_DEAD = (
    select(*_ROWS.columns, *LANES.columns)
    .join(LANES.table, LANES.table.c.id == _C.lane_id)
    .where(_IS_DEAD)
    .order_by(_C.id.desc())
    .limit(bindparam("limit"))
)
_DEAD_OF = _ROWS.select.where(
    _C.lane_id == bindparam("lane_id"), _IS_DEAD, begins(_C.subject)
).order_by(_C.id)
_BY_STATE = (
    select(_C.state, func.count()).where(_C.state != literal_column("'done'")).group_by(_C.state)
)
_OLDEST = select(func.min(_C.created_at)).where(IS_LIVE)


def _due(effect: Effect) -> datetime | None:
    """When a lane has to see to an effect; one that has begun still has to be finished."""
    return effect.due_at if effect.state in {State.PENDING, State.SENDING} else None


def foresee(session: Session, lanes: Sequence[Lane], subject: str) -> None:
    """Know whether an effect of that subject waits in these lanes, which are held."""
    session.foreseen.update({(_PENDING, lane.id, subject): None for lane in lanes})
    if lanes:
        ids = [lane.id for lane in lanes]
        for effect in _ROWS.learn(session, _PENDING_IN, lane_ids=ids, subject=subject):
            session.foreseen[_PENDING, effect.lane_id, subject] = effect


class Effects(Lanes):
    def _queue(
        self, lane: Lane, subject: str, *, order_at: datetime, epoch: int | None, delay: timedelta
    ) -> Effect:
        created_at = datetime.now(UTC)
        effect = Effect(
            lane_id=lane.id,
            subject=subject,
            key=secrets.token_urlsafe(_KEY_BYTES),
            order_at=order_at,
            due_at=created_at + delay,
            created_at=created_at,
            epoch=epoch,
        )
        added = _ROWS.add(self.session, effect)
        self._foresee(added)
        self._line_up(added)
        self.reschedule(lane.id)
        due = f"later:{lane.id}:{effect.due_at.timestamp()}"
        self.session.topics.add(due if delay else f"lane:{lane.id}")
        return added

    def withdraw(self, lane: Lane, prefix: str) -> int:
        return self._end(lane.id, prefix, State.DROPPED)

    def kill(self, lane_id: int, prefix: str, problem: str) -> None:
        self._end(lane_id, prefix, State.DEAD, storable(problem))

    def next(self, lane_id: int) -> Effect | None:
        line = self.line(lane_id)
        if line is not None:
            return line[0] if line else None
        return _ROWS.first(self.session, _NEXT, lane_id=lane_id)

    def effect(self, effect_id: int) -> Effect:
        return _ROWS.get(self.session, effect_id)

    def put_effect(self, effect: Effect) -> None:
        before: Effect | None = self.session.known.rows[_ROWS.table].get(effect.id)
        _ROWS.put(self.session, effect)
        self._foresee(effect)
        self._line_up(self.session.known.rows[_ROWS.table].get(effect.id, effect))
        if before is None or _due(before) != _due(effect):
            self.reschedule(effect.lane_id)

    def pending(self, lane_id: int, subject: str) -> Effect | None:
        if (asked := (_PENDING, lane_id, subject)) in self.session.foreseen:
            return cast("Effect | None", self.session.foreseen[asked])
        line = self.line(lane_id)
        if line is not None:
            waiting = (one for one in line if one.state is State.PENDING)
            return next((one for one in waiting if one.subject == subject), None)
        return _ROWS.first(self.session, _PENDING, lane_id=lane_id, subject=subject)

    def hasten(self, effect: Effect, delay: timedelta) -> None:
        due_at = datetime.now(UTC) + delay
        if effect.attempts == 0 and due_at < effect.due_at:
            self.put_effect(replace(effect, due_at=due_at))
            self.session.topics.add(f"later:{effect.lane_id}:{due_at.timestamp()}")

    def unfinished(self, lane_id: int, prefix: str) -> bool:
        line = self.line(lane_id)
        if line is not None:
            return any(one.subject.startswith(prefix) for one in line)
        return _ROWS.first(self.session, _UNFINISHED, lane_id=lane_id, prefix=prefix) is not None

    def dead(self, limit: int) -> list[tuple[Effect, Lane]]:
        width = len(_ROWS.columns)
        rows = self.session.run(_DEAD, limit=limit).fetchall()
        return [(_ROWS.mapper.load(row[:width]), LANES.mapper.load(row[width:])) for row in rows]

    def dead_of(self, lane_id: int, prefix: str) -> list[Effect]:
        return _ROWS.all(self.session, _DEAD_OF, lane_id=lane_id, prefix=prefix)

    def backlog(self, now: datetime) -> Backlog:
        by_state = {str(state): int(count) for state, count in self.session.run(_BY_STATE)}
        oldest: datetime | None = self.session.run(_OLDEST).scalar()
        waited = (now - oldest).total_seconds() if oldest else 0.0
        return Backlog(by_state=by_state, oldest_s=max(waited, 0.0))

    def _foresee(self, effect: Effect) -> None:
        if (asked := (_PENDING, effect.lane_id, effect.subject)) in self.session.foreseen:
            seen: Effect | None = self.session.foreseen.pop(asked)
            if effect.state is State.PENDING and (seen is None or seen.id == effect.id):
                self.session.foreseen[asked] = effect

    def _end(self, lane_id: int, prefix: str, end: State, why: str = "") -> int:
        """End what has not begun; answers with how many."""
        ended = self.session.run(
            _END, lane=lane_id, prefix=prefix, end=end.value, why=why, now=datetime.now(UTC)
        ).rowcount
        if ended:
            self.session.foreseen.clear()
            self.reschedule(lane_id)
        return int(ended)
