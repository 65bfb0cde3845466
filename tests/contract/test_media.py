"""Files are kept whole, once, and under no name that somebody chose."""

from __future__ import annotations

import ast
import asyncio
import errno
import gzip
import hashlib
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.agents.pictures import pictures
from bot.domain.errors import BadInput, CannotKeep, CannotRun, FileTooLarge, NotFound
from bot.domain.message import LARGEST_FILE
from bot.ports.media import MediaPort
from storage.media import Media
from tests.unit.agents.conversations import conversation

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.fixture(params=["folder", "memory"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> MediaPort:
    folder = f"{tmp_path}/media/"
    return Media(folder if request.param == "folder" else f"memory:/{folder}")


async def test_bytes_come_back(media: MediaPort) -> None:
    kept = await media.keep("photo.png", PNG)
    assert (kept.name, kept.size, kept.media_type) == ("photo.png", len(PNG), "image/png")
    assert kept.digest == hashlib.sha256(PNG).hexdigest()
    assert await media.load(kept.digest) == PNG


@pytest.mark.parametrize(
    ("name", "data", "given", "told"),
    [
        ("photo.txt", PNG, "", "image/png"),
        ("a.csv", b"1,2", "", "text/csv"),
        ("a.exe", b"plain words", "", "text/plain"),
        ("a.txt", b"\xff\xfe\x00\x01", "", "application/octet-stream"),
        ("voice", PNG, "audio/ogg", "audio/ogg"),
    ],
)
async def test_the_type_is_told_by_the_bytes(
    media: MediaPort, name: str, data: bytes, given: str, told: str
) -> None:
    assert (await media.keep(name, data, given)).media_type == told


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# Each is small, and would be gigabytes, or never end, for whoever opens it.
BOMBS = {
    "pixels.png": PNG[:8]
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)),
    "zeros.gz": gzip.compress(b"\0" * 10_000_000),
    "laughs.svg": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><svg><text>&b;</text></svg>',
    "endless.gif": b"GIF89a\xff\xff\xff\xff\x80\x00\x00" + b"\x00" * 64,
}


@pytest.mark.parametrize("name", BOMBS)
async def test_what_is_in_a_file_is_never_opened(
    media: MediaPort, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes through untouched, to a model that sees pictures too."""

    def opened(*_: object, **__: object) -> None:
        raise AssertionError(name)

    for place in ("PIL.Image.open", "zlib.decompress", "gzip.decompress", "zipfile.ZipFile"):
        monkeypatch.setattr(place, opened)
    kept = await media.keep(name, BOMBS[name])
    assert await media.load(kept.digest or "") == BOMBS[name]
    said = replace(conversation("> Look")[0], attachments=(kept,))
    assert all(one.data == BOMBS[name] for one in await pictures([said], media))


def test_nothing_of_batons_can_open_one() -> None:
    """What opens pictures, sounds or documents is not even imported; an admin's zip file of a Slack
    export is the one thing that is unpacked, and says before how large it is.
    """
    openers = {"PIL", "gzip", "bz2", "lzma", "tarfile", "xml", "wave", "cv2", "imageio"}
    root = Path(__file__).parents[2]
    found = {
        (source.name, name.partition(".")[0])
        for part in ("bot", "adapters", "storage")
        for source in root.glob(f"{part}/**/*.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        for name in _imported(node)
    }
    assert ("media.py", "filetype") in found
    assert [one for one in found if one[1] in openers] == []
    assert {where for where, name in found if name == "zipfile"} == {
        "archive.py",
        "handing_out.py",
    }


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


async def test_a_name_is_never_a_path(tmp_path: Path) -> None:
    media = Media(str(tmp_path / "media"))
    kept = await media.keep("../../escaped\x00.png", PNG)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [kept.digest]


async def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    media = Media(str(tmp_path))
    await asyncio.gather(*(media.keep(f"{number}.png", PNG) for number in range(9)))
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


async def test_too_large_a_file_is_refused(media: MediaPort) -> None:
    await media.keep("film.mp4", b"0" * LARGEST_FILE)
    with pytest.raises(FileTooLarge, match=r"film\.mp4 is 26 MB"):
        await media.keep("film.mp4", b"0" * (LARGEST_FILE + 1))


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "0" * 63 + "\n"])
async def test_what_is_not_there_is_not_found(media: MediaPort, digest: str) -> None:
    with pytest.raises(NotFound):
        await media.load(digest)


async def test_nobody_waits_for_what_will_not_mend_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = Media(str(tmp_path))

    def fails(error: OSError) -> None:
        def write(_: bytes) -> str:
            raise error

        monkeypatch.setattr(media, "_write", write)

    fails(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(CannotKeep, match="No space left"):
        await media.keep("a.txt", b"x")
    fails(PermissionError(errno.EACCES, "Permission denied"))
    with pytest.raises(BadInput, match="Permission denied"):
        await media.keep("a.txt", b"x")


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(CannotRun, match="BATON_MEDIA_URL"):
        Media("nowhere://bucket/path")
