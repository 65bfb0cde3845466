"""The open tickets as somebody sees them: lists are cut, sorted and counted by the database."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, literal_column, or_, select, union

from bot.domain.queue import Label, Share, Sight
from bot.domain.states import Status
from bot.domain.ticket import Ticket
from storage import tables
from storage.rows import Repository, Rows

_ROWS = Rows(tables.Tickets, Ticket, key="number")
_T = _ROWS.table.c
_CONVERSATIONS = tables.table(tables.Conversations).c
_TAGS = tables.table(tables.Tags).c

_IS_OPEN = _T.status != literal_column("'closed'")
_PERSON: Any = bindparam("person")
_IS_OWN = or_(
    and_(_T.holder.is_not(None), _T.holder == _PERSON),
    and_(_T.assigned.is_not(None), _T.assigned == _PERSON),
)
_IS_OTHERS = and_(
    or_(_T.holder.is_(None), _T.holder != _PERSON),
    or_(_T.assigned.is_(None), _T.assigned != _PERSON),
)
_BY_TIME = (_T.due_at.is_(None), _T.due_at, _T.number)
# Two questions: of one with OR, SQLite would walk along the numbers of all tickets.
_THEIRS = union(
    *(select(_T.number).where(_IS_OPEN, column == _PERSON) for column in (_T.holder, _T.assigned))
)
_STANDING = (
    select(_CONVERSATIONS.thread, _T.status)
    .join(_ROWS.table, _T.conversation_id == _CONVERSATIONS.id)
    .where(
        _IS_OPEN,
        _CONVERSATIONS.workspace == bindparam("workspace"),
        _CONVERSATIONS.channel == bindparam("channel"),
        _CONVERSATIONS.thread.is_not(None),
    )
)


class _Statements:
    """Those for whoever sees some teams or all, with a tag or without."""

    def __init__(self, *, some_teams: bool, tagged: bool) -> None:
        team = [_T.team.in_(bindparam("teams", expanding=True))] if some_teams else []
        tag = (
            [exists().where(_TAGS.ticket_number == _T.number, _TAGS.tag == bindparam("tag"))]
            if tagged
            else []
        )
        seen = [_IS_OPEN, *tag, *([or_(_IS_OWN, *team)] if team else [])]
        limit: Any = bindparam("limit")
        others = _ROWS.select.where(
            _IS_OPEN, _T.status == bindparam("status"), _IS_OTHERS, *team, *tag
        )
        self.first = _ROWS.select.where(*seen).order_by(*_BY_TIME).limit(limit)
        self.own = _ROWS.select.where(_T.number.in_(_THEIRS), *tag).order_by(*_BY_TIME).limit(limit)
        self.others = others.order_by(*_BY_TIME).limit(limit)
        self.shares = (
            select(_T.status, _T.holder, _T.assigned, func.count())
            .where(*seen)
            .group_by(_T.status, _T.holder, _T.assigned)
        )
        self.labels = (
            select(_T.number, _CONVERSATIONS.contact_name, _T.status, _T.reason)
            .join(_CONVERSATIONS.id.table, _CONVERSATIONS.id == _T.conversation_id)
            .where(*seen)
            .order_by(_IS_OTHERS, *_BY_TIME)
        )


_statements = cache(_Statements)


class Queue(Repository):
    def first(self, sight: Sight, limit: int) -> list[Ticket]:
        return _ROWS.all(self.session, _for(sight).first, **_facts(sight), limit=limit)

    def own(self, sight: Sight, limit: int) -> list[Ticket]:
        return _ROWS.all(self.session, _for(sight).own, **_facts(sight), limit=limit)

    def others(self, sight: Sight, status: Status, limit: int) -> list[Ticket]:
        facts = {**_facts(sight), "status": status.value, "limit": limit}
        return _ROWS.all(self.session, _for(sight).others, **facts)

    def shares(self, sight: Sight) -> list[Share]:
        found = self.session.run(_for(sight).shares, **_facts(sight))
        return [
            Share(status=Status(status), holder=holder, assigned=assigned, count=count)
            for status, holder, assigned, count in found
        ]

    def labels(self, sight: Sight) -> list[Label]:
        found = self.session.run(_for(sight).labels, **_facts(sight))
        return [
            Label(number=number, contact=contact, status=Status(status), reason=reason)
            for number, contact, status, reason in found
        ]

    def standing(self, workspace: str, channel: str) -> Mapping[str, Status]:
        found = self.session.run(_STANDING, workspace=workspace, channel=channel)
        return {thread: Status(status) for thread, status in found}


def _for(sight: Sight) -> _Statements:
    return _statements(some_teams=sight.teams is not None, tagged=bool(sight.tag))


def _facts(sight: Sight) -> dict[str, Any]:
    facts: dict[str, Any] = {"person": sight.person}
    if sight.teams is not None:
        facts["teams"] = list(sight.teams)
    if sight.tag:
        facts["tag"] = sight.tag
    return facts
