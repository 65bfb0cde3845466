"""The rows that reports are made from."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Integer,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
)

from bot.domain.conversation import PRACTICE
from bot.domain.message import Author
from bot.domain.report import Alone, Row
from storage import tables
from storage.mapping import Mapper
from storage.rows import Repository

_MAPPER = Mapper(Row)
_ALONE = Mapper(Alone)
_TICKETS = tables.table(tables.Tickets)
_T = _TICKETS.c
_C = tables.table(tables.Conversations).c
_M = tables.table(tables.Messages).c
_THREADS = tables.table(tables.Threads).c

_START: BindParameter[datetime] = bindparam("start")
_END: BindParameter[datetime] = bindparam("end")
_TEAM: BindParameter[str] = bindparam("team")
_COUNTS = and_(~_T.practice, or_(_TEAM == "", _T.team == _TEAM))
# Nearly every ticket was opened before the period: that is no way to find any, so it is written as
# no index can be used for it.
_BEFORE = func.coalesce(_T.opened_at, _T.opened_at) < _START
_ROWS = select(*(_T[name] for name in _MAPPER.names)).where(_COUNTS)
# Two ranges, each with an index of its own; a ticket that is in both comes once.
_OPENED = _ROWS.where(_T.opened_at >= _START, _T.opened_at < _END)
_CLOSED = _ROWS.where(_T.closed_at >= _START, _T.closed_at < _END, _BEFORE)
_IS_OPEN = _T.status != literal_column("'closed'")
_COUNT = select(func.count()).select_from(_TICKETS).where(_COUNTS, _BEFORE)
_STILL_OPEN = _COUNT.where(_IS_OPEN)
_CLOSED_LATER = _COUNT.where(_T.closed_at >= _END)

_ANSWERED = exists().where(_M.conversation_id == _C.id, _M.author == Author.AGENT)
_HUMAN = or_(
    exists().where(_T.conversation_id == _C.id), exists().where(_THREADS.conversation_id == _C.id)
)
_AGENT = (
    select(
        _C.workspace,
        _C.channel,
        _C.direct,
        func.count(),
        func.sum(cast(~_HUMAN, Integer)),
    )
    .where(
        _C.started_at >= _START,
        _C.started_at < _END,
        _C.workspace != PRACTICE,
        _ANSWERED,
    )
    .group_by(_C.workspace, _C.channel, _C.direct)
)
STATEMENTS = (_OPENED, _CLOSED, _STILL_OPEN, _CLOSED_LATER, _AGENT)


class Reports(Repository):
    def rows(self, team: str, start: datetime, end: datetime) -> list[Row]:
        found = [
            _MAPPER.load(row)
            for part in (_OPENED, _CLOSED)
            for row in self.session.run(part, team=team, start=start, end=end)
        ]
        return sorted(found, key=lambda one: one.number)

    def older(self, team: str, start: datetime, end: datetime) -> int:
        facts = {"team": team, "start": start, "end": end}
        counts = (self.session.run(one, **facts) for one in (_STILL_OPEN, _CLOSED_LATER))
        return sum(count.scalar_one() for count in counts)

    def agent(self, start: datetime, end: datetime) -> list[Alone]:
        rows = self.session.run(_AGENT, start=start, end=end)
        return [_ALONE.load(row) for row in rows]
