"""The table of docs/reliability.md: `python -m benchmarks.chaos.table [--seeds 1 2 3]`.

Each platform on each database for each seed, one run after the other; PostgreSQL is a private
server that is thrown away, and is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.chaos.__main__ import measure
from storage.migrate import migrate
from tests import postgres

_FIGURES = ("seed", "kills", "sent", "lost", "doubled", "out_of_order")


def databases(stack: ExitStack) -> Iterator[tuple[str, postgres.Server | None]]:
    yield "SQLite", None
    if postgres.programs() is None:
        print("PostgreSQL is left out: initdb and pg_ctl are not installed", file=sys.stderr)
        return
    server = stack.enter_context(postgres.running())
    migrate(server.make_template())
    yield "PostgreSQL", server


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--kills", type=int, default=12)
    chosen = parser.parse_args()
    print("| platform | database | seed | kills | sent | lost | doubled | out of order | control |")
    print("|---|---|---|---|---|---|---|---|---|")
    failed = False
    with ExitStack() as stack:
        for database, server in databases(stack):
            for platform in ("slack", "discord"):
                for seed in chosen.seeds:
                    failed |= _row(platform, database, server, seed, chosen.kills)
    sys.exit(1 if failed else 0)


def _row(
    platform: str, database: str, server: postgres.Server | None, seed: int, kills: int
) -> bool:
    """Prints one; whether anything was wrong in it."""
    with ExitStack() as stack:
        url = stack.enter_context(server.clone()) if server else ""
        found = asyncio.run(measure(platform, seed, kills, url))
    shown = " | ".join(str(found[name]) for name in _FIGURES)
    control = f"{found['control']['doubled']} doubled"
    print(f"| {platform.capitalize()} | {database} | {shown} | {control} |", flush=True)
    return bool(found["lost"] or found["doubled"] or found["out_of_order"])


if __name__ == "__main__":
    main()
