"""The knowledge folder as it lies on the disk: which files are read, and which are not and why."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import CannotRun
from bot.domain.message import in_units

log = logging.getLogger(__name__)

SUFFIXES = frozenset({".md", ".markdown", ".txt"})
# A help page has a few kilobytes; beyond this it is a log or a dump, which would drown the rest.
LARGEST_PAGE = 512 * 1024
MOST_PAGES = 2_000


@dataclass(frozen=True, kw_only=True)
class Page:
    name: str
    text: str


@dataclass(frozen=True, kw_only=True, order=True)
class Stamp:
    """What tells that a file has changed, without reading it."""

    name: str
    size: int
    changed: int


@dataclass(frozen=True)
class Folder:
    path: Path

    def check(self) -> None:
        """Refuse a folder that can't be searched, in words for whoever configured it."""
        try:
            if not self.path.is_dir():
                what = "is not a folder" if self.path.exists() else "does not exist"
                raise CannotRun(problem=f"The knowledge folder {self.path} {what}.")
            found = self.stamps()
        except OSError as error:
            problem = f"The knowledge folder {self.path} cannot be read: {error.strerror}."
            raise CannotRun(problem=problem) from error
        if not found:
            kinds = ", ".join(sorted(SUFFIXES))
            problem = f"The knowledge folder {self.path} has no file to answer from ({kinds})."
            raise CannotRun(problem=problem)

    def stamps(self) -> tuple[Stamp, ...]:
        """Every file that could be a page, in a steady order."""
        next(self.path.iterdir(), None)  # says why when the folder itself cannot be read
        found = []
        for file in self.path.rglob("*"):
            name = file.relative_to(self.path)
            if file.suffix.lower() not in SUFFIXES or _hidden(name) or not file.is_file():
                continue
            status = file.stat()
            stamp = Stamp(name=name.as_posix(), size=status.st_size, changed=status.st_mtime_ns)
            found.append(stamp)
        return tuple(sorted(found))

    def pages(self, stamps: tuple[Stamp, ...]) -> tuple[Page, ...]:
        if len(stamps) > MOST_PAGES:
            log.warning(
                "knowledge: only the first %d of %d files are used", MOST_PAGES, len(stamps)
            )
        found = (self._page(stamp) for stamp in stamps[:MOST_PAGES])
        return tuple(page for page in found if page)

    def _page(self, stamp: Stamp) -> Page | None:
        try:
            return Page(name=stamp.name, text=self._text(stamp))
        except OSError as error:
            problem = error.strerror
        except ValueError as error:
            problem = str(error)
        log.warning("knowledge: %s is left out: %s", stamp.name, problem)
        return None

    def _text(self, stamp: Stamp) -> str:
        """What stands in a file; `ValueError` says why it is no page."""
        if stamp.size > LARGEST_PAGE:
            raise ValueError(f"{in_units(stamp.size)}, more than {in_units(LARGEST_PAGE)}")
        content = (self.path / stamp.name).read_bytes()
        if b"\x00" in content:
            raise ValueError("not text")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("not UTF-8 text") from None


def _hidden(name: Path) -> bool:
    return any(part.startswith(".") for part in name.parts)
