"""Whose turn it is: fair over many tickets, whoever comes and goes."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.assignment import Candidate, choose
from bot.domain.desk import Team

PEOPLE = ("ann", "ben", "cem", "dee")
MODES = ("round_robin", "least_loaded")
# For each ticket, who is there.
ROSTERS = st.lists(st.sets(st.sampled_from(PEOPLE)), max_size=60)


def team(mode: str, capacity: int = 1000) -> Team:
    return Team(
        name="t",
        workspace="console",
        channel="t",
        assignment=mode,
        capacity=capacity,  # type: ignore[arg-type]
    )


def played(mode: str, rosters: list[set[str]], capacity: int = 1000) -> list[str | None]:
    """Who gets each ticket, when nobody closes any."""
    turns: dict[str, int] = {}
    load: Counter[str] = Counter()
    given: list[str | None] = []
    for number, there in enumerate(rosters, start=1):
        candidates = [
            Candidate(
                person=one,
                obstacle="" if one in there else "away",
                load=load[one],
                turn=turns.get(one, 0),
            )
            for one in PEOPLE
        ]
        chosen = choose(team(mode, capacity), candidates)
        given.append(chosen)
        if chosen:
            turns[chosen] = number
            load[chosen] += 1
    return given


@pytest.mark.parametrize("mode", MODES)
@given(rosters=ROSTERS)
def test_of_two_who_were_there_together_none_gets_more_than_one_more(
    mode: str, rosters: list[set[str]]
) -> None:
    given = played(mode, rosters)
    for one, other in combinations(PEOPLE, 2):
        together = all((one in there) == (other in there) for there in rosters)
        if together:
            assert abs(given.count(one) - given.count(other)) <= 1


@given(rosters=ROSTERS)
def test_in_turn_means_that_between_two_of_mine_is_one_of_yours(rosters: list[set[str]]) -> None:
    """Also for those who were not always there together: while both are, they alternate."""
    given = played("round_robin", rosters)
    for one, other in combinations(PEOPLE, 2):
        shared = [
            who
            for who, there in zip(given, rosters, strict=True)
            if {one, other} <= there and who in {one, other}
        ]
        runs = max(
            (len(run) for run in "".join("x" if w == one else "y" for w in shared).split("y")),
            default=0,
        )
        spans = all({one, other} <= there or not ({one, other} & there) for there in rosters)
        if spans:
            assert runs <= 1


@pytest.mark.parametrize("mode", MODES)
@given(rosters=ROSTERS, capacity=st.integers(1, 5))
def test_nobody_who_cannot_gets_one_and_somebody_who_can_does(
    mode: str, rosters: list[set[str]], capacity: int
) -> None:
    load: Counter[str] = Counter()
    for chosen, there in zip(played(mode, rosters, capacity), rosters, strict=True):
        free = {one for one in there if load[one] < capacity}
        assert chosen in free if free else chosen is None
        load[chosen or ""] += 1


def test_by_hand_means_nobody() -> None:
    assert choose(team("manual"), [Candidate(person="ann")]) is None


def test_the_least_loaded_is_chosen_and_the_one_who_waited_longest_of_equals() -> None:
    found = [
        Candidate(person="ann", load=2, turn=1),
        Candidate(person="ben", load=1, turn=9),
        Candidate(person="cem", load=1, turn=4),
    ]
    assert choose(team("least_loaded"), found) == "cem"
    assert choose(team("round_robin"), found) == "ann"
