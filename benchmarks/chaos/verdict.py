"""What was said and changed against what stands there: lost, doubled, out of order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"\b[crn]\d+x\d+x\b")
TEAM, CONTACT, NOTES = "team", "contact", "notes"
DELETED = "deleted"


@dataclass(frozen=True, kw_only=True)
class Said:
    """A word of a contact's or an attendant's, at a Unix time.

    `certain`: the platform took it, or Baton has confirmed it. What was not confirmed may arrive
    or not, but never twice.
    """

    word: str
    conversation: int
    certain: bool
    at: float

    @property
    def places(self) -> tuple[str, ...]:
        """Where it is to stand: a reply shows in the team's thread as well."""
        return _PLACES[self.word[0]]


@dataclass(frozen=True, kw_only=True)
class Change:
    """An edit that put `mark` behind a word, or its deletion where there is no mark."""

    word: str
    mark: str
    certain: bool


_PLACES = {"c": (TEAM,), "r": (CONTACT, TEAM), "n": (NOTES,)}
# What stands where, in order: by conversation and place.
Shown = Mapping[tuple[int, str], list[str]]
# What else a post says: by place and word.
Texts = Mapping[tuple[str, str], str]


@dataclass(kw_only=True)
class Verdict:
    """Each finding is a word and what is wrong with it, in words."""

    sent: int
    changed: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)
    doubled: list[tuple[str, str]] = field(default_factory=list)
    out_of_order: list[tuple[str, str]] = field(default_factory=list)

    @property
    def findings(self) -> list[tuple[str, str]]:
        return [*self.lost, *self.doubled, *self.out_of_order]

    def figures(self) -> dict[str, int]:
        return {
            "sent": self.sent,
            "changed": self.changed,
            "lost": len(self.lost),
            "doubled": len(self.doubled),
            "out_of_order": len(self.out_of_order),
        }


def word(side: str, conversation: int, number: int) -> str:
    """A word that is found again, whatever stands around it."""
    return f"{side}{conversation}x{number}x"


def words(text: str) -> list[str]:
    """Those in one message, each once, however often the platform's form of it repeats them."""
    return list(dict.fromkeys(_WORD.findall(text)))


def is_opening(said: str) -> bool:
    """The words that a conversation begins with: they are told in many ways, on the card, too."""
    return said.endswith("x0x") and said.startswith("c")


def openings(card: str) -> list[str]:
    """Of what a card quotes only these count: the rest has a post of its own below it."""
    return [one for one in words(card) if is_opening(one)]


def judge(
    said: Iterable[Said],
    shown: Shown,
    cards: Mapping[int, int],
    changes: Iterable[Change] = (),
    texts: Texts | None = None,
) -> Verdict:
    """`cards` counts the cards that each conversation has."""
    everything, changed = list(said), _by_word(changes)
    found = Verdict(sent=sum(one.certain for one in everything))
    found.changed = sum(one.certain for some in changed.values() for one in some)
    for one in everything:
        own = changed.get(one.word, [])
        found.lost += [(one.word, what) for what in _absent(one, shown, own)]
        found.lost += [(one.word, what) for what in _stale(one, shown, own, texts or {})]
        for place in one.places:
            times = shown.get((one.conversation, place), []).count(one.word)
            if not is_opening(one.word):
                found.doubled += [(one.word, f"again in the {place}'s place")] * (times - 1)
    for conversation, count in cards.items():
        found.doubled += [(f"card {conversation}", "one more card")] * (count - 1)
    deleted = {one.word for some in changed.values() for one in some if not one.mark}
    for where in shown:
        found.out_of_order += _disorder(everything, shown[where], *where, deleted=deleted)
    return found


def _disorder(
    said: list[Said], standing: list[str], conversation: int, place: str, *, deleted: set[str]
) -> list[tuple[str, str]]:
    """Words that come after one of the same side that was said later. What was deleted meanwhile
    may be shown as that, behind them.
    """
    found = []
    for side in "crn":
        order = [one.word for one in said if one.conversation == conversation and one.certain]
        rank = {
            one: number
            for number, one in enumerate(order)
            if one.startswith(side) and one not in deleted
        }
        first = [one for one in Counter(standing) if one in rank]
        latest = -1
        for one in first:
            if rank[one] < latest:
                found.append((one, f"comes after {order[latest]} in the {place}'s place"))
            latest = max(latest, rank[one])
    return found


def missing(
    said: Iterable[Said], shown: Shown, changes: Iterable[Change] = (), texts: Texts | None = None
) -> list[str]:
    """What is certain and has not arrived everywhere yet."""
    changed = _by_word(changes)
    return [
        one.word
        for one in said
        if _absent(one, shown, changed.get(one.word, []))
        or _stale(one, shown, changed.get(one.word, []), texts or {})
    ]


def _by_word(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(one.word, []).append(one)
    return found


def _absent(one: Said, shown: Shown, changes: list[Change]) -> list[str]:
    """Where it should stand and does not. A contact's words that were deleted may never have been
    seen; a reply that was taken back stands for the team alone.
    """
    deleted = any(not change.mark for change in changes)
    optional = {"c": {TEAM}, "r": {CONTACT}, "n": {NOTES}}[one.word[0]] if deleted else set()
    return [
        f"is missing in the {place}'s place"
        for place in one.places
        if one.certain
        and place not in optional
        and one.word not in shown.get((one.conversation, place), [])
    ]


def _stale(one: Said, shown: Shown, changes: list[Change], texts: Texts) -> list[str]:
    """Places that do not show what became of it; of changes that nobody confirmed any may be."""
    problems = []
    last = max((at for at, change in enumerate(changes) if change.certain), default=None)
    if last is None:
        return []
    possible = {change.mark for change in changes[last:]}
    for place in one.places:
        stands = one.word in shown.get((one.conversation, place), [])
        text = texts.get((place, one.word), "")
        seen = {mark for mark in possible if mark and mark in text}
        if "" in possible and (not stands or DELETED in text):
            seen.add("")
        if stands and not seen:
            wanted = " or ".join(sorted(mark or DELETED for mark in possible))
            problems.append(f"does not say {wanted} in the {place}'s place")
    return problems
