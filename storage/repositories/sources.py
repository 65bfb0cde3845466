"""The places that Baton follows, and what came in while they were catching up."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, literal_column, select

from bot.ports.repositories.platforms import Source
from storage import tables
from storage.rows import Repository, Rows, locked
from storage.upserts import Upsert

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
_SHARED = _AT.with_for_update(read=True)
_CHANNELS = locked(_OF.where(_C.thread == literal_column("''")))
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
            compared=mark,
        )

    def get(self, workspace: str, channel: str, thread: str = "") -> Source | None:
        return _ROWS.sought(self.session, _AT, workspace=workspace, channel=channel, thread=thread)

    def share(self, workspace: str, channel: str) -> Source | None:
        if not self.session.on_postgres:
            return self.get(workspace, channel)
        facts = {"workspace": workspace, "channel": channel, "thread": ""}
        return _ROWS.first(self.session, _SHARED, **facts)

    def hold(self, workspace: str, channel: str) -> Source | None:
        found = self.get(workspace, channel)
        return _ROWS.lock(self.session, found.id) if found else None

    def hold_all(self, workspace: str) -> list[Source]:
        if self.session.on_postgres:
            self.session.known.clear()  # they may have been waited for
        return _ROWS.all(self.session, _CHANNELS, workspace=workspace)

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
