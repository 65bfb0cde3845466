"""One run of one kind, and its figures."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.chaos import absences, trials
from benchmarks.chaos.absences import Absence, Again
from benchmarks.chaos.plan import doubtful_lives, lives
from benchmarks.chaos.program import Program, programmed
from benchmarks.chaos.staging import emptied, staged
from benchmarks.chaos.storm import Storm

Json = dict[str, Any]
TRIALS = ("downtime", "freeze", "disk-full", "database-away")
_CONVERSATIONS = 4
_STORIES = 10
_CONTROL_KILLS = 6
_LAST = 60
# What Baton is to say of it in its log, so that somebody can act.
_SAID = {
    "disk-full": ("disk is full", "disk reports an error"),
    "database-away": ("locked by another", "cannot be reached"),
}


@dataclass(frozen=True)
class Trial:
    """A kind of run by its name, and how many kills, or how many seconds of everything else."""

    name: str
    amount: float


async def measure(
    platform: str, seed: int, trial: Trial, database: str = "", restart: Absence | None = None
) -> Json:
    """`restart` has the database's server restarted, where that is ours to do.

    Kills come with a control: a short run with the platform's idempotency switched off, on SQLite.
    """
    figures: Json = {"seed": seed}
    if trial.name == "kills":
        figures |= await _killed(platform, seed, int(trial.amount), database)
        return {**figures, "control": {"doubled": await _control(platform, seed)}}
    if trial.name == "freeze":
        figures |= await _frozen(platform, seed, trial.amount, database, aimed=False)
        if database:
            await asyncio.to_thread(emptied, database)
            found = await _frozen(platform, seed, trial.amount, database, aimed=True)
            figures["aimed"] = {"frozen": len(trials.AIMS), **found}
        return figures
    return figures | await _tried(platform, seed, trial, database, restart)


def is_wrong(figures: Json) -> bool:
    """Whether anything was lost, out of order, or doubled; what was frozen with the connection in
    its hand may double a post where the platform has no idempotency key.
    """
    wrong = figures["lost"] or figures["doubled"] or figures["out_of_order"]
    aimed = figures.get("aimed") or {"lost": 0, "out_of_order": 0}
    unshown = not figures["control"]["doubled"] if "control" in figures else False
    return bool(wrong or aimed["lost"] or aimed["out_of_order"] or unshown)


async def _killed(platform: str, seed: int, kills: int, database: str) -> Json:
    async with staged(platform, seed, database) as (scene, program):
        storm = Storm(scene, program, seed, _CONVERSATIONS)
        await storm.rage(lives(seed, kills))
        return {"kills": program.kills, **await _figures(storm)}


async def _control(platform: str, seed: int) -> int:
    async with staged(platform, seed) as (scene, program):
        await scene.forget_keys()
        storm = Storm(scene, program, seed, _CONVERSATIONS // 2)
        await storm.rage(doubtful_lives(seed, _CONTROL_KILLS), faults=False)
        return len((await storm.verdict()).doubled)


async def _frozen(platform: str, seed: int, seconds: float, database: str, *, aimed: bool) -> Json:
    """On a server another process takes over; a file belongs to one process alone."""
    async with AsyncExitStack() as stack:
        scene, program = await stack.enter_async_context(staged(platform, seed, database))
        storm = Storm(scene, program, seed, _CONVERSATIONS)
        if not database:
            await storm.during(lambda: trials.frozen(storm, seconds))
            return await _figures(storm)
        spare = await stack.enter_async_context(programmed(platform, program.settings, program.log))
        spare.story = program.story
        await storm.during(lambda: trials.relieved(storm, spare, seconds, aimed=aimed))
        return await _figures(storm)


async def _tried(
    platform: str, seed: int, trial: Trial, database: str, restart: Absence | None
) -> Json:
    async with staged(platform, seed, database, small=trial.name == "disk-full") as staging:
        scene, program = staging
        storm = Storm(scene, program, seed, _CONVERSATIONS)
        if trial.name == "downtime":
            await storm.during(lambda: trials.downtime(storm, trial.amount))
            return await _figures(storm)
        absence = restart or _absence(trial.name, storm.program)
        await storm.during(lambda: trials.without(storm, absence, trial.amount))
        said = any(words in program.written for words in _SAID[trial.name])
        return {**await _figures(storm), "said_so": said}


def _absence(name: str, program: Program) -> Absence:
    database = program.settings.database_url
    if name == "database-away":
        away = absences.locked if database.startswith("sqlite") else absences.refused
        return Again(lambda: away(database))
    home = Path(program.settings.media_url).parent
    if home.is_mount():
        return Again(lambda: absences.filled(home))
    return Again(lambda: absences.unwritable(lambda: program.pid))


async def _figures(storm: Storm) -> Json:
    """With each finding's story on the way, for whoever looks for its cause."""
    verdict = await storm.verdict()
    for word, problem in verdict.findings[:_STORIES]:
        print(f"{word} {problem}:", file=sys.stderr)
        print("\n".join(await storm.story(word)), file=sys.stderr)
    if verdict.findings:
        print(f"{len(verdict.findings)} findings. Baton's log:", file=sys.stderr)
        print(_essence(storm.program.written), file=sys.stderr)
    return verdict.figures()


def _essence(log: str) -> str:
    """What went wrong, and the last of the rest."""
    lines = log.splitlines()
    wrong = [one for one in lines[:-_LAST] if " INFO " not in one and " DEBUG " not in one]
    return "\n".join([*wrong, *lines[-_LAST:]])
