"""Files by the digest of their bytes, in a folder or wherever fsspec reaches."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import mimetypes
import os
import re
import uuid
from typing import Any

import filetype
from fsspec.core import url_to_fs

from bot.domain.errors import BadInput, CannotKeep, CannotRun, NotFound
from bot.domain.message import Attachment, check_file
from bot.failpoints import passing

log = logging.getLogger(__name__)
# What no waiting mends; an outage, or a disk without room, ends by itself.
_STANDING = (PermissionError, FileNotFoundError, NotADirectoryError, IsADirectoryError)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_UNKNOWN = "application/octet-stream"


class Media:
    """The `MediaPort` over one folder or URL.

    A file is written under a temporary name and then renamed: what has its final name is whole. The
    name somebody gave a file is never part of a path.
    """

    def __init__(self, url: str) -> None:
        try:
            filesystem, root = url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise CannotRun(problem=f"BATON_MEDIA_URL cannot be used: {error}") from error
        self._files: Any = filesystem
        self._root = str(root).rstrip("/")

    async def keep(self, name: str, data: bytes, media_type: str = "") -> Attachment:
        """Store bytes durably. Raises `FileTooLarge`, `CannotKeep` where there is no room for now,
        and `BadInput` where it will not go by itself: nobody should wait for that.
        """
        check_file(name, len(data))
        try:
            digest = await asyncio.to_thread(self._write, data)
        except OSError as error:
            problem = f"Files cannot be kept in {self._root}: {error.strerror or error}."
            if isinstance(error, _STANDING):
                log.exception("a file cannot be kept")
                raise BadInput(problem=problem) from error
            raise CannotKeep(problem=problem) from error
        passing("media.kept")
        kind = media_type or _sniff(name, data)
        return Attachment(name=name, media_type=kind, size=len(data), digest=digest)

    async def load(self, digest: str) -> bytes:
        """The bytes. Raises `NotFound`."""
        return await asyncio.to_thread(self._read, digest)

    async def remove(self, digest: str) -> None:
        """Take a file away; one that is gone already is no error."""
        if _DIGEST.fullmatch(digest):
            await asyncio.to_thread(self._remove, digest)

    def _remove(self, digest: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(digest))

    def _write(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if self._files.exists(path):
            return digest
        self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
        draft = f"{path}.{uuid.uuid4().hex}.part"
        with self._files.open(draft, "wb") as file:
            file.write(data)
            _reach_disk(file)
        self._settle(draft, path)
        return digest

    def _settle(self, draft: str, path: str) -> None:
        """Give a whole file its name; in a folder that is one step, and survives a power cut."""
        if "file" not in _protocols(self._files):
            self._files.mv(draft, path)
            return
        os.replace(draft, path)  # noqa: PTH105 - these are strings of fsspec
        folder = os.open(path.rpartition("/")[0], os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read(self, digest: str) -> bytes:
        if not _DIGEST.fullmatch(digest):
            raise NotFound(what="file", name=digest)
        try:
            return bytes(self._files.cat_file(self._path(digest)))
        except FileNotFoundError:
            raise NotFound(
                what="file", name=digest[:12], hint="It was removed, or never arrived."
            ) from None

    def _path(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"


def _protocols(files: Any) -> tuple[str, ...]:
    protocol: str | tuple[str, ...] = files.protocol
    return (protocol,) if isinstance(protocol, str) else protocol


def _reach_disk(file: Any) -> None:
    """Wait until the bytes are on the disk, where there is one."""
    file.flush()
    try:
        number = file.fileno()
    except (AttributeError, OSError):
        return
    os.fsync(number)


def _sniff(name: str, data: bytes) -> str:
    """The type by the bytes; for text, which has no mark of its own, by the ending of the name."""
    known: str | None = filetype.guess_mime(data)
    if known:
        return known
    try:
        data.decode()
    except UnicodeDecodeError:
        return _UNKNOWN
    guessed, _ = mimetypes.guess_type(name)
    return guessed if guessed and guessed.startswith("text/") else "text/plain"
