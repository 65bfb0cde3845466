"""The installation's own key is made once, whole, and readable by its owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot import secret_key
from bot.settings import Settings


def beside(folder: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{folder / 'baton.db'}")


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    made = secret_key.secret_key(beside(tmp_path))
    assert len(made) >= 32
    assert secret_key.secret_key(beside(tmp_path)) == made
    (kept,) = tmp_path.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_of_two_that_make_it_at_once_the_first_ones_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = tmp_path / "baton.db.key"
    monkeypatch.setattr(
        secret_key.secrets, "token_urlsafe", lambda _: keeper.write_text("first") and "second"
    )
    assert secret_key.secret_key(beside(tmp_path)) == "first"
    assert list(tmp_path.iterdir()) == [keeper]


def test_a_key_that_is_given_is_written_nowhere(tmp_path: Path) -> None:
    given = Settings(database_url=f"sqlite:///{tmp_path / 'baton.db'}", secret_key="given")
    assert secret_key.secret_key(given) == "given"
    assert list(tmp_path.iterdir()) == []
