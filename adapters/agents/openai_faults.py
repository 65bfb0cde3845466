"""What an error of the OpenAI client means, in words for the team."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING

from adapters.agents.model import ModelFault
from adapters.agents.sentences import quote

if TYPE_CHECKING:
    import openai

# Some 64 long texts as directions are 5 MB; an answer in words is far less.
LARGEST_ANSWER = 16 * 1024 * 1024
_LONGEST = 160
# Answers of a server that is busy or restarting; 409 is a lock that was not free.
_PASSING = frozenset({408, 409})
_REDIRECT, _CLIENT, _SERVER = 300, 400, 500
_BY_CODE = {
    "insufficient_quota": "is not paid for any more: the account's quota is used up.",
    "content_filter": "did not take the request: its content filter stopped it.",
    "context_length_exceeded": "cannot hold a conversation as long as this one.",
}
_BY_STATUS = {
    401: "refused the key. Check OPENAI_API_KEY.",
    403: "may not be used with this key.",
    404: "is not there. Check OPENAI_MODEL and OPENAI_BASE_URL.",
}


class Unbounded(Exception):
    """An answer of which nobody knows how large it is. Its message is what the server does."""


def translated(error: Exception) -> ModelFault:
    """Also for errors that are not the client's own: the way from the socket is part of it."""
    import openai  # noqa: PLC0415 - takes a second, and is loaded by now

    if isinstance(error, Unbounded):
        return ModelFault(str(error), outage=True)
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return ModelFault("did not answer in time.", again=True, outage=True)
    if isinstance(error, openai.APIConnectionError):
        return ModelFault("cannot be reached.", again=True, outage=True)
    if isinstance(error, openai.APIStatusError):
        return _status(error)
    if isinstance(error, json.JSONDecodeError):
        return ModelFault("sent an answer that breaks off.", again=True, outage=True)
    return ModelFault(
        f"failed in an unexpected way ({type(error).__name__}).", again=True, outage=True
    )


def _status(error: openai.APIStatusError) -> ModelFault:
    code = str(error.code or "")
    if code in _BY_CODE:
        return ModelFault(_BY_CODE[code], outage=code == "insufficient_quota")
    status = error.status_code
    if status in _BY_STATUS:
        return ModelFault(_BY_STATUS[status], outage=True)
    if _REDIRECT <= status < _CLIENT:
        reason = f"is elsewhere (status {status}). Give its final address as OPENAI_BASE_URL."
        return ModelFault(reason, outage=True)
    if status == 429:  # noqa: PLR2004 - too many requests
        reason = "is asked more than it may be at the moment (rate limit)."
        return ModelFault(reason, again=True, wait=_retry_after(error), outage=True)
    if status >= _SERVER or status in _PASSING:
        reason = f"has a fault (status {status})."
        return ModelFault(reason, again=True, outage=True, asked_wrong=status >= _SERVER)
    said = quote(str(error.message), _LONGEST)
    return ModelFault(f"did not take the request: {said}", asked_wrong=True)


def _retry_after(error: openai.APIStatusError) -> float | None:
    with suppress(ValueError):
        return max(float(error.response.headers.get("retry-after", "")), 0.0)
    return None
