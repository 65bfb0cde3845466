"""Tickets by the words in them, over the index that `storage.search_index` keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, text

from bot.domain.search import Query, words
from bot.domain.ticket import Ticket
from storage import search_index as index
from storage import tables
from storage.rows import Repository, Rows

_TICKETS = Rows(tables.Tickets, Ticket, key="number")
_T = _TICKETS.table.c
_MESSAGES = tables.table(tables.Messages).c
_NOTES = tables.table(tables.Notes).c
_TAGS = tables.table(tables.Tags).c

# Of a word in more entries than this of one kind, the newest count: it tells little, and reading
# on would take seconds.
MOST = 20_000
_TSQUERY = "words @@ to_tsquery('simple', {word})"
_MATCH = "search_words MATCH {word}"


def _hits(one: index.Indexed, *, on_postgres: bool) -> str:
    """The rows of a kind that have the word bound as `word`, by `key`, the newest first."""
    key, condition = ("id", _TSQUERY) if on_postgres else ("rowid", _MATCH)
    return (
        f"(SELECT {key} - {one.base} AS key FROM {index.TABLE} "  # noqa: S608 - our own constants
        f"WHERE {condition.format(word=':word')} "
        f"AND {key} BETWEEN {one.base} AND {one.base + index.KIND - 1} "
        f"ORDER BY {key} DESC LIMIT {MOST})"
    )


def _numbers(*, on_postgres: bool) -> str:
    """The tickets that have a word anywhere.

    What was said before a ticket belongs to the one that was opened next, what was said after the
    last one's close to that one.
    """
    hits = {one: _hits(one, on_postgres=on_postgres) for one in index.ALL}
    ticket = (
        "COALESCE({row}.ticket_number, "
        "(SELECT MIN(t.number) FROM tickets t WHERE t.conversation_id = {row}.conversation_id "
        "AND t.opened_at >= {row}.at), "
        "(SELECT MAX(t.number) FROM tickets t WHERE t.conversation_id = {row}.conversation_id))"
    )
    return (
        f"SELECT {ticket.format(row='m')} AS number FROM {hits[index.MESSAGES]} h "  # noqa: S608
        "JOIN messages m ON m.id = h.key "
        f"UNION SELECT {ticket.format(row='n')} FROM {hits[index.NOTES]} h "
        "JOIN notes n ON n.id = h.key AND n.deleted_at IS NULL "
        f"UNION SELECT key FROM {hits[index.TICKETS]} h "
        f"UNION SELECT g.ticket_number FROM {hits[index.TAGS]} h JOIN tags g ON g.id = h.key "
        f"UNION SELECT t.number FROM {hits[index.CONTACTS]} h "
        "JOIN tickets t ON t.conversation_id = h.key"
    )


_NUMBERS = {dialect: _numbers(on_postgres=dialect) for dialect in (False, True)}
# FTS5: a negative number of pages merges all there is, bit by bit, into one segment.
_MERGE = text("INSERT INTO search_words(search_words, rank) VALUES ('merge', -200)")
_CHANGES = text("SELECT total_changes()")


def _said(table: Any) -> Any:
    """The newest words of a conversation that hold some text. ASCII letters match in any case."""
    return (
        select(table.text)
        .where(
            table.conversation_id == bindparam("conversation_id"),
            func.lower(table.text).like(bindparam("pattern")),
        )
        .order_by(table.id.desc())
        .limit(1)
    )


_PASSAGES = (_said(_MESSAGES), _said(_NOTES).where(_NOTES.deleted_at.is_(None)))


class Search(Repository):
    def tickets(
        self, query: Query, *, me: str, teams: Sequence[str] | None, limit: int, offset: int = 0
    ) -> list[Ticket]:
        found = _TICKETS.select.where(*_conditions(query, me, teams))
        for number, word in enumerate(query.words):
            name = f"word{number}"
            numbers = text(_NUMBERS[self.session.on_postgres].replace(":word", f":{name}"))
            sought = numbers.bindparams(**{name: self._pattern(word)}).columns(_T.number)
            found = found.where(_T.number.in_(select(sought.subquery().c.number)))
        found = found.order_by(_T.number.desc()).limit(limit).offset(offset)
        return _TICKETS.all(self.session, found)

    def passage(self, ticket: Ticket, word: str) -> str:
        pattern = f"%{''.join(words(word))}%"
        for statement in _PASSAGES:
            found = self.session.run(
                statement, conversation_id=ticket.conversation_id, pattern=pattern
            ).scalar()
            if found:
                return str(found)
        return ""

    def compact(self) -> bool:
        """FTS5: a merge that changes fewer than two rows has nothing left to do. PostgreSQL does
        this by itself, as it vacuums.
        """
        if self.session.on_postgres:
            return False
        before = self.session.run(_CHANGES).scalar_one()
        self.session.run(_MERGE)
        return bool(self.session.run(_CHANGES).scalar_one() - before > 1)

    def _pattern(self, word: str) -> str:
        """Words that begin so. A word holds letters and digits only, so nothing needs escaping."""
        return f"'{word}':*" if self.session.on_postgres else f'"{word}"*'


def _conditions(query: Query, me: str, teams: Sequence[str] | None) -> list[Any]:
    wanted: list[Any] = []
    if teams is not None:
        wanted.append(_T.team.in_(teams) | (_T.holder == me) | (_T.assigned == me))
    if query.status:
        wanted.append(_T.status == query.status.value)
    if query.team:
        wanted.append(_T.team == query.team)
    if query.holder:
        wanted.append((_T.holder == query.holder) | (_T.last_holder == query.holder))
    if query.tag:
        wanted.append(_T.number.in_(select(_TAGS.ticket_number).where(_TAGS.tag == query.tag)))
    if query.since:
        wanted.append(_T.opened_at >= query.since)
    return wanted
