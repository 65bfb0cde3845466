"""Transport compression of the gateway: one stream for the life of a socket.

Discord: ``zlib-stream`` ends each message with Z_SYNC_FLUSH (00 00 FF FF); ``zstd-stream`` is one
frame flushed after each message.
"""

import zlib
from typing import Protocol

import zstandard


class Compressor(Protocol):
    def pack(self, text: str) -> str | bytes: ...


class Plain:
    def pack(self, text: str) -> str | bytes:
        return text


class Zlib:
    def __init__(self) -> None:
        self._stream = zlib.compressobj()

    def pack(self, text: str) -> str | bytes:
        packed = self._stream.compress(text.encode())
        return packed + self._stream.flush(zlib.Z_SYNC_FLUSH)


class Zstd:
    def __init__(self) -> None:
        self._stream = zstandard.ZstdCompressor().compressobj()

    def pack(self, text: str) -> str | bytes:
        packed = self._stream.compress(text.encode())
        return packed + self._stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


def choose(name: str | None) -> Compressor:
    """By the ``compress`` parameter of the gateway's address."""
    if name == "zlib-stream":
        return Zlib()
    if name == "zstd-stream":
        return Zstd()
    return Plain()
