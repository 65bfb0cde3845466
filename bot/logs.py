"""How Baton logs: readable lines, or one JSON object a line."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from bot.settings import Settings

# These speak of every request; what matters of them is logged by Baton itself.
_QUIET = ("uvicorn", "apscheduler", "nicegui", "httpx", "alembic", "asyncio", "watchfiles")


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message, and the error if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Set the level and format of this process."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        JsonLines()
        if settings.log_format == "json"
        else logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
    )
    logging.basicConfig(level=settings.log.upper(), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
