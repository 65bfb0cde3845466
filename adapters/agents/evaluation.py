"""How well the parts do on labelled conversations: the tasks of `baton evaluate`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.agents.dissatisfaction import LIKELY, dissatisfaction
from adapters.agents.evaluation_agent import Figures, injections, last_actions, messages, summaries
from adapters.agents.evaluation_rows import (
    Mood,
    Question,
    RatedDialogue,
    RatedTurn,
    Request,
    Run,
    SummarizedDialogue,
    TopicDialogue,
    Words,
    rows,
)
from adapters.agents.knowledge import Index
from adapters.agents.lexical import LexicalIndex
from adapters.agents.measures import auc, mean, precision_recall_f1
from adapters.agents.passages import Passage
from adapters.agents.topics import rank
from bot.domain.errors import BadInput
from bot.ports.agent import AgentPort, ReaderPort

_NEUTRAL = 3  # of ratings from 1 to 5; a mean below it is dissatisfied
_CLEARLY = 2.5  # below it most of the raters were
_HITS = 3


@dataclass(frozen=True, kw_only=True)
class Job:
    """What a task works on. `make_index` makes what searches the passages of `index`."""

    file: Path
    agent: AgentPort
    reader: ReaderPort
    index: Path | None = None
    foreign: Path | None = None
    make_index: Callable[[Sequence[Passage]], Index] = LexicalIndex


def evaluate(
    task: str,
    file: Path,
    index: Path | None = None,
    foreign: Path | None = None,
    *,
    agent: AgentPort,
    reader: ReaderPort,
    make_index: Callable[[Sequence[Passage]], Index] = LexicalIndex,
) -> Figures:
    """One flat dictionary: the task, the number of rows `n`, and its figures.

    Runs an event loop of its own. `BadInput` says what is wrong with the task or a file.
    """
    if task not in TASKS:
        raise BadInput(problem=f"There is no task {task!r}. There are: {', '.join(TASKS)}.")
    job = Job(
        file=file, agent=agent, reader=reader, index=index, foreign=foreign, make_index=make_index
    )
    figures = TASKS[task](job)
    return {"task": task} | {name: _rounded(value) for name, value in figures.items()}


def _human_request(job: Job) -> Figures:
    found = rows(job.file, Request)
    said = [job.reader.read(row.text).asks_for_human for row in found]
    return {"n": len(found)} | _triple(said, [row.label for row in found])


def _sentiment(job: Job) -> Figures:
    found = rows(job.file, Mood)
    true = [row.sentiment == "negative" for row in found]
    readings = [job.reader.read(row.text) for row in found]
    scores = [-(reading.sentiment or 0.0) for reading in readings]
    at_default = _triple([reading.negative for reading in readings], true)
    return {"n": len(found), "auc": auc(scores, true)} | at_default


def _dissatisfaction(job: Job) -> Figures:
    scored = [one for row in rows(job.file, RatedDialogue) for one in _rated(row.turns)]
    scores = [score for score, _ in scored]
    true = [rating < _NEUTRAL for _, rating in scored]
    return {
        "n": len(scored),
        "auc": auc(scores, true),
        "f1": precision_recall_f1([score >= LIKELY for score in scores], true)[2],
        "auc_clear": auc(scores, [rating < _CLEARLY for _, rating in scored]),
    }


def _rated(turns: Sequence[RatedTurn]) -> list[tuple[float, float]]:
    """The score and the mean rating of each turn that has one, knowing only what came before."""
    found = []
    for place, turn in enumerate(turns):
        if turn.role == "user" and turn.sat:
            earlier = [one.text for one in turns[:place] if one.role == "user"]
            answers = [one.text for one in turns[:place] if one.role != "user"]
            score = dissatisfaction(turn.text, earlier=earlier, answers=answers)
            found.append((score, mean(turn.sat)))
    return found


def _retrieval(job: Job) -> Figures:
    found = rows(job.file, Question)
    index = _index(job)
    hits = [[hit.passage.source for hit in index.search(row.text, _HITS)] for row in found]
    return {"n": len(found)} | _ranking(hits, [[row.intent] for row in found])


def _no_answer(job: Job) -> Figures:
    if job.foreign is None:
        raise BadInput(problem="no-answer needs --foreign FILE, with questions that do not fit.")
    known, foreign = rows(job.file, Words), rows(job.foreign, Words)
    index = _index(job)
    best = [index.search(row.text, 1)[:1] for row in (*known, *foreign)]
    fits = [hits[0].fit if hits else 0.0 for hits in best]
    true = [True] * len(known) + [False] * len(foreign)
    return {"n": len(true), "auroc": auc(fits, true)}


def _index(job: Job) -> Index:
    if job.index is None:
        raise BadInput(problem="This task needs --index FILE, with the questions to search.")
    entries = rows(job.index, Question)
    return job.make_index([Passage(page=row.intent, text=row.text) for row in entries])


def _topics(job: Job) -> Figures:
    found = rows(job.file, TopicDialogue)
    names = sorted({topic for row in found for topic in row.topics})
    ranked = [[name for name, _ in rank(messages(row.events), names)] for row in found]
    return {"n": len(found)} | _ranking(ranked, [row.topics for row in found])


def _summary(job: Job) -> Figures:
    return asyncio.run(summaries(job.agent, rows(job.file, SummarizedDialogue)))


def _last_action(job: Job) -> Figures:
    return asyncio.run(last_actions(job.agent, rows(job.file, Run)))


def _injection(job: Job) -> Figures:
    return asyncio.run(injections(job.agent, rows(job.file, Words)))


TASKS: dict[str, Callable[[Job], Figures]] = {
    "human-request": _human_request,
    "sentiment": _sentiment,
    "dissatisfaction": _dissatisfaction,
    "retrieval": _retrieval,
    "no-answer": _no_answer,
    "topics": _topics,
    "summary": _summary,
    "last-action": _last_action,
    "injection": _injection,
}


def _triple(found: Sequence[bool], true: Sequence[bool]) -> Figures:
    names = ("precision", "recall", "f1")
    return dict(zip(names, precision_recall_f1(found, true), strict=True))


def _ranking(ranked: Sequence[Sequence[str]], true: Sequence[Sequence[str]]) -> Figures:
    """How often the first, and one of the first three, is right."""
    pairs = list(zip(ranked, true, strict=True))
    return {
        "accuracy_at_1": mean([float(bool(set(names[:1]) & set(right))) for names, right in pairs]),
        "hit_at_3": mean([float(bool(set(names[:_HITS]) & set(right))) for names, right in pairs]),
    }


def _rounded(value: float | str) -> float | int | str:
    return round(value, 4) if isinstance(value, float) else value
