"""What stands in one place of Discord. Ids are in the order of time, over all channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import discord

# Edits and deletions do not show in what is new, so as many messages before it are looked at again.
COMPARED = 200


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
    """The last messages up to a mark, then everything after it: oldest first, none left out."""
    recent = [one async for one in where.history(limit=COMPARED)]
    recent.reverse()
    before = sum(one.id <= mark for one in recent)
    is_all = len(recent) < COMPARED
    if not is_all and before < COMPARED:
        end = discord.Object(recent[0].id if before else mark + 1)
        earlier = [one async for one in where.history(limit=COMPARED - before, before=end)]
        for message in reversed(earlier):
            yield message
    if is_all or before:
        for message in recent:
            yield message
        return
    async for message in where.history(limit=None, after=discord.Object(mark), oldest_first=True):
        yield message
