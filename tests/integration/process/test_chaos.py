"""The short form of `benchmarks.chaos`: two kills on each platform, and the rules it judges by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.chaos.plan import Life, lives
from benchmarks.chaos.staging import staged
from benchmarks.chaos.storm import Storm
from benchmarks.chaos.verdict import Change, Said, judge, missing

SEED = 7
# One at a boundary where a post stands that nobody has recorded, one anywhere.
LIVES = (
    Life(failpoint="lane.called:3", seconds=2.0, pause=0.1),
    Life(failpoint="", seconds=1.0, pause=0.0),
)


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_two_kills_on_a_faulty_platform_lose_and_double_nothing(
    platform: str, sqlite_template: Path
) -> None:
    async with staged(platform, SEED, template=sqlite_template) as (scene, program):
        storm = Storm(scene, program, SEED, conversations=1, quiet=2.5)
        await storm.rage(LIVES)
        verdict = await storm.verdict()
        told = [await storm.story(word) for word, _ in verdict.findings[:3]]
        assert verdict.findings == [], told
        assert program.kills == len(LIVES)
        assert verdict.sent > 2


def said(word: str, *, certain: bool = True) -> Said:
    return Said(word=word, conversation=1, certain=certain, at=0.0)


TEAM, CONTACT = (1, "team"), (1, "contact")
WORDS = [said("c1x1x"), said("r1x0x"), said("c1x2x"), said("r1x1x", certain=False)]


@pytest.mark.parametrize(
    ("team", "contact", "figures"),
    [
        ("c1x1x r1x0x c1x2x", "r1x0x", (0, 0, 0)),
        ("c1x1x r1x0x c1x2x r1x1x", "r1x0x r1x1x", (0, 0, 0)),
        ("r1x0x c1x1x c1x2x", "r1x0x", (0, 0, 0)),
        ("c1x1x r1x0x", "r1x0x", (1, 0, 0)),
        ("c1x1x c1x2x", "", (2, 0, 0)),
        ("c1x1x r1x0x c1x2x c1x2x", "r1x0x", (0, 1, 0)),
        ("c1x1x r1x0x c1x2x", "r1x0x r1x1x r1x1x", (0, 1, 0)),
        ("c1x2x r1x0x c1x1x", "r1x0x", (0, 0, 1)),
    ],
)
def test_the_judge(team: str, contact: str, figures: tuple[int, int, int]) -> None:
    shown = {TEAM: team.split(), CONTACT: contact.split()}
    found = judge(WORDS, shown, {1: 1})
    assert (len(found.lost), len(found.doubled), len(found.out_of_order)) == figures
    assert found.sent == 3


EDIT = Change(word="c1x1x", mark="v1v", certain=True)
GONE = Change(word="r1x0x", mark="", certain=True)


@pytest.mark.parametrize(
    ("changes", "contact", "texts", "lost"),
    [
        ([EDIT], "r1x0x", {(TEAM[1], "c1x1x"): "c1x1x v1v"}, 0),
        ([EDIT], "r1x0x", {(TEAM[1], "c1x1x"): "c1x1x"}, 1),
        ([EDIT, replace(EDIT, mark="v2v")], "r1x0x", {(TEAM[1], "c1x1x"): "c1x1x v1v"}, 1),
        ([EDIT, replace(EDIT, mark="v2v", certain=False)], "r1x0x", {
            (TEAM[1], "c1x1x"): "c1x1x v1v"
        }, 0),
        ([GONE], "", {(TEAM[1], "r1x0x"): "r1x0x deleted"}, 0),
        ([GONE], "", {}, 1),
        ([GONE], "r1x0x", {(TEAM[1], "r1x0x"): "r1x0x deleted"}, 1),
        ([replace(GONE, certain=False)], "r1x0x", {}, 0),
    ],
)  # fmt: skip
def test_the_judge_of_changes(
    changes: list[Change], contact: str, texts: dict[tuple[str, str], str], lost: int
) -> None:
    shown = {TEAM: ["c1x1x", "r1x0x", "c1x2x"], CONTACT: contact.split()}
    found = judge(WORDS, shown, {1: 1}, changes, texts)
    assert len(found.lost) == lost, found.lost
    assert len(missing(WORDS, shown, changes, texts)) == lost
    assert (found.doubled, found.out_of_order) == ([], [])


def test_a_second_card_is_a_double() -> None:
    assert judge([], {}, {1: 2}).figures()["doubled"] == 1


def test_a_seed_decides_how_baton_dies() -> None:
    assert lives(3, 12) == lives(3, 12) != lives(4, 12)
