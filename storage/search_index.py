"""The index of words: its tables, and the triggers that keep it in step with what it indexes.

Triggers, so that no way of changing a message (an edit, an erasure, a retention sweep, an older
program during an upgrade) can forget the index: it changes in the same transaction or not at all.

An entry's id says what it stands for: its kind above, the row's own id below. SQLite: FTS5 without
a copy of the texts. PostgreSQL: a tsvector under a GIN index.
"""

# ruff: noqa: S608 - the statements are made of this module's own names and numbers
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

TABLE = "search_words"
KIND = 1 << 48  # more than any table has rows


@dataclass(frozen=True, kw_only=True)
class Indexed:
    """One kind of thing whose words are found: `words` is SQL over a row called `row`."""

    kind: int
    table: str
    key: str
    columns: tuple[str, ...]

    @property
    def base(self) -> int:
        return self.kind * KIND

    def words(self, row: str) -> str:
        return " || ' ' || ".join(f"{row}.{column}" for column in self.columns)


MESSAGES = Indexed(kind=1, table="messages", key="id", columns=("text",))
NOTES = Indexed(kind=2, table="notes", key="id", columns=("text",))
TICKETS = Indexed(kind=3, table="tickets", key="number", columns=("reason", "close_reason"))
TAGS = Indexed(kind=4, table="tags", key="id", columns=("tag",))
CONTACTS = Indexed(kind=5, table="conversations", key="id", columns=("contact_name",))
ALL = (MESSAGES, NOTES, TICKETS, TAGS, CONTACTS)

# What separates words, beside blanks: ASCII and Latin-1 punctuation, general and CJK punctuation.
_BETWEEN = r"[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+"
_MARKS = r"[\u0300-\u036f]"


def create(connection: Connection) -> None:
    """Make the index, fill it from what is there, and have it follow."""
    on_postgres = connection.dialect.name == "postgresql"
    for statement in _postgres(connection) if on_postgres else _sqlite():
        connection.execute(text(statement.replace(":", "\\:")))


def drop(connection: Connection) -> None:
    """Take it all away."""
    on_postgres = connection.dialect.name == "postgresql"
    for one in ALL:
        for event in ("insert", "update", "delete"):
            of = f" ON {one.table}" if on_postgres else ""
            connection.execute(text(f"DROP TRIGGER IF EXISTS {_trigger(one, event)}{of}"))
        if on_postgres:
            connection.execute(text(f"DROP FUNCTION IF EXISTS search_follow_{one.table}"))
    connection.execute(text(f"DROP TABLE {TABLE}"))
    if on_postgres:
        connection.execute(text("DROP FUNCTION search_vector"))


def _trigger(one: Indexed, event: str) -> str:
    return f"search_{one.table}_{event}"


def _sqlite() -> list[str]:
    """FTS5 without contents wants to be told the old words when they go."""
    made = [
        f"""CREATE VIRTUAL TABLE {TABLE}
        USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2')"""
    ]
    for one in ALL:
        made += [
            f"""INSERT INTO {TABLE}(rowid, words)
            SELECT {one.base} + row.{one.key}, {one.words("row")} FROM {one.table} AS row""",
            *_sqlite_triggers(one),
        ]
    return made


def _sqlite_triggers(one: Indexed) -> list[str]:
    forget = f"""INSERT INTO {TABLE}({TABLE}, rowid, words)
        VALUES ('delete', {one.base} + old.{one.key}, {one.words("old")});"""
    learn = f"""INSERT INTO {TABLE}(rowid, words)
        VALUES ({one.base} + new.{one.key}, {one.words("new")});"""
    return [
        f"""CREATE TRIGGER {_trigger(one, "insert")} AFTER INSERT ON {one.table}
        BEGIN {learn} END""",
        f"""CREATE TRIGGER {_trigger(one, "update")}
        AFTER UPDATE OF {", ".join(one.columns)} ON {one.table}
        WHEN {one.words("old")} IS NOT {one.words("new")}
        BEGIN {forget} {learn} END""",
        f"""CREATE TRIGGER {_trigger(one, "delete")} AFTER DELETE ON {one.table}
        BEGIN {forget} END""",
    ]


def _postgres(connection: Connection) -> list[str]:
    """Words are folded before they are taken apart, as PostgreSQL's own rules keep accents."""
    has_icu = "SELECT 1 FROM pg_collation WHERE collname = 'und-x-icu'"
    unicode = ' COLLATE "und-x-icu"' if connection.execute(text(has_icu)).scalar() else ""
    folded = f"regexp_replace(normalize(lower(words{unicode}), NFKD), '{_MARKS}', '', 'g')"
    made = [
        f"CREATE TABLE {TABLE} (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL)",
        f"""CREATE FUNCTION search_vector(words TEXT) RETURNS TSVECTOR LANGUAGE SQL IMMUTABLE AS $$
        SELECT to_tsvector('simple', regexp_replace({folded}, '{_BETWEEN}', ' ', 'g')) $$""",
    ]
    for one in ALL:
        made += [
            f"""INSERT INTO {TABLE} (id, words)
            SELECT {one.base} + one.{one.key}, search_vector({one.words("one")})
            FROM {one.table} AS one""",
            *_postgres_triggers(one),
        ]
    made.append(f"CREATE INDEX search_words_words ON {TABLE} USING gin (words)")
    return made


def _postgres_triggers(one: Indexed) -> list[str]:
    follow = f"search_follow_{one.table}"
    changed = " OR ".join(f"old.{name} IS DISTINCT FROM new.{name}" for name in one.columns)
    each = f"FOR EACH ROW EXECUTE FUNCTION {follow}()"
    return [
        f"""CREATE FUNCTION {follow}() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            DELETE FROM {TABLE} WHERE id = {one.base} + old.{one.key};
        ELSE
            INSERT INTO {TABLE} (id, words)
            VALUES ({one.base} + new.{one.key}, search_vector({one.words("new")}))
            ON CONFLICT (id) DO UPDATE SET words = excluded.words;
        END IF;
        RETURN NULL; END $$""",
        f"CREATE TRIGGER {_trigger(one, 'insert')} AFTER INSERT ON {one.table} {each}",
        f"""CREATE TRIGGER {_trigger(one, "update")}
        AFTER UPDATE OF {", ".join(one.columns)} ON {one.table}
        FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {follow}()""",
        f"CREATE TRIGGER {_trigger(one, 'delete')} AFTER DELETE ON {one.table} {each}",
    ]
