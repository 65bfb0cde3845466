"""Calls of programs that may be repeated, and what each has made."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, update

from bot.ports.repositories.figures import Call
from storage import tables
from storage.rows import Repository, Rows
from storage.upserts import Upsert

_ROWS = Rows(tables.ApiCalls, Call, key="key")
_C = _ROWS.table.c
# A second call under the key waits here until the first has committed.
_BEGIN = Upsert(_ROWS.table, ["key"], returning=["key"])
_FINISH = update(_ROWS.table).where(_C.key == bindparam("which")).values(made=bindparam("number"))
_FORGET = delete(_ROWS.table).where(_C.at < bindparam("before"))


class Calls(Repository):
    def begin(self, key: str, body: str, at: datetime) -> Call | None:
        if _BEGIN.run(self.session, key=key, body=body, made=0, at=at).scalar() is not None:
            return None
        return _ROWS.get(self.session, key)

    def finish(self, key: str, made: int) -> None:
        self.session.run(_FINISH, which=key, number=made)

    def forget(self, before: datetime) -> None:
        self.session.run(_FORGET, before=before)
