"""The desk: one versioned document."""

from __future__ import annotations

from sqlalchemy import bindparam, select, update

from bot.domain.desk import Desk
from storage import tables
from storage.mapping import nested
from storage.rows import Newest, Repository, Session, Upsert

_TABLE = tables.table(tables.Desk)
_ONLY = 1
_DUMP, _LOAD = nested(Desk)
_VERSION = select(_TABLE.c.version).where(_TABLE.c.id == _ONLY)
_DOCUMENT = select(_TABLE.c.version, _TABLE.c.document).where(_TABLE.c.id == _ONLY)
_FIRST = Upsert(_TABLE, ["id"], returning=["version"])
_NEXT = (
    update(_TABLE)
    .where(_TABLE.c.id == _ONLY, _TABLE.c.version == bindparam("seen"))
    .returning(_TABLE.c.version)
)


class Superseded(Exception):
    """The desk was changed by another process meanwhile; the unit has to run again."""


class DeskDocument(Repository):
    """Version 0 is the empty desk that nobody has written yet."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._version: int | None = None
        self._put: Desk | None = None

    @property
    def version(self) -> int:
        if self._version is None:
            self._version = self.session.run(_VERSION).scalar() or 0
        return self._version

    def get(self) -> Desk:
        if self._put is not None:
            return self._put
        known = self.session.desk()
        if known.version != self.version:
            known = self._read()
            self.session.keep_desk(known)
            self._version = known.version
        return known.desk

    def put(self, desk: Desk) -> int:
        seen = self.version
        document = _DUMP(desk)
        if seen:
            given = self.session.run(_NEXT, seen=seen, version=seen + 1, document=document)
        else:
            given = _FIRST.run(self.session, id=_ONLY, version=1, document=document)
        if given.scalar() is None:
            raise Superseded
        self._version, self._put = seen + 1, desk
        self.session.topics.add("desk")
        return seen + 1

    def _read(self) -> Newest:
        row = self.session.run(_DOCUMENT).fetchone()
        if row is None:
            return Newest()
        version, document = row
        return Newest(version=version, desk=_LOAD(document))
