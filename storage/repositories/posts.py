"""The embedded platform's own memory."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from bot.domain.card import Content
from bot.domain.identity import Place
from bot.ports.repositories.platforms import Posted
from storage import tables
from storage.mapping import nested
from storage.rows import Repository, Rows, Upsert

_ROWS = Rows(tables.Posts, Posted)
_C = _ROWS.table.c
_DUMP = nested(Content).dump

_ADD = Upsert(_ROWS.table, ["key"], returning=["id"])
_BY_KEY = select(_C.id).where(_C.key == bindparam("key"))
_STANDING = update(_ROWS.table).where(_C.id == bindparam("post_id"), ~_C.deleted)
_EDIT = _STANDING.values(content=bindparam("said", type_=_C.content.type), edited=True)
_DELETE = _STANDING.values(deleted=True)
_IN_CHANNEL = _ROWS.select.where(
    _C.workspace == bindparam("workspace"), _C.channel == bindparam("channel")
).order_by(_C.id)
_IN_THREAD = _IN_CHANNEL.where(_C.thread == bindparam("thread"))
_AT_ROOT = _IN_CHANNEL.where(_C.thread.is_(None))
_GET = _ROWS.select.where(_C.id == bindparam("post_id"))
_CHANNELS = select(_C.channel).distinct().order_by(_C.channel)


class Posts(Repository):
    def add(self, place: Place, author: str, content: Content, key: str, at: datetime) -> int:
        given = _ADD.run(
            self.session,
            workspace=place.workspace,
            channel=place.channel,
            thread=place.thread,
            author=author,
            content=_DUMP(content),
            key=key,
            at=at,
            edited=False,
            deleted=False,
        ).scalar()
        if given is None:
            given = self.session.run(_BY_KEY, key=key).scalar_one()
        self.session.topics.add("posts")
        return int(given)

    def keyed(self, key: str) -> int | None:
        found = self.session.run(_BY_KEY, key=key).scalar()
        return None if found is None else int(found)

    def edit(self, post_id: int, content: Content) -> bool:
        self.session.topics.add("posts")
        changed = self.session.run(_EDIT, post_id=post_id, said=_DUMP(content))
        return bool(changed.rowcount)

    def delete(self, post_id: int) -> bool:
        self.session.topics.add("posts")
        return bool(self.session.run(_DELETE, post_id=post_id).rowcount)

    def at(self, place: Place) -> list[Posted]:
        where = {"workspace": place.workspace, "channel": place.channel}
        if place.thread is None:
            return _ROWS.all(self.session, _AT_ROOT, **where)
        return _ROWS.all(self.session, _IN_THREAD, **where, thread=place.thread)

    def get(self, post_id: int) -> Posted | None:
        return _ROWS.first(self.session, _GET, post_id=post_id)

    def channels(self) -> list[str]:
        return list(self.session.run(_CHANNELS).scalars())
