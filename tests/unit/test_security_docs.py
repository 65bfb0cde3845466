"""The threat model names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_is_named_exists() -> None:
    told = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", told))
    sources = "\n".join(
        path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py")
    )
    known = set(re.findall(r"def (test_\w+)\(", sources))
    assert len(named) > 40
    assert named <= known, sorted(named - known)


def test_every_threat_has_a_test() -> None:
    told = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line for line in told.splitlines() if line.startswith("| ") and "threat" not in line]
    assert len(rows) > 25
    assert not [line for line in rows if "`test_" not in line]
