"""Texts as directions: what is near in meaning is near in direction. Asked of a server."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from adapters.agents.model import ModelFault
from adapters.agents.openai_faults import translated
from adapters.agents.safety import writable

log = logging.getLogger(__name__)

# Texts a request, and characters of each: OpenAI takes 2,048 texts and 8,191 tokens of a text.
_BATCH = 64
_LONGEST = 8_000
# Seconds for a request. A question waits for it, and has the words to go by.
_QUERY_TIMEOUT = 5.0
_INDEX_TIMEOUT = 60.0
_MOST_ATTEMPTS = 3
_WAIT = 1.0
# SQLite takes so many values in a statement everywhere.
_AT_ONCE = 500

Vectors = Any  # numpy.ndarray, which is loaded on first use


@dataclass(frozen=True, kw_only=True)
class EmbeddingAccess:
    """Where the texts go. An empty `base_url` is OpenAI itself; without a `cache` none is kept."""

    model: str
    api_key: str = ""
    base_url: str = ""
    cache: Path | None = None


class Embedder:
    """Used from threads. What the knowledge says is kept on disk; what contacts ask never is.

    `patient`: a question is waited for as long as a passage is.
    """

    def __init__(self, access: EmbeddingAccess, *, patient: bool = False) -> None:
        self.name = access.model
        self._access = access
        self._patient = patient
        self._cache = Cache(access.cache, f"{access.base_url}\0{access.model}")
        self._lock = threading.Lock()
        self._client: Any = None

    def query(self, text: str) -> Vectors:
        """One row. Raises `ModelFault`."""
        if self._patient:
            return _unit(self._patiently([text]))
        return _unit(self._asked([text], _QUERY_TIMEOUT))

    def passages(self, texts: Sequence[str]) -> Vectors:
        """A row for each text. Raises `ModelFault`; what was done until then is kept."""
        known = dict(self._cache.known(texts))
        missing = iter(dict.fromkeys(one for one in texts if one not in known))
        while batch := list(islice(missing, _BATCH)):
            fresh = dict(zip(batch, self._patiently(batch), strict=True))
            self._cache.keep(fresh)
            known |= fresh
        return _unit([known[one] for one in texts])

    def _patiently(self, texts: Sequence[str]) -> list[list[float]]:
        for attempt in range(1, _MOST_ATTEMPTS):
            try:
                return self._asked(texts, _INDEX_TIMEOUT)
            except ModelFault as fault:
                if not fault.again:
                    raise
                time.sleep(_WAIT * 2**attempt if fault.wait is None else min(fault.wait, 10))
        return self._asked(texts, _INDEX_TIMEOUT)

    def _asked(self, texts: Sequence[str], timeout: float) -> list[list[float]]:
        client = self._opened()
        asked = [writable(one[:_LONGEST]) or " " for one in texts]
        try:
            given = client.embeddings.create(
                model=self.name, input=asked, encoding_format="float", timeout=timeout
            )
        except Exception as error:
            raise translated(error) from error
        return _read(given, len(texts))

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                # They take a second: loaded on first use.
                from openai import OpenAI  # noqa: PLC0415

                from adapters.agents.openai_line import blocking_line  # noqa: PLC0415

                self._client = OpenAI(
                    api_key=self._access.api_key or "none",
                    base_url=self._access.base_url or None,
                    max_retries=0,
                    http_client=blocking_line(),
                )
        return self._client


class Cache:
    """Vectors by what they stand for, in a file that may be deleted at any time."""

    def __init__(self, path: Path | None, model: str) -> None:
        self._path = path
        self._model = model

    def known(self, texts: Iterable[str]) -> Iterator[tuple[str, list[float]]]:
        names = {self._name(one): one for one in texts}
        for name, blob in self._rows(list(names)):
            yield names[name], _floats(blob)

    def keep(self, fresh: Mapping[str, Sequence[float]]) -> None:
        rows = [(self._name(text), _bytes(vector)) for text, vector in fresh.items()]
        try:
            if file := self._opened():
                with closing(file), file:
                    file.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            self._give_up(error)

    def _rows(self, names: Sequence[str]) -> list[tuple[str, bytes]]:
        found: list[tuple[str, bytes]] = []
        try:
            if file := self._opened():
                with closing(file):
                    for at in range(0, len(names), _AT_ONCE):
                        some = names[at : at + _AT_ONCE]
                        marks = ", ".join("?" * len(some))
                        wanted = f"SELECT name, vector FROM vectors WHERE name IN ({marks})"  # noqa: S608 - marks only
                        found += file.execute(wanted, some).fetchall()
        except sqlite3.Error as error:
            self._give_up(error)
        return found

    def _opened(self) -> sqlite3.Connection | None:
        if self._path is None:
            return None
        file = sqlite3.connect(self._path, timeout=5)
        try:
            file.execute(
                "CREATE TABLE IF NOT EXISTS vectors (name TEXT PRIMARY KEY, vector BLOB NOT NULL)"
            )
        except sqlite3.Error:
            file.close()
            raise
        return file

    def _give_up(self, error: sqlite3.Error) -> None:
        log.warning("embeddings are not kept: %s: %s", self._path, error)
        self._path = None

    def _name(self, text: str) -> str:
        whole = f"{self._model}\0{text}"
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _read(given: Any, wanted: int) -> list[list[float]]:
    """The client checks nothing of an answer. Raises `ModelFault` for one that is none."""
    try:
        rows = sorted(given.data, key=lambda one: one.index)
        found = [[float(value) for value in one.embedding] for one in rows]
    except (AttributeError, TypeError, ValueError) as error:
        reason = "is not at this address: something else answered."
        raise ModelFault(reason, outage=True) from error
    if len(found) != wanted or not all(found) or len({len(one) for one in found}) != 1:
        raise ModelFault("did not embed all it was asked to.", outage=True)
    return found


def _unit(rows: Sequence[Sequence[float]]) -> Vectors:
    """Raises `ModelFault` for what has no direction, or not the same dimensions."""
    import numpy as np  # noqa: PLC0415 - on first use

    if len({len(one) for one in rows}) != 1:
        raise ModelFault("changed the size of its embeddings.", outage=True)
    found = np.asarray(rows, dtype=np.float32)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    if not np.isfinite(length).all() or not length.all():
        raise ModelFault("sent embeddings that are none.", outage=True)
    return found / length


def _bytes(vector: Sequence[float]) -> bytes:
    import numpy as np  # noqa: PLC0415 - on first use

    return np.asarray(vector, dtype="<f4").tobytes()


def _floats(blob: bytes) -> list[float]:
    import numpy as np  # noqa: PLC0415 - on first use

    return [float(one) for one in np.frombuffer(blob, dtype="<f4")]
