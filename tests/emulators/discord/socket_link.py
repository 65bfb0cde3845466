"""One gateway socket: what is sent goes out in order, compressed, from a queue."""

import asyncio
import json

from aiohttp import web

from tests.emulators.discord.compression import Compressor
from tests.emulators.discord.constants import Json


class Link:
    def __init__(self, socket: web.WebSocketResponse, compressor: Compressor) -> None:
        self.socket = socket
        self._compressor = compressor
        self._queue: asyncio.Queue[Json | None] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def send(self, message: Json) -> None:
        self._queue.put_nowait(message)

    async def flush(self) -> None:
        """Wait until all that was queued is out."""
        self._queue.put_nowait(None)
        await asyncio.gather(self._writer, return_exceptions=True)

    async def close(self, code: int, reason: str = "") -> None:
        await self.flush()
        await self.socket.close(code=code, message=reason.encode())

    def drop(self) -> None:
        """Cut the connection without a closing frame."""
        self._writer.cancel()
        writer = self.socket._writer
        if writer is not None and writer.transport is not None:
            writer.transport.abort()

    async def _write(self) -> None:
        while (message := await self._queue.get()) is not None:
            packed = self._compressor.pack(json.dumps(message))
            try:
                if isinstance(packed, str):
                    await self.socket.send_str(packed)
                else:
                    await self.socket.send_bytes(packed)
            except (ConnectionError, RuntimeError):
                return
