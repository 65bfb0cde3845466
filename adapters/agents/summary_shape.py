"""A model's summary: the shape it is asked for, and what of its answer can be believed."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.agents.model import ModelFault, Shape
from adapters.agents.outgoing import clean
from adapters.agents.sentences import quote
from bot.domain.summary import Point

_FENCE = re.compile(r"```(?:json)?\s*\n(.*?)```", re.DOTALL)
_LONGEST = 400
_MOST_TOPICS = 3
_UNKNOWN = frozenset({"unknown"})


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Statement(_Strict):
    text: str
    cites: list[int]


class Draft(_Strict):
    """What the model fills in."""

    reason: Statement
    topics: list[Statement]
    last_action: Statement | None
    wants: Statement | None
    sentiment: Literal["positive", "neutral", "negative", "unknown"]
    language: str


def shape() -> Shape:
    """As strict mode wants it: no keyword that it does not know."""
    point = {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "cites": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["text", "cites"],
        "additionalProperties": False,
    }
    maybe = {"anyOf": [point, {"type": "null"}]}
    moods = {"type": "string", "enum": ["positive", "neutral", "negative", "unknown"]}
    properties = {
        "reason": point,
        "topics": {"type": "array", "items": point},
        "last_action": maybe,
        "wants": maybe,
        "sentiment": moods,
        "language": {"type": "string"},
    }
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return Shape(name="summary", schema=schema)


def parsed(text: str) -> Draft:
    """Also out of a code fence, or of words around it. Raises `ModelFault`."""
    fenced = _FENCE.search(text)
    written = fenced[1] if fenced else text[text.find("{") : text.rfind("}") + 1]
    try:
        return Draft.model_validate_json(written)
    except ValidationError as error:
        raise ModelFault("wrote no valid summary.") from error


def point(given: Statement | None, known: Collection[int]) -> Point | None:
    """A statement with the citations that exist; None when it says or rests on nothing."""
    if given is None:
        return None
    cites = tuple(one for one in dict.fromkeys(given.cites) if one in known)
    text = quote(clean(given.text), _LONGEST)
    return Point(text=text, cites=cites) if text and cites else None


def topics(draft: Draft, known: Collection[int]) -> tuple[Point, ...]:
    found = (point(one, known) for one in draft.topics)
    return tuple(one for one in found if one)[:_MOST_TOPICS]


def mood(draft: Draft) -> str:
    return "" if draft.sentiment in _UNKNOWN else draft.sentiment


def language(draft: Draft) -> str:
    code = draft.language.strip().casefold()
    return code if re.fullmatch(r"[a-z]{2}", code) else ""
