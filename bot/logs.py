"""How Baton logs: readable lines, or one JSON object a line; never a secret in either.

What is logged about an event carries facts (`bot.facts`), by which one message can be followed.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

from bot.secrecy import Secrets
from bot.settings import Settings

# These speak of every request; what matters of them is logged by Baton itself.
_QUIET = ("uvicorn", "apscheduler", "nicegui", "httpx", "alembic", "asyncio", "watchfiles")
# It warns of each look that is left out because the one before is still busy, as it should be.
_QUIETER = "apscheduler.scheduler"


# A file's name, say, could else begin a line of its own.
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class TextLines(logging.Formatter):
    """Time, level, message, then the facts as `name=value`; one line, but for a traceback."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")
        self._secrets = secrets
        self._second, self._time = 0, ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        """Worked out once a second."""
        if (second := int(record.created)) != self._second:
            self._second, self._time = second, super().formatTime(record, datefmt)
        return self._time

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        said = "".join(f" {name}={value}" for name, value in _facts(record).items())
        line = super().formatMessage(record) + said
        return _BREAKS.sub(lambda match: repr(match[0])[1:-1], line)

    def format(self, record: logging.LogRecord) -> str:
        return self._secrets.hidden(super().format(record))


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, message, the facts, the error if there is one."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            **_facts(record),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        shown = {
            name: self._secrets.hidden(value) if isinstance(value, str) else value
            for name, value in entry.items()
        }
        return json.dumps(shown, ensure_ascii=False, default=str)


def configure(settings: Settings) -> None:
    """Set the level and format of this process."""
    handler = logging.StreamHandler()
    secrets = Secrets(settings)
    lines = JsonLines if settings.log_format == "json" else TextLines
    handler.setFormatter(lines(secrets))
    _leave_out_what_no_line_says()
    logging.basicConfig(level=settings.log.upper(), handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_QUIETER).setLevel(logging.ERROR)


def _leave_out_what_no_line_says() -> None:
    """Where in the code, in which thread and process: logging's own way to be spared the search."""
    logging._srcfile = None  # noqa: SLF001 - as logging's manual has it
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _facts(record: logging.LogRecord) -> dict[str, object]:
    found: dict[str, object] = getattr(record, "facts", {})
    return found
