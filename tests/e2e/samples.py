"""Small real files to send."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from pathlib import Path


def picture(path: Path, width: int = 240, height: int = 120) -> Path:
    """A PNG with a soft slope of colour."""
    rows = b"".join(
        b"\0" + bytes(v for x in range(width) for v in (90 + x // 3, 110 + y // 2, 200))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks))
    return path


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def sound(path: Path) -> Path:
    """Half a second of silence as WAV."""
    memory = io.BytesIO()
    with wave.open(memory, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * 4000)
    path.write_bytes(memory.getvalue())
    return path


def document(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    return path


def all_kinds(folder: Path, name: str) -> list[Path]:
    return [
        picture(folder / f"{name}.png"),
        sound(folder / f"{name}.wav"),
        document(folder / f"{name}.pdf"),
    ]
