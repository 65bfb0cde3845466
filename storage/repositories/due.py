"""What has come due anywhere: one question for all that the clockwork looks after."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, literal_column, select

from storage import tables
from storage.rows import Repository

_TICKETS = tables.table(tables.Tickets).c
_CONVERSATIONS = tables.table(tables.Conversations).c
_MESSAGES = tables.table(tables.Messages).c
_ERASURES = tables.table(tables.Erasures).c

_NOW: BindParameter[datetime] = bindparam("now")
_KINDS = {
    "inactivity": _TICKETS.inactivity_at <= _NOW,
    "claims": _TICKETS.ladder_at <= _NOW,
    "promises": _TICKETS.sla_at <= _NOW,
    "takeovers": _CONVERSATIONS.takeover_until <= _NOW,
    "slow_deliveries": (_MESSAGES.delivery == literal_column("'pending'"))
    & (_MESSAGES.at < bindparam("slow"))
    & ~_MESSAGES.slow,
    "erasures": _ERASURES.progress != literal_column("'done'"),
}
_ASK = select(*(exists().where(kind).label(name) for name, kind in _KINDS.items()))


class Due(Repository):
    def kinds(self, now: datetime, slow: datetime) -> frozenset[str]:
        found = self.session.run(_ASK, now=now, slow=slow).fetchone() or ()
        return frozenset(kind for kind, is_due in zip(_KINDS, found, strict=True) if is_due)
