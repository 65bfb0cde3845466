"""The outbox: lanes and effects, the copies they leave behind, and channels to leave in peace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import bindparam, case, select

from bot.domain.values import replace
from bot.ports.outbox import Copy, Effect, Lane
from storage import tables
from storage.repositories.effects import Effects
from storage.repositories.lanes import LANES
from storage.rows import Rows, begins
from storage.upserts import Upsert

_ROWS = Rows(tables.Copies, Copy)
_C = _ROWS.table.c
_DESTINATIONS = tables.table(tables.Destinations)

_OF_LANE = _ROWS.select.where(_C.lane_id == bindparam("lane_id"))
_COPY = _OF_LANE.where(_C.subject == bindparam("subject"))
_COPIES = _OF_LANE.where(begins(_C.subject)).order_by(_C.id)
_COPY_AT = (
    select(*_ROWS.columns, *LANES.columns)
    .join(LANES.table, LANES.table.c.id == _C.lane_id)
    .where(
        _C.workspace == bindparam("workspace"),
        _C.channel == bindparam("channel"),
        _C.platform_id == bindparam("platform_id"),
    )
    .order_by(_C.id.desc())
    .limit(1)
)
_KEPT = ("id", "lane_id", "subject")
_PUT = Upsert(
    _ROWS.table,
    ["lane_id", "subject"],
    lambda new, _old: {name: new[name] for name in _ROWS.mapper.names if name not in _KEPT},
)
# Of two pauses the longer one holds.
_PAUSE = Upsert(
    _DESTINATIONS,
    ["workspace", "channel"],
    lambda new, old: {
        "paused_until": case(
            (old.paused_until > new.paused_until, old.paused_until), else_=new.paused_until
        )
    },
)
_PAUSED = select(_DESTINATIONS.c.paused_until).where(
    _DESTINATIONS.c.workspace == bindparam("workspace"),
    _DESTINATIONS.c.channel == bindparam("channel"),
)


class Outbox(Effects):
    def add(
        self,
        lane: Lane,
        subject: str,
        *,
        order_at: datetime,
        epoch: int | None = None,
        delay: timedelta = timedelta(),
        new: bool = False,
    ) -> Effect:
        if new:
            self.session.known.kept[_ROWS.table][lane.id, subject] = None
        return self._queue(lane, subject, order_at=order_at, epoch=epoch, delay=delay)

    def copy(self, lane_id: int, subject: str) -> Copy | None:
        kept = self.session.known.kept[_ROWS.table]
        if (asked := (lane_id, subject)) not in kept:
            kept[asked] = _ROWS.first(self.session, _COPY, lane_id=lane_id, subject=subject)
        return cast("Copy | None", kept[asked])

    def copies(self, lane_id: int, prefix: str) -> list[Copy]:
        return _ROWS.all(self.session, _COPIES, lane_id=lane_id, prefix=prefix)

    def copy_at(self, workspace: str, channel: str, platform_id: str) -> tuple[Copy, Lane] | None:
        row = self.session.run(
            _COPY_AT, workspace=workspace, channel=channel, platform_id=platform_id
        ).fetchone()
        if row is None:
            return None
        width = len(_ROWS.columns)
        return _ROWS.mapper.load(row[:width]), LANES.mapper.load(row[width:])

    def put_copy(self, copy: Copy) -> None:
        row = _ROWS.mapper.dump(copy)
        del row["id"]
        asked = copy.lane_id, copy.subject
        _PUT.put_off(self.session, asked, **row)
        self.session.known.kept[_ROWS.table][asked] = replace(copy, **_ROWS.mapper.read(row))

    def pause(self, workspace: str, channel: str, until: datetime) -> None:
        _PAUSE.run(self.session, workspace=workspace, channel=channel, paused_until=until)

    def paused_until(self, workspace: str, channel: str) -> datetime | None:
        found = self.session.asked(_DESTINATIONS, _PAUSED, workspace=workspace, channel=channel)
        return found[0][0] if found else None
