"""The embedded platform's own memory."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select, update

from bot.domain.card import Content
from bot.domain.identity import Place
from bot.ports.repositories.platforms import Posted
from storage import tables
from storage.mapping import nested
from storage.rows import Repository, Rows
from storage.upserts import Upsert

_ROWS = Rows(tables.Posts, Posted)
_C = _ROWS.table.c
_DUMP = nested(Content).dump
_LIMIT: Any = bindparam("limit")


def _newest(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(None).order_by(_C.id.desc()).limit(_LIMIT)


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
_STANDS = ~_C.deleted
_LATEST_IN_THREAD = _newest(_IN_THREAD.where(_STANDS))
_LATEST_AT_ROOT = _newest(_AT_ROOT.where(_STANDS))
_OF_OTHERS = _ROWS.select.where(_C.author != bindparam("author"))
_NEWEST_OF_OTHERS = _newest(_OF_OTHERS)
_OTHERS = _OF_OTHERS.where(_STANDS, _C.id > bindparam("after")).order_by(_C.id)
_LAST_ID = select(func.max(_C.id))
# Of so many posts, the newest, channels are told.
_LATELY = select(_C.channel, _C.id).order_by(_C.id.desc()).limit(10_000).subquery()
_CHANNELS = (
    select(_LATELY.c.channel)
    .group_by(_LATELY.c.channel)
    .order_by(func.max(_LATELY.c.id).desc())
    .limit(_LIMIT)
)


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

    def latest(self, place: Place, limit: int) -> list[Posted]:
        facts = {"workspace": place.workspace, "channel": place.channel, "limit": limit}
        if place.thread is None:
            return _ROWS.all(self.session, _LATEST_AT_ROOT, **facts)[::-1]
        return _ROWS.all(self.session, _LATEST_IN_THREAD, **facts, thread=place.thread)[::-1]

    def others(self, author: str, *, after: int) -> list[Posted]:
        return _ROWS.all(self.session, _OTHERS, author=author, after=after)

    def newest_of_others(self, author: str, limit: int) -> list[Posted]:
        return _ROWS.all(self.session, _NEWEST_OF_OTHERS, author=author, limit=limit)[::-1]

    def last_id(self) -> int:
        return int(self.session.run(_LAST_ID).scalar() or 0)

    def channels(self, limit: int) -> list[str]:
        return list(self.session.run(_CHANNELS, limit=limit).scalars())
