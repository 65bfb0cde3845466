"""How fast messages are relayed, against a bare echo with the platform's SDK.

`python -m benchmarks.relay --platform slack [--database URL] [--json]`
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
from typing import Any

_UNITS = {
    "messages_per_s": "messages a second, in a burst",
    "p50_ms": "ms until it is there, half of them",
    "p95_ms": "ms until it is there, 95 of 100",
    "cpu_ms_per_message": "ms of processor time a message",
    "calls_per_message": "posts a message",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", choices=["slack", "discord"], required=True)
    parser.add_argument("--database", default="", help="an SQLAlchemy URL; a temporary file if not")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    chosen = parser.parse_args()
    measured = importlib.import_module(f"benchmarks.{chosen.platform}_relay")
    found: dict[str, Any] = asyncio.run(measured.measure(chosen.database))
    if chosen.json:
        print(json.dumps(found))
        return
    print(f"{'':32}{'bare':>10}{'Baton':>10}{'ratio':>10}")
    for name, unit in _UNITS.items():
        row = (found[side][name] for side in ("bare", "baton", "ratio"))
        print(f"{unit:32}" + "".join(f"{value:>10}" for value in row))


if __name__ == "__main__":
    main()
