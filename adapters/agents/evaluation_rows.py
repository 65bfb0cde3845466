"""The files of an evaluation: JSON lines, a row each, in the formats of docs/quality.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.domain.errors import BadInput

Row = TypeVar("Row")


@dataclass(frozen=True)
class Request:
    """A message, and whether it asks for a human."""

    text: str
    label: bool


@dataclass(frozen=True)
class Mood:
    """A message; `sentiment` is `negative` or anything else."""

    text: str
    sentiment: str


@dataclass(frozen=True)
class RatedTurn:
    """`sat` are the ratings from 1 to 5 of a user's turn."""

    role: str
    text: str
    sat: list[float] | None = None


@dataclass(frozen=True)
class RatedDialogue:
    turns: list[RatedTurn]


@dataclass(frozen=True)
class Question:
    text: str
    intent: str


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Event:
    """`role` is customer, agent, action (a tool call with its arguments) or tool_result."""

    role: str
    text: str = ""
    action: str = ""
    args: object = None


@dataclass(frozen=True)
class TopicDialogue:
    events: list[Event]
    topics: list[str]


@dataclass(frozen=True)
class Run:
    events: list[Event]


@dataclass(frozen=True)
class SummarizedDialogue:
    """`abstractive`: one or more summaries by people, each as a list of sentences."""

    turns: list[Event]
    abstractive: list[list[str]] = field(default_factory=list)


def rows(file: Path, kind: type[Row]) -> list[Row]:
    """The rows of a file; `BadInput` names the file and the line that is wrong."""
    adapter = TypeAdapter(kind)
    found = []
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            found.append(adapter.validate_json(line))
        except ValidationError as error:
            raise BadInput(problem=f"{file}, line {number}: {_problem(error)}") from None
    if not found:
        raise BadInput(problem=f"{file} has no rows.")
    return found


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except OSError as error:
        raise BadInput(problem=f"{file} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise BadInput(problem=f"{file} is not UTF-8 text.") from None


def _problem(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else str(first["msg"])
