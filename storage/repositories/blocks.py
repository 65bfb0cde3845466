"""Contacts whose messages are kept out."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, update

from bot.domain.blocking import Block
from storage import tables
from storage.rows import Repository, Rows
from storage.upserts import Upsert

_ROWS = Rows(tables.Blocks, Block, key="contact")
_C = _ROWS.table.c
_GET = _ROWS.select.where(_C.contact == bindparam("contact"))
_ALL = _ROWS.select.order_by(_C.at.desc(), _C.contact)
_PUT = Upsert(
    _ROWS.table,
    ["contact"],
    lambda new, _old: {name: new[name] for name in ("name", "by", "at", "reason", "kept_out")},
)
_REMOVE = delete(_ROWS.table).where(_C.contact == bindparam("who"))
_COUNT = update(_ROWS.table).where(_C.contact == bindparam("who")).values(kept_out=_C.kept_out + 1)


class Blocks(Repository):
    def get(self, contact: str) -> Block | None:
        return _ROWS.sought(self.session, _GET, contact=contact)

    def put(self, block: Block) -> None:
        _PUT.run(self.session, **_ROWS.mapper.dump(block))

    def remove(self, contact: str) -> bool:
        return bool(self.session.run(_REMOVE, who=contact).rowcount)

    def kept_out(self, contact: str) -> None:
        self.session.run(_COUNT, who=contact)

    def all(self) -> list[Block]:
        return _ROWS.all(self.session, _ALL)
