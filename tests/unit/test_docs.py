"""The documentation is of this program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.failpoints import NAMES
from bot.settings import VARIABLES, Settings, read
from docs import generate

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("architecture.md", generate.states),
        ("commands.md", generate.commands),
        ("reports.md", generate.reports),
        ("cli.md", generate.command_line),
    ],
)
def test_the_generated_parts_are_current(name: str, make: object) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == make(), "run `make docs`"  # type: ignore[operator]


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_every_variable_is_documented_and_offered() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    documented = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    offered = re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)
    assert {*offered, "BATON_FAILPOINT"} >= VARIABLES
    missing = [variable for variable in offered if f"`{variable}`" not in documented]
    assert not missing


def test_every_failpoint_is_passed_somewhere() -> None:
    sources = [
        path.read_text(encoding="utf-8")
        for folder in ("bot", "adapters", "storage")
        for path in (ROOT / folder).rglob("*.py")
    ]
    unused = [name for name in NAMES if not any(f'passing("{name}")' in text for text in sources)]
    assert not unused


def test_the_example_of_the_environment_changes_nothing() -> None:
    assert read({}) == Settings()
