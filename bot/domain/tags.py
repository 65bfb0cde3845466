"""Tags of a ticket: short words by which tickets are found again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.domain.errors import BadInput

LONGEST, MOST = 40, 10
_SEPARATORS = re.compile(r"[,;\s]+")
_JOINT = re.compile(r"[^\w]+|_+")


def normalized(typed: str) -> str:
    """`#VIP Customer` → `vip-customer`: lower case, words joined by hyphens."""
    return _JOINT.sub("-", typed.strip().casefold()).strip("-")


def parse(typed: str) -> tuple[str, ...]:
    """Tags as people write them: `billing, VIP` or `billing vip`. Raises `BadInput`."""
    found = []
    for one in _SEPARATORS.split(typed):
        tag = normalized(one)
        if one.strip("#") and not tag:
            raise BadInput(problem=f"{one!r} is no tag: use letters and digits.")
        if len(tag) > LONGEST:
            raise BadInput(problem=f"A tag has at most {LONGEST} characters; {tag!r} is longer.")
        found.append(tag)
    tags = tuple(dict.fromkeys(one for one in found if one))
    if not tags:
        raise BadInput(problem="Which tags? Write them like: billing, vip")
    return tags


def joined(tags: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    """Both together, in the order of the alphabet. Raises `BadInput` when there are too many."""
    whole = tuple(sorted({*tags, *more}))
    if len(whole) > MOST:
        raise BadInput(problem=f"A ticket has at most {MOST} tags; these would be {len(whole)}.")
    return whole
