"""What Baton keeps of the team's notes. They stand where they were written and are relayed to
nobody, so the database is asked and not the platform.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from sqlalchemy import create_engine, text

from benchmarks.chaos.verdict import DELETED, NOTES, words

_QUESTION = text("SELECT text, deleted_at FROM notes ORDER BY id")


class Notes:
    """As the places of a ledger are: words by conversation, and what stands there."""

    def __init__(self) -> None:
        self.shown: dict[tuple[int, str], list[str]] = defaultdict(list)
        self.texts: dict[tuple[str, str], str] = {}


async def kept(database: str) -> Notes:
    return await asyncio.to_thread(_read, database)


def _read(database: str) -> Notes:
    found = Notes()
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            for said, deleted_at in connection.execute(_QUESTION):
                for word in words(said):
                    conversation = int(word[1:].partition("x")[0])
                    found.shown[conversation, NOTES].append(word)
                    found.texts[NOTES, word] = f"{said} {DELETED if deleted_at else ''}"
    finally:
        engine.dispose()
    return found
