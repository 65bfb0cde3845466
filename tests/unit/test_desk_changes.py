"""What differs between two desks, and taking one change back without the later ones."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import desk_file
from bot.domain.desk import Desk, Rule, Snippet, Team, When
from bot.domain.desk_changes import Overlap, differences, without
from tests.unit.desks import desks

SUPPORT = Team(name="support", workspace="console", channel="support", members=("console:a",))
RULES = tuple(Rule(name=name, when=When(keyword=(name,))) for name in "abcd")
DESK = Desk(teams=(SUPPORT,), rules=RULES)


@given(desks())
@settings(max_examples=30, deadline=None)
def test_every_desk_reads_back_from_its_file_as_it_was(desk: Desk) -> None:
    written = desk_file.write(desk, lambda person: f"name # of {person}")
    assert desk_file.parse(written) == desk


@given(desks(), desks())
@settings(max_examples=15, deadline=None)
def test_a_change_taken_back_at_once_leaves_what_was_before(before: Desk, after: Desk) -> None:
    assert without((before, after), after) == before
    assert (list(differences(before, after)) == []) == (before == after)


@given(desks(), st.text(min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_a_change_is_taken_back_from_under_a_later_one_elsewhere(desk: Desk, prompt: str) -> None:
    after = replace(desk, rules=())
    later = replace(after, agent=replace(after.agent, prompt=prompt))
    assert without((desk, after), later) == replace(later, rules=desk.rules)


def _named(desk: Desk) -> list[str]:
    return [one.name for one in desk.rules]


def test_a_rule_that_comes_back_stands_where_it_stood() -> None:
    gone = replace(DESK, rules=(RULES[0], *RULES[2:]))
    later = replace(gone, rules=(*gone.rules, Rule(name="e", when=When(keyword=("e",)))))
    assert _named(without((DESK, gone), later)) == ["a", "b", "c", "d", "e"]


def test_an_order_comes_back_around_what_was_added_since() -> None:
    moved = replace(DESK, rules=RULES[::-1])
    later = replace(moved, rules=(Rule(name="e", when=When(keyword=("e",))), *moved.rules))
    assert _named(without((DESK, moved), later)) == ["e", "a", "b", "c", "d"]


def test_what_something_newer_touches_is_not_taken_back() -> None:
    after = replace(DESK, teams=(replace(SUPPORT, capacity=4),))
    newer = replace(DESK, teams=(replace(SUPPORT, capacity=2),))
    with pytest.raises(Overlap, match="team support, capacity was changed again"):
        without((DESK, after), newer)
    with pytest.raises(Overlap, match="team support was changed again"):
        without((DESK, after), replace(DESK, teams=()))
    reordered = replace(DESK, rules=RULES[::-1])
    again = replace(DESK, rules=(RULES[3], *RULES[:3]))
    with pytest.raises(Overlap, match="rules, order was changed again"):
        without((DESK, reordered), again)


def test_other_settings_of_the_same_team_do_not_stand_in_the_way() -> None:
    after = replace(DESK, teams=(replace(SUPPORT, capacity=4),))
    newer = replace(after, teams=(replace(SUPPORT, capacity=4, identity="team"),))
    assert without((DESK, after), newer).teams == (replace(SUPPORT, identity="team"),)


def test_differences_name_the_smallest_thing_that_differs() -> None:
    after = replace(
        DESK,
        teams=(replace(SUPPORT, members=("console:a", "console:b")),),
        snippets=(Snippet(name="hi", text="Hello"),),
        rules=(RULES[1], RULES[0], *RULES[2:]),
    )
    found = {one.path: (one.before, one.after) for one in differences(DESK, after)}
    assert found == {
        ("teams", "support", "members"): (("console:a",), ("console:a", "console:b")),
        ("rules", "order"): (("a", "b", "c", "d"), ("b", "a", "c", "d")),
        ("snippets", "hi"): (None, Snippet(name="hi", text="Hello")),
    }
