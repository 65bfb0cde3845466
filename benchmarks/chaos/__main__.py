"""Nothing lost, doubled or out of order: people write on a bad platform while Baton has a bad day.

`python -m benchmarks.chaos --platform slack --seed 1 [--kills 12] [--database URL] [--json]`: it is
killed again and again. With one of these it is not killed, but for so many seconds, more than once,
`--downtime`: stopped; `--freeze`: frozen, longer than a lease; `--disk-full`; `--database-away`:
the file locked by another program, the server without connections.
"""

from __future__ import annotations

import argparse
import json
import sys

from benchmarks.chaos.ending import run
from benchmarks.chaos.measuring import TRIALS, Trial, is_wrong, measure
from benchmarks.chaos.staging import NotEmpty

_SECONDS = {"downtime": 15.0, "freeze": 40.0, "disk-full": 8.0, "database-away": 8.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--platform", choices=["slack", "discord"], required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument(
        "--database", default="", help="an empty one; a temporary file if not given"
    )
    parser.add_argument(
        "--json", action="store_true", help="one object on the last line, nothing else"
    )
    trials = parser.add_mutually_exclusive_group()
    for name in TRIALS:
        trials.add_argument(
            f"--{name}", type=float, metavar="SECONDS", nargs="?", const=_SECONDS[name]
        )
    chosen = parser.parse_args()
    given = {name: getattr(chosen, name.replace("-", "_")) for name in TRIALS}
    [trial] = [Trial(name, seconds) for name, seconds in given.items() if seconds] or [
        Trial("kills", chosen.kills)
    ]
    try:
        found = run(measure(chosen.platform, chosen.seed, trial, chosen.database))
    except NotEmpty as error:
        parser.error(str(error.__doc__))
    print(json.dumps(found))
    sys.exit(1 if is_wrong(found) else 0)


if __name__ == "__main__":
    main()
