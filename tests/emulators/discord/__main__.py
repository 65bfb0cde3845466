"""``python -m tests.emulators.discord --port 0``: prints one JSON line with its addresses."""

import argparse
import asyncio
import json
import signal
import sys

from tests.emulators.discord.app import Emulator


async def serve(host: str, port: int) -> None:
    emulator = Emulator()
    await emulator.start(host, port)
    sys.stdout.write(json.dumps(emulator.urls) + "\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    await emulator.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.emulators.discord")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(serve(options.host, options.port))


if __name__ == "__main__":
    main()
