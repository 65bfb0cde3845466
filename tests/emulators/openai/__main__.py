"""`python -m tests.emulators.openai --port 0` prints one JSON line when it is ready."""

import argparse
import asyncio
import json
import signal
import sys

from tests.emulators.openai.server import running


async def _serve(*, port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    async with running(port=port) as emulator:
        sys.stdout.write(json.dumps(emulator.urls()) + "\n")
        sys.stdout.flush()
        await ended.wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.emulators.openai")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(_serve(port=options.port))


if __name__ == "__main__":
    main()
