"""What stands in one place of Discord. Ids are in the order of time, over all channels."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import discord

log = logging.getLogger(__name__)
# Edits and deletions do not show in what is new, so as many messages before it are looked at again.
COMPARED = 200
# Discord: so many messages at once.
_PAGE = 100
# What discord.py raises over a message that is not as documented.
UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """All that stands in a place after `since`, by id; 0 is the beginning."""

    ids: AbstractSet[int]
    since: int

    @property
    def newest(self) -> int:
        return max(self.ids, default=0)


def stretch(ids: AbstractSet[int], mark: int) -> Stretch:
    """What was read `around` a mark: from the beginning, where fewer stand up to the mark."""
    is_whole = sum(one <= mark for one in ids) < COMPARED
    return Stretch(ids=ids, since=0 if is_whole else min(ids))


async def around(where: discord.PartialMessageable, mark: int) -> AsyncIterator[discord.Message]:
    """The last messages up to a mark, then everything after it: oldest first, none left out but
    what cannot be read.
    """
    recent = await _earlier(where, COMPARED, None)
    before = sum(_id(one) <= mark for one in recent)
    is_all = len(recent) < COMPARED
    if not is_all and before < COMPARED:
        end = _id(recent[0]) if before else mark + 1
        for message in _read(where, await _earlier(where, COMPARED - before, end)):
            yield message
    if is_all or before:
        for message in _read(where, recent):
            yield message
        return
    async for page in _later(where, mark):
        for message in _read(where, page):
            yield message


async def _earlier(where: discord.PartialMessageable, most: int, end: int | None) -> list[Any]:
    """The last before an id, as Discord describes them, oldest first."""
    found: list[Any] = []
    while wanted := min(_PAGE, most - len(found)):
        page = await _http(where).logs_from(where.id, wanted, before=end)
        found = sorted(page, key=_id) + found
        if len(page) < wanted:
            break
        end = _id(found[0])
    return found


async def _later(where: discord.PartialMessageable, mark: int) -> AsyncIterator[list[Any]]:
    while True:
        page = sorted(await _http(where).logs_from(where.id, _PAGE, after=mark), key=_id)
        yield page
        if len(page) < _PAGE:
            return
        mark = _id(page[-1])


def _read(where: discord.PartialMessageable, page: Iterable[Any]) -> Iterator[discord.Message]:
    """One that discord.py cannot read is logged and passed over: it must not hold up the rest."""
    for one in page:
        try:
            message = discord.Message(state=where._state, channel=where, data=one)  # noqa: SLF001 - as its own history does
        except UNREADABLE:
            log.exception("message %s of Discord cannot be read", one["id"])
        else:
            yield message


def _http(where: discord.PartialMessageable) -> discord.http.HTTPClient:
    return where._state.http  # noqa: SLF001 - as its own history does


def _id(message: Any) -> int:
    return int(message["id"])
