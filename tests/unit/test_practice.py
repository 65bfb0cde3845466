"""The played customers: their scripts come to an end, and they know what they are asked."""

from __future__ import annotations

import pytest

from bot.domain.practice import Scenario, channel, next_line, scenario_of
from bot.domain.scenarios import SCENARIOS
from bot.domain.search import fold

EACH = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)


@EACH
def test_a_script_tells_its_story_thanks_and_ends(scenario: Scenario) -> None:
    said = list(scenario.opening)
    for _ in range(20):
        line = next_line(scenario, "We are looking into it.", said)
        said.append(line.text)
        if line.ends:
            break
    assert said[-1] == scenario.farewell
    assert set(scenario.lines) <= set(said)
    assert len(set(said)) == len(said), "nobody says the same thing twice"


@EACH
def test_a_question_gets_its_answer_whatever_comes_next_in_the_story(scenario: Scenario) -> None:
    assert scenario.answers
    for words, answer in scenario.answers.items():
        assert all(word == fold(word) for word in words), "words are compared as folded"
        others = [one for one in scenario.answers.values() if one != answer]
        line = next_line(scenario, f"Could you tell me: {words[0]}?", [*scenario.opening, *others])
        assert (line.text, line.ends) == (answer, False)


@EACH
def test_a_part_is_found_by_its_place(scenario: Scenario) -> None:
    assert scenario_of(channel(scenario.name, "4f2a"), SCENARIOS) is scenario
    assert scenario_of("unknown-4f2a", SCENARIOS) is None
