"""The installation's own key: given, or made once and kept beside the database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from bot.settings import Settings


def secret_key(settings: Settings) -> str:
    """It signs sessions and seals secrets. A kept one is readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key
    _, _, path = settings.database_url.partition("sqlite:///")
    keeper = Path(f"{path or 'baton'}.key")
    if not keeper.exists():
        _make(keeper)
    return keeper.read_text(encoding="utf-8").strip()


def _make(keeper: Path) -> None:
    """Whole or not at all; of two processes that make it at once the first one's stays."""
    made = keeper.with_name(f"{keeper.name}.{os.getpid()}")
    made.touch(mode=0o600)
    made.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    try:
        os.link(made, keeper)
    except OSError:  # another was first, or the file system knows no links
        if not keeper.exists():
            made.replace(keeper)
    made.unlink(missing_ok=True)
