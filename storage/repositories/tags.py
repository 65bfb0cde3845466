"""Tags of tickets."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, func, select

from storage import tables
from storage.rows import Repository
from storage.upserts import Upsert

_TABLE = tables.table(tables.Tags)
_C = _TABLE.c

_OF = select(_C.tag).where(_C.ticket_number == bindparam("number")).order_by(_C.tag)
_ADD = Upsert(_TABLE, ["ticket_number", "tag"])
_REMOVE = delete(_TABLE).where(
    _C.ticket_number == bindparam("number"), _C.tag.not_in(bindparam("kept", expanding=True))
)
_USED = (
    select(_C.tag).group_by(_C.tag).order_by(func.count().desc(), _C.tag).limit(bindparam("limit"))
)


class Tags(Repository):
    def of(self, number: int) -> tuple[str, ...]:
        return tuple(row[0] for row in self.session.asked(_TABLE, _OF, number=number))

    def put(self, number: int, tags: Sequence[str]) -> None:
        self.session.run(_REMOVE, number=number, kept=list(tags))
        for tag in tags:
            _ADD.run(self.session, ticket_number=number, tag=tag)
        self.session.topics.add("tickets")

    def used(self, limit: int) -> list[str]:
        return list(self.session.run(_USED, limit=limit).scalars())
