"""The desk: one versioned document."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, select, update

from bot.domain.desk import Desk
from bot.domain.desk_changes import Version
from storage import tables
from storage.mapping import nested
from storage.rows import Repository, Rows
from storage.session import Newest, Session
from storage.upserts import Upsert

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

_VERSIONS = Rows(tables.DeskVersions, Version, key="version")
_V = _VERSIONS.table.c
_KEEP = Upsert(_VERSIONS.table, ["version"])
_KEPT = _VERSIONS.select.where(_V.version == bindparam("wanted"))
_HISTORY = (
    _VERSIONS.select.where(_V.version < bindparam("before"))
    .order_by(_V.version.desc())
    .limit(bindparam("limit"))
)
_OLD = delete(_VERSIONS.table).where(
    (_V.version <= bindparam("last"))
    | ((_V.at < bindparam("since")) & (_V.version < bindparam("newest")))
)
# Further back, and longer ago, nobody takes a change back.
_MOST, _LONGEST = 200, timedelta(days=365)


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
            found = self.session.asked(_TABLE, _VERSION)
            self._version = found[0][0] if found else 0
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
        _LOAD(document)  # what cannot be read back would be the last desk ever
        if seen:
            given = self.session.run(_NEXT, seen=seen, version=seen + 1, document=document)
        else:
            given = _FIRST.run(self.session, id=_ONLY, version=1, document=document)
        if given.scalar() is None:
            raise Superseded
        self._version, self._put = seen + 1, desk
        self.session.topics.add("desk")
        return seen + 1

    def keep(self, version: Version) -> None:
        _KEEP.run(self.session, **_VERSIONS.mapper.dump(version))
        self.session.run(
            _OLD,
            last=version.version - _MOST,
            since=version.at - _LONGEST,
            newest=version.version - 1,
        )

    def kept(self, version: int) -> Version | None:
        return _VERSIONS.first(self.session, _KEPT, wanted=version)

    def history(self, limit: int, *, before: int | None = None) -> list[Version]:
        end = self.version + 1 if before is None else before
        return _VERSIONS.all(self.session, _HISTORY, before=end, limit=limit)

    def _read(self) -> Newest:
        row = self.session.run(_DOCUMENT).fetchone()
        if row is None:
            return Newest()
        version, document = row
        return Newest(version=version, desk=_LOAD(document))
