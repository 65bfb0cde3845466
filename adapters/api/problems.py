"""What goes wrong, as problem+json (RFC 9457), in words for whoever calls."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from bot.domain.errors import (
    AlreadyHandled,
    BadDesk,
    BadInput,
    BatonError,
    CannotRun,
    NotFound,
    TicketError,
)

log = logging.getLogger(__name__)
_MEDIA_TYPE = "application/problem+json"
# The first that fits counts: an error's class tells what the caller can do about it.
_STATUS: tuple[tuple[type[BatonError], int], ...] = (
    (NotFound, 404),
    (AlreadyHandled, 409),
    (TicketError, 409),
    (BadInput, 422),
    (BadDesk, 409),
    (CannotRun, 503),
)
_FAULT = "Something went wrong inside Baton. Its log says what."


class Problem(Exception):
    """A refusal with its status."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, dict(headers or {})


def answer(problem: Problem, **more: Any) -> Response:
    body = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **more,
    }
    return JSONResponse(
        body, status_code=problem.status, headers=problem.headers, media_type=_MEDIA_TYPE
    )


def register(api: FastAPI) -> None:
    """Have every error of the API answered so."""

    @api.exception_handler(Problem)
    async def refused(_: Request, error: Problem) -> Response:
        return answer(error)

    @api.exception_handler(BatonError)
    async def from_the_core(_: Request, error: BatonError) -> Response:
        return answer(Problem(_status(error), str(error)))

    @api.exception_handler(RequestValidationError)
    async def malformed(_: Request, error: RequestValidationError) -> Response:
        wrong = [{"where": _where(one["loc"]), "problem": one["msg"]} for one in error.errors()]
        words = "; ".join(f"{one['where']}: {one['problem']}" for one in wrong)
        return answer(Problem(422, words[:1000]), errors=wrong)

    @api.exception_handler(HTTPException)
    async def of_the_route(_: Request, error: HTTPException) -> Response:
        return answer(Problem(error.status_code, str(error.detail), error.headers))

    @api.exception_handler(Exception)
    async def ours(request: Request, error: Exception) -> Response:
        log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return answer(Problem(500, _FAULT))


def _status(error: BatonError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 409)


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location))


_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, in words."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
DESCRIBED: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {_MEDIA_TYPE: {"schema": _SCHEMA}}}
    for status, words in {
        400: "It cannot be read",
        401: "The token is missing or wrong",
        404: "There is no such thing",
        409: "It is not possible now",
        411: "The body's length is missing",
        413: "The body is too large",
        422: "Something in it is wrong",
        429: "Too many wrong tokens",
        503: "Baton cannot work at present",
    }.items()
}
