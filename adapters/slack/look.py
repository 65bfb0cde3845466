"""What a look at a place in Slack has found, and what there is left to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from adapters.slack.convert import is_written
from adapters.slack.known import Known
from adapters.slack.reading import Listed
from bot.ports.repositories.platforms import Source

Json = dict[str, Any]
_MOST_ASKED = 20


@dataclass(kw_only=True)
class Look:
    """What was found in a place, by ts, and the threads that were read for it."""

    source: Source
    ours: Known = field(default_factory=Known)
    since: str = "0"
    listed: Listed = field(default_factory=Listed)
    read: set[str] = field(default_factory=set)

    @property
    def found(self) -> dict[str, Json]:
        return self.listed.found

    def with_news(self) -> frozenset[str]:
        """The threads with replies after the mark: those in use unless Slack has told otherwise,
        and those that nobody has seen. Where it tells of none at all, the latest are looked at.
        """
        told = {ts: float(one["latest_reply"]) for ts, one in self.found.items() if _tells(one)}
        quiet = {ts for ts, latest in told.items() if latest <= self._mark}
        fresh = {
            ts for ts in told.keys() - quiet if ts in self.ours.messages or float(ts) > self._mark
        }
        awaited = {root for root in self.ours.waiting.values() if root}
        return (self.ours.threads - quiet) | fresh | awaited | self._untold(told)

    def _untold(self, told: Collection[str]) -> frozenset[str]:
        """People's new messages in a channel of which Slack does not say what is below them."""
        if told or self.source.channel.startswith("D"):
            return frozenset()
        new = [ts for ts, one in self.found.items() if float(ts) > self._mark and is_written(one)]
        return frozenset(sorted(new, key=float)[-_MOST_ASKED:])

    @property
    def unread(self) -> list[str]:
        """The threads in which messages are that Baton knows, and that were not read yet."""
        return sorted({root for root in self.ours.messages.values() if root} - self.read, key=float)

    def missed(self) -> Iterable[str]:
        return (ts for ts in self.found if float(ts) > self._mark or ts in self.ours.waiting)

    @property
    def _mark(self) -> float:
        return float(self.source.mark)


def _tells(root: Json) -> bool:
    """Whether Slack says when the last reply came; of a thread without any it says nothing."""
    return bool(root.get("latest_reply"))
