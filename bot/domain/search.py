"""What somebody looks for among the tickets: words, and conditions like `status:open`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain import duration, tags
from bot.domain.errors import BadInput
from bot.domain.states import Status

FILTERS = ("status", "team", "holder", "tag", "since")
MOST_WORDS = 8
_CONDITION = re.compile(rf'(?<!\S)({"|".join(FILTERS)})[:=](?:"([^"]*)"|(\S+))', re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, kw_only=True)
class Query:
    """Every word has to occur somewhere in a ticket, and every condition has to hold.

    Words are folded: lower case, without accents. `holder` is a person's id.
    """

    words: tuple[str, ...] = ()
    status: Status | None = None
    team: str = ""
    holder: str = ""
    tag: str = ""
    since: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self == Query()


def fold(text: str) -> str:
    """As the index has it: `Ação` → `acao`."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(char for char in plain if not unicodedata.combining(char))


def words(text: str) -> tuple[str, ...]:
    """The words to look for, each once."""
    return tuple(dict.fromkeys(_WORD.findall(fold(text))))


def conditions(text: str) -> tuple[str, dict[str, str]]:
    """The words of a query, and what stands in it like `status:open`, by name."""
    given = {
        match[1].lower(): match[2] if match[2] is not None else match[3]
        for match in _CONDITION.finditer(text)
    }
    return " ".join(_CONDITION.sub(" ", text).split()), given


def query(text: str, given: Mapping[str, str], now: datetime) -> Query:
    """A query from its words and conditions; `holder` has to be an id by now. Raises `BadInput`."""
    found = words(text)
    if len(found) > MOST_WORDS:
        raise BadInput(problem=f"Look for at most {MOST_WORDS} words; these are {len(found)}.")
    return Query(
        words=found,
        status=_status(given["status"]) if given.get("status") else None,
        team=given.get("team", ""),
        holder=given.get("holder", ""),
        tag=tags.normalized(given.get("tag", "")),
        since=_since(given["since"], now) if given.get("since") else None,
    )


def _status(typed: str) -> Status:
    wanted = typed.strip().casefold().replace("_", " ").replace("-", " ")
    for status in Status:
        if wanted in {status.value, status.value.split(" ")[0]}:
            return status
    known = ", ".join(status.value.replace(" ", "_") for status in Status)
    raise BadInput(problem=f"{typed!r} is no status; it is one of: {known}.")


def _since(typed: str, now: datetime) -> datetime:
    """A span back from now (`7d`), or a day (`2026-01-31`, from its beginning in UTC)."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=UTC)
    except ValueError:
        pass
    try:
        return now - duration.parse(typed)
    except ValueError:
        raise BadInput(
            problem=f"{typed!r} is no time; write since:7d or since:2026-01-31."
        ) from None
