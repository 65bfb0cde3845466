"""A model's summary: the shape it is asked for, and what of its answer can be believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from adapters.agents.grounding import citations
from adapters.agents.model import ModelFault, Shape
from adapters.agents.outgoing import clean, spoken_aloud
from adapters.agents.redaction import Privacy
from adapters.agents.sentences import quote
from bot.domain.message import Message
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
    text = spoken_aloud(text)
    fenced = _FENCE.search(text)
    written = fenced[1] if fenced else text[text.find("{") : text.rfind("}") + 1]
    try:
        return Draft.model_validate_json(written)
    except ValidationError as error:
        raise ModelFault("wrote no valid summary.") from error


def point(given: Statement | None, messages: Sequence[Message], privacy: Privacy) -> Point | None:
    """A statement with the messages it rests on; None when it says or rests on nothing."""
    if given is None:
        return None
    text = quote(clean(privacy.restore(given.text)), _LONGEST)
    cites = citations(text, given.cites, messages)
    return Point(text=text, cites=cites) if text and cites else None


def topics(draft: Draft, messages: Sequence[Message], privacy: Privacy) -> tuple[Point, ...]:
    found = (point(one, messages, privacy) for one in draft.topics)
    return tuple(one for one in found if one)[:_MOST_TOPICS]


def mood(draft: Draft) -> str:
    return "" if draft.sentiment in _UNKNOWN else draft.sentiment


def language(draft: Draft) -> str:
    code = draft.language.strip().casefold()
    return code if re.fullmatch(r"[a-z]{2}", code) else ""
