"""What the agent knows: a folder of pages, searched by meaning or words, kept up to date."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol

from adapters.agents.folder import Folder, Stamp
from adapters.agents.lexical import Hit, LexicalIndex
from adapters.agents.passages import Passage, passages

log = logging.getLogger(__name__)

# How long a changed file may go unnoticed, in seconds: looking at every question would cost more
# than the search.
LOOK_EVERY = 2.0


class Index(Protocol):
    """A way of searching passages. A hit's `fit` is calibrated: from one half on, it fits."""

    def search(self, query: str, limit: int = 3) -> tuple[Hit, ...]: ...


class Knowledge:
    """A folder and its index, which is made on first use and again when a file has changed."""

    def __init__(
        self,
        path: Path,
        *,
        meaning: Callable[[Sequence[Passage], LexicalIndex], Index] | None = None,
        look_every: float = LOOK_EVERY,
    ) -> None:
        """Refuses a folder that is missing, empty or unreadable with `CannotRun`."""
        self._folder = Folder(path)
        self._folder.check()
        self._meaning = meaning
        self._look_every = look_every
        self._lock = Lock()
        self._looked = float("-inf")
        self._stamps: tuple[Stamp, ...] = ()
        self._passages: tuple[Passage, ...] = ()
        self._words = LexicalIndex(())
        self._index: Index = self._words

    def search(self, query: str, limit: int = 3, *, at_home: bool = False) -> tuple[Hit, ...]:
        """The passages that fit a question best, one of each source.

        `at_home`: the question does not leave this machine, so it is searched by its words.
        """
        self.refresh()
        return (self._words if at_home else self._index).search(query, limit)

    @property
    def topics(self) -> tuple[str, ...]:
        """The titles of the pages: what can be asked about."""
        self.refresh()
        return tuple(dict.fromkeys(one.headings[0] for one in self._passages if one.headings))

    def refresh(self) -> None:
        """Read the folder again where it has changed. What was known stays while it cannot be."""
        with self._lock:
            if time.monotonic() - self._looked < self._look_every:
                return
            self._looked = time.monotonic()
            try:
                self._read()
            except OSError as error:
                log.warning("knowledge: %s cannot be read: %s", self._folder.path, error.strerror)

    def _read(self) -> None:
        stamps = self._folder.stamps()
        if stamps == self._stamps:
            return
        pages = self._folder.pages(stamps)
        found = tuple(one for page in pages for one in passages(page.name, page.text))
        words = LexicalIndex(found)
        self._index = self._meaning(found, words) if self._meaning else words
        self._words, self._passages, self._stamps = words, found, stamps
        log.info("knowledge: %d passages from %d files", len(found), len(pages))
