"""Good payloads with something broken in them: every member of every one, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from random import Random
from typing import Any

Json = Any
Path = tuple[Any, ...]
# `make fuzz` sets it; the suite itself tries few, so that it stays quick.
EXAMPLES = int(os.environ.get("BATON_FUZZ", "40"))
_DEEP, _LONG = 300, 60_000


def _nested(depth: int) -> Json:
    value: Json = "core"
    for level in range(depth):
        value = {"a": value} if level % 2 else [value]
    return value


JUNK = [
    None, True, False, 0, -1, 1.5, 10**30, -(2**63), 1e308, "", " ", "x", "0", "-1", "1.5", "null",
    "\x00", "\ud800", "\u202e", "é" * 500, "<!channel> <@U0CAROL> &lt;", "@everyone <@&1>",
    "'; DROP TABLE message; --", "{{7*7}}", "../../etc/passwd", "%00", "%s%n", "\r\n\r\n",
    "a" * _LONG, [], {}, [[]], [None], [{}], {"": ""}, {"id": {}}, {"type": []}, {"value": {}},
    {"text": {"text": None}}, ["x"] * 2_000, {str(n): n for n in range(2_000)}, _nested(_DEEP),
    "99999999999.999999", "1e999", "NaN", "T0001", "U0NOBODY", "C0NOWHERE", "ticket:claim:1",
]  # fmt: skip


def paths(value: Json, here: Path = ()) -> Iterator[Path]:
    """Every place within a payload."""
    if here:
        yield here
    if not isinstance(value, dict | list):
        return
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield from paths(one, (*here, key))


class Breaking:
    """Breaks payloads, each by its name, the same way in each run.

    The first round breaks one member of each payload, the next another, until every member was
    broken; then all over again, otherwise. What takes a member's place may also be what stands at
    a member of that name in another payload: an id or values that belong elsewhere.
    """

    def __init__(self, payloads: Mapping[str, Json]) -> None:
        self._payloads = payloads
        self._elsewhere: dict[Any, list[Json]] = {}
        ways = {name: list(paths(one)) for name, one in payloads.items()}
        for name, found in ways.items():
            for way in found:
                self._elsewhere.setdefault(way[-1], []).append(_at(payloads[name], way))
        self.members = sum(map(len, ways.values()))
        self._order = _dealt(ways)

    def examples(self, count: int) -> Iterator[tuple[str, Json]]:
        """So many broken payloads, with their names."""
        for seed in range(count):
            name, way = self._order[seed % self.members]
            yield name, self._broken(name, way, Random(seed))

    def _broken(self, name: str, way: Path, random: Random) -> Json:
        """One member gone or replaced, or another thing in place of it all; now and then more."""
        if not random.randrange(40):
            return deepcopy(random.choice(JUNK))
        payload = deepcopy(self._payloads[name])
        self._break(payload, way, random)
        while not random.randrange(3) and (left := list(paths(payload))):
            self._break(payload, random.choice(left), random)
        return payload

    def _break(self, payload: Json, way: Path, random: Random) -> None:
        home, last = _at(payload, way[:-1]), way[-1]
        match random.randrange(6):
            case 0:
                del home[last]
            case 1:
                home[last] = [home[last]]
            case 2:
                home[last] = deepcopy(random.choice(self._elsewhere.get(last) or JUNK))
            case _:
                home[last] = deepcopy(random.choice(JUNK))


def _at(payload: Json, way: Path) -> Json:
    for key in way:
        payload = payload[key]
    return payload


def _dealt(ways: Mapping[str, list[Path]]) -> list[tuple[str, Path]]:
    """One member of each payload, then the next of each, as cards are dealt."""
    random = Random(0)
    hands = {name: random.sample(found, len(found)) for name, found in ways.items()}
    names = random.sample(sorted(hands), len(hands))
    longest = max(map(len, hands.values()))
    return [
        (name, hands[name][turn])
        for turn in range(longest)
        for name in names
        if turn < len(hands[name])
    ]
