"""The figures agree with worked examples and with their own definitions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.agents.measures import auc, mean, precision_recall_f1, rouge

CAT = "the cat sat on the mat"


def test_precision_recall_and_f1_of_a_worked_example() -> None:
    found = [True, True, True, False, False]
    true = [True, True, False, True, False]
    assert precision_recall_f1(found, true) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_nothing_found_and_nothing_true_is_zero_not_an_error() -> None:
    assert precision_recall_f1([False], [False]) == (0.0, 0.0, 0.0)


def test_auc_of_the_textbook_example() -> None:
    """Of the four pairs (0.35, 0.1), (0.35, 0.4), (0.8, 0.1), (0.8, 0.4) three are in order."""
    assert auc([0.1, 0.4, 0.35, 0.8], [False, False, True, True]) == pytest.approx(0.75)


def test_a_tie_is_half_a_win() -> None:
    assert auc([1.0, 1.0, 1.0], [True, False, False]) == pytest.approx(0.5)


def test_without_both_kinds_auc_says_nothing() -> None:
    assert auc([1.0, 2.0], [True, True]) == pytest.approx(0.5)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40))
def test_auc_is_the_share_of_pairs_in_order(cases: list[tuple[int, bool]]) -> None:
    scores, true = [float(score) for score, _ in cases], [kind for _, kind in cases]
    ups = [score for score, kind in cases if kind]
    downs = [score for score, kind in cases if not kind]
    if ups and downs:
        wins = sum((up > down) + (up == down) / 2 for up in ups for down in downs)
        assert auc(scores, true) == pytest.approx(wins / (len(ups) * len(downs)))


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        (CAT, (1.0, 1.0, 1.0)),
        ("the cat was on the mat", (10 / 12, 6 / 10, 10 / 12)),
        ("on the mat the cat sat", (1.0, 4 / 5, 1 / 2)),
        ("dogs bark", (0.0, 0.0, 0.0)),
        ("", (0.0, 0.0, 0.0)),
    ],
)
def test_rouge_of_worked_examples(text: str, figures: tuple[float, float, float]) -> None:
    assert tuple(rouge(text, [CAT]).values()) == pytest.approx(figures)


def test_rouge_counts_a_word_as_often_as_both_have_it() -> None:
    assert rouge("the the the the", [CAT])["rouge1"] == pytest.approx(
        2 * 0.5 * (2 / 6) / (0.5 + 2 / 6)
    )


def test_rouge_ignores_case_and_punctuation() -> None:
    assert rouge("The cat, sat on: the MAT!", [CAT])["rouge2"] == pytest.approx(1.0)


def test_rouge_takes_the_best_reference_and_none_is_zero() -> None:
    assert rouge(CAT, ["dogs bark", CAT])["rougeL"] == pytest.approx(1.0)
    assert rouge(CAT, [])["rouge1"] == 0.0


def test_the_mean_of_nothing_is_zero() -> None:
    assert mean([]) == 0.0
