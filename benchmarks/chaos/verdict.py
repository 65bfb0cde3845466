"""What was said against what stands on the platform: lost, doubled, out of order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_WORD = re.compile(r"\b[cr]\d+x\d+x\b")
TEAM, CONTACT = "team", "contact"


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
        return (TEAM,) if self.word.startswith("c") else (CONTACT, TEAM)


# What stands where, in order: by conversation and place.
Shown = Mapping[tuple[int, str], list[str]]


@dataclass(kw_only=True)
class Verdict:
    """Each finding is a word and what is wrong with it, in words."""

    sent: int
    lost: list[tuple[str, str]] = field(default_factory=list)
    doubled: list[tuple[str, str]] = field(default_factory=list)
    out_of_order: list[tuple[str, str]] = field(default_factory=list)

    @property
    def findings(self) -> list[tuple[str, str]]:
        return [*self.lost, *self.doubled, *self.out_of_order]

    def figures(self) -> dict[str, int]:
        return {
            "sent": self.sent,
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


def judge(said: Iterable[Said], shown: Shown, cards: Mapping[int, int]) -> Verdict:
    """`cards` counts the cards that each conversation has."""
    everything = list(said)
    found = Verdict(sent=sum(one.certain for one in everything))
    for one in everything:
        for place in one.places:
            times = shown.get((one.conversation, place), []).count(one.word)
            if times == 0 and one.certain:
                found.lost.append((one.word, f"is missing in the {place}'s place"))
            if not is_opening(one.word):
                found.doubled += [(one.word, f"again in the {place}'s place")] * (times - 1)
    for conversation, count in cards.items():
        found.doubled += [(f"card {conversation}", "one more card")] * (count - 1)
    for where in shown:
        found.out_of_order += _disorder(everything, shown[where], *where)
    return found


def _disorder(
    said: list[Said], standing: list[str], conversation: int, place: str
) -> list[tuple[str, str]]:
    """Words that come after one of the same side that was said later."""
    found = []
    for side in "cr":
        order = [one.word for one in said if one.conversation == conversation and one.certain]
        rank = {one: number for number, one in enumerate(order) if one.startswith(side)}
        first = [one for one in Counter(standing) if one in rank]
        latest = -1
        for one in first:
            if rank[one] < latest:
                found.append((one, f"comes after {order[latest]} in the {place}'s place"))
            latest = max(latest, rank[one])
    return found


def missing(said: Iterable[Said], shown: Shown) -> list[str]:
    """What is certain and has not arrived everywhere yet."""
    return [
        one.word
        for one in said
        for place in one.places
        if one.certain and one.word not in shown.get((one.conversation, place), [])
    ]
