"""Nothing lost, doubled or out of order: Baton is killed while both sides write on a bad platform.

`python -m benchmarks.chaos --platform slack --seed 1 [--kills 12] [--database URL] [--json]`
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any

from benchmarks.chaos.plan import doubtful_lives, lives
from benchmarks.chaos.staging import NotEmpty, staged
from benchmarks.chaos.storm import Storm

Json = dict[str, Any]
_CONVERSATIONS = 4
_STORIES = 10
_CONTROL_KILLS = 3


async def measure(platform: str, seed: int, kills: int, database: str) -> Json:
    """A run, and a short one with the platform's idempotency switched off, always on SQLite."""
    async with staged(platform, seed, database) as (scene, program):
        storm = Storm(scene, program, seed, _CONVERSATIONS)
        await storm.rage(lives(seed, kills))
        verdict = await storm.verdict()
        await _tell(storm, verdict.findings, program.log.read_text(encoding="utf-8"))
        figures = {"seed": seed, "kills": program.kills, **verdict.figures()}
    return {**figures, "control": {"doubled": await _control(platform, seed)}}


async def _control(platform: str, seed: int) -> int:
    async with staged(platform, seed) as (scene, program):
        await scene.forget_keys()
        storm = Storm(scene, program, seed, _CONVERSATIONS // 2)
        await storm.rage(doubtful_lives(seed, _CONTROL_KILLS), faults=False)
        return len((await storm.verdict()).doubled)


async def _tell(storm: Storm, findings: list[tuple[str, str]], log: str) -> None:
    """Which messages, and what happened to them."""
    for word, problem in findings[:_STORIES]:
        print(f"{word} {problem}:", file=sys.stderr)
        print("\n".join(await storm.story(word)), file=sys.stderr)
    if findings:
        print(f"{len(findings)} findings. Baton's log ends with:\n{log[-6000:]}", file=sys.stderr)


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
    chosen = parser.parse_args()
    try:
        found = asyncio.run(measure(chosen.platform, chosen.seed, chosen.kills, chosen.database))
    except NotEmpty as error:
        parser.error(str(error.__doc__))
    print(json.dumps(found))
    failed = found["lost"] or found["doubled"] or found["out_of_order"]
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
