"""Small facts about the installation, and what was seen already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlalchemy import Executable, bindparam, delete, insert, literal_column, select

from storage import tables
from storage.rows import Repository, begins
from storage.session import Session
from storage.upserts import Upsert

_META = tables.table(tables.Meta)
_SEEN = tables.table(tables.Seen)

_GET = select(_META.c.value).where(_META.c.key == bindparam("key"))
_BEGINNING = select(_META.c.key, _META.c.value).where(begins(_META.c.key))
_PUT = Upsert(_META, ["key"], lambda new, _old: {"value": new.value})
_COUNTERS = tables.table(tables.Counters)
_COUNT = Upsert(
    _COUNTERS, ["name"], lambda new, old: {"value": old.value + new.value}, returning=["value"]
)
_COUNTED = select(_COUNTERS.c.value).where(_COUNTERS.c.name == bindparam("name"))
_FORGET = delete(_COUNTERS).where(begins(_COUNTERS.c.name))
_REMOVE = delete(_META).where(_META.c.key == bindparam("key"))
_SEE = Upsert(_SEEN, ["digest"], returning=["digest"])
_IS_SEEN: Executable = select(literal_column("1")).where(_SEEN.c.digest == bindparam("digest"))
_ADD_SEEN = insert(_SEEN)


class Meta(Repository):
    def get(self, key: str) -> str | None:
        value: str | None = self.session.run(_GET, key=key).scalar()
        return value

    def put(self, key: str, value: str | None) -> None:
        if value is None:
            self.session.run(_REMOVE, key=key)
        else:
            _PUT.run(self.session, key=key, value=value)

    def beginning(self, prefix: str) -> Mapping[str, str]:
        return {str(row[0]): str(row[1]) for row in self.session.run(_BEGINNING, prefix=prefix)}

    def count(self, name: str, by: int) -> int:
        total: int = _COUNT.run(self.session, name=name, value=by).scalar_one()
        return total

    def counted(self, name: str) -> int:
        return self.session.run(_COUNTED, name=name).scalar() or 0

    def forget_counts(self, prefix: str) -> None:
        self.session.run(_FORGET, prefix=prefix)


def first_sight(session: Session, key: str) -> bool:
    """Whether this key was never seen before; from now on it was."""
    digest = hashlib.sha256(key.encode(errors="surrogatepass")).digest()
    if not session.puts_off:
        return _SEE.run(session, digest=digest).scalar() is not None
    if session.waits(_SEEN, digest) or session.peek(_IS_SEEN, digest=digest).scalar():
        return False
    session.later.add(_SEEN, _ADD_SEEN, digest, {"digest": digest})
    return True
