"""Payloads as a platform sends them, with something broken in them; and how many to try."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

Json = Any
# `make fuzz` sets it; the suite itself tries few, so that it stays quick.
EXAMPLES = int(os.environ.get("BATON_FUZZ", "60"))
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


def _paths(value: Json, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place within a payload."""
    if here:
        yield here
    if not isinstance(value, dict | list):
        return
    for key, one in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _paths(one, (*here, key))


def _break(payload: Json, random: Random) -> Json:
    """The payload with one to three of its places gone or replaced."""
    broken = deepcopy(payload)
    for _ in range(random.randint(1, 3)):
        places = list(_paths(broken))
        if not places:
            break
        *way, last = random.choice(places)
        home = broken
        for key in way:
            home = home[key]
        match random.randrange(5):
            case 0:
                del home[last]
            case 1:
                home[last] = [home[last]]
            case _:
                home[last] = deepcopy(random.choice(JUNK))
    return broken


def broken(random: Random, payloads: Sequence[Json]) -> Json:
    """One of the payloads, broken somewhere; one time in twenty something else altogether."""
    if not random.randrange(20):
        return deepcopy(random.choice(JUNK))
    return _break(random.choice(payloads), random)
