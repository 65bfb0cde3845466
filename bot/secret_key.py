"""The installation's own key: given, or made once and kept beside the database."""

from __future__ import annotations

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
        keeper.touch(mode=0o600)
        keeper.write_text(secrets.token_urlsafe(32), encoding="utf-8")
    return keeper.read_text(encoding="utf-8").strip()
