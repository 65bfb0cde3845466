"""A text as the bare clauses that the patterns of a phrasebook are written for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from adapters.agents.phrasebook import Kind, patterns

# A wish stands at the beginning or the end of a message; what lies between in a huge one is
# quoted or pasted.
_HEAD, _TAIL = 3_000, 1_000
_BORDER = re.compile(r"[.!?;:,\n\r()…\"“”]+")
_APART = re.compile(r"[^\w\s]+|_+")
# Where one wish follows another without a comma.
_TURN = re.compile(r" (?:but|so|because|aber|pero|mas|mais|ma|maar) ")


def clauses(text: str) -> tuple[str, ...]:
    """Lower case, no accents, only words with single spaces; one clause at each stop or comma."""
    return tuple(
        clause
        for piece in _BORDER.split(plain(excerpt(text)))
        for part in _TURN.split(f" {' '.join(_APART.sub(' ', piece).split())} ")
        if (clause := part.strip())
    )


def excerpt(text: str) -> str:
    """The beginning and the end of a huge text, all of any other."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def plain(text: str) -> str:
    """In lower case, without accents."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    split = unicodedata.normalize("NFKD", folded)
    return "".join(letter for letter in split if not unicodedata.combining(letter))


def says(found: Iterable[str], kind: Kind) -> bool:
    """Whether one of the clauses says a thing of this kind, in any language."""
    return any(pattern.search(clause) for clause in found for pattern in _compiled(kind))


@cache
def _compiled(kind: Kind) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in patterns(kind))
