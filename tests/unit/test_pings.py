"""The notification budget of a ticket: rules that hold for every order of causes and people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.pings import QUIET, Ping, within_budget

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MEMBERS = {"crew": frozenset({"a", "b"}), "tier2": frozenset({"b", "c"}), "unseen": frozenset()}
NAMES = st.sampled_from(("a", "b", "c", "crew", "tier2", "unseen"))
WANTED = st.lists(NAMES, max_size=5)
STEPS = st.lists(st.tuples(st.integers(0, 90), WANTED), max_size=8)


def reached(called: tuple[str, ...]) -> list[str]:
    """Everybody whom a post rings, as often as it does so by different mentions."""
    return [person for one in called for person in (one, *MEMBERS.get(one, ()))]


def people(names: list[str]) -> set[str]:
    return {person for one in names for person in MEMBERS.get(one) or {one}}


@given(STEPS)
def test_nobody_is_called_twice_within_the_quiet_time(
    steps: list[tuple[int, list[str]]],
) -> None:
    past: list[Ping] = []
    last: dict[str, datetime] = {}
    now = NOW
    for seconds, wanted in steps:
        now += timedelta(seconds=seconds)
        called = within_budget(wanted, past, now, MEMBERS)
        for person in set(reached(called)) & {"a", "b", "c"}:
            if person in last:
                assert now - last[person] >= QUIET, (person, called)
            last[person] = now
        past += [Ping(who=one, at=now) for one in called]


@given(STEPS)
def test_everybody_who_is_wanted_was_called_within_the_quiet_time(
    steps: list[tuple[int, list[str]]],
) -> None:
    """The budget saves pings, never people."""
    past: list[Ping] = []
    now = NOW
    for seconds, wanted in steps:
        now += timedelta(seconds=seconds)
        past += [Ping(who=one, at=now) for one in within_budget(wanted, past, now, MEMBERS)]
        lately = [ping.who for ping in past if now - ping.at < QUIET]
        assert people(wanted) <= people(lately) | {"unseen"}


def test_of_a_group_the_others_are_called() -> None:
    past = [Ping(who="a", at=NOW - timedelta(seconds=20))]
    assert within_budget(("crew",), past, NOW, MEMBERS) == ("b",)
    assert within_budget(("crew",), past, NOW + QUIET, MEMBERS) == ("crew",)
    assert within_budget(("a", "crew"), [], NOW, MEMBERS) == ("a", "crew"), "one post, one ping"
    assert within_budget(("unseen", "a"), past, NOW, MEMBERS) == ("unseen",)
