"""The table of docs/reliability.md: `python -m benchmarks.chaos.table [--seeds 1 2 3]`.

Each platform on each database for each seed, one run after the other; PostgreSQL is a private
server that is thrown away, and is left out where it is not installed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks.chaos.absences import Again
from benchmarks.chaos.ending import run
from benchmarks.chaos.measuring import Json, Trial, is_wrong, measure
from storage.migrate import migrate
from tests import postgres

_FIGURES = ("seed", "sent", "changed", "lost", "doubled", "out_of_order")
_OTHERS = (
    Trial("downtime", 15),
    Trial("disk-full", 8),
    Trial("database-away", 8),
    Trial("freeze", 40),
)


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
    names = ["kills", *(one.name for one in _OTHERS)]
    parser.add_argument("--runs", nargs="+", choices=names, default=names)
    chosen = parser.parse_args()
    print("| run | platform | database | seed | said | changed | lost | doubled | out of order | |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    failed = False
    with ExitStack() as stack:
        for database, server in databases(stack):
            for platform in ("slack", "discord"):
                kills = Trial("kills", chosen.kills)
                rows = [(kills, seed) for seed in chosen.seeds]
                rows += [(one, chosen.seeds[0]) for one in _OTHERS]
                for trial, seed in rows:
                    is_ours = trial.name != "disk-full" or server is None
                    if is_ours and trial.name in chosen.runs:  # a server's disk is its own
                        failed |= _row(platform, database, server, seed, trial)
    sys.exit(1 if failed else 0)


def _row(
    platform: str, database: str, server: postgres.Server | None, seed: int, trial: Trial
) -> bool:
    """Prints one; whether anything was wrong in it."""
    with ExitStack() as stack:
        url = stack.enter_context(server.clone()) if server else ""
        is_restart = server is not None and trial.name == "database-away"
        restart = Again(server.away) if server and is_restart else None
        found = run(measure(platform, seed, trial, url, restart))
    named = f"{trial.amount:g} {trial.name}" if trial.name == "kills" else trial.name
    shown = " | ".join(str(found[name]) for name in _FIGURES)
    print(
        f"| {named} | {platform.capitalize()} | {database} | {shown} | {_more(found)} |", flush=True
    )
    return is_wrong(found)


def _more(found: Json) -> str:
    """What else a run has to show."""
    if "control" in found:
        return f"control: {found['control']['doubled']} doubled"
    if aimed := found.get("aimed"):
        lost = f", {aimed['lost']} lost" if aimed["lost"] else ""
        return f"{aimed['frozen']} frozen in a post: {aimed['doubled']} doubled{lost}"
    return "" if found.get("said_so", True) else "Baton did not say so"


if __name__ == "__main__":
    main()
