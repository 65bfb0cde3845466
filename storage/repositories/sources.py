"""The places that Baton follows, and what came in while they were catching up."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from bot.ports.repositories.platforms import Source
from storage import tables
from storage.rows import Repository, Rows, Upsert

_ROWS = Rows(tables.Sources, Source)
_C = _ROWS.table.c
_PARKED = tables.table(tables.Parked)

_WATCH = Upsert(_ROWS.table, ["workspace", "channel", "thread"])
_AT = _ROWS.select.where(
    _C.workspace == bindparam("workspace"),
    _C.channel == bindparam("channel"),
    _C.thread == bindparam("thread"),
)
_OF = _ROWS.select.where(_C.workspace == bindparam("workspace")).order_by(_C.id)
_PARK = insert(_PARKED)
_WAITING = (
    select(_PARKED.c.id, _PARKED.c.inbound)
    .where(_PARKED.c.workspace == bindparam("workspace"), _PARKED.c.channel == bindparam("channel"))
    .order_by(_PARKED.c.id)
    .limit(bindparam("limit"))
)
_UNPARK = delete(_PARKED).where(_PARKED.c.id == bindparam("number"))


class Sources(Repository):
    def watch(self, workspace: str, channel: str, thread: str, mark: str) -> None:
        _WATCH.run(
            self.session,
            workspace=workspace,
            channel=channel,
            thread=thread,
            mark=mark,
            catching_up=False,
        )

    def get(self, workspace: str, channel: str, thread: str = "") -> Source | None:
        return _ROWS.sought(self.session, _AT, workspace=workspace, channel=channel, thread=thread)

    def of(self, workspace: str) -> list[Source]:
        return _ROWS.all(self.session, _OF, workspace=workspace)

    def put(self, source: Source) -> None:
        _ROWS.put(self.session, source)

    def park(self, workspace: str, channel: str, inbound: str) -> None:
        self.session.run(_PARK, workspace=workspace, channel=channel, inbound=inbound)

    def parked(self, workspace: str, channel: str, limit: int) -> list[tuple[int, str]]:
        rows = self.session.run(_WAITING, workspace=workspace, channel=channel, limit=limit)
        return [(number, inbound) for number, inbound in rows]

    def unpark(self, number: int) -> None:
        self.session.run(_UNPARK, number=number)
