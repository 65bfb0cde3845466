"""Arguments by query, form or JSON; the token by header or field."""

import json
from typing import Any

from aiohttp import web

from tests.emulators.slack.errors import ApiError, Json

FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


async def read_arguments(request: web.Request) -> tuple[Json, str | None]:
    """Slack: a token inside a JSON body is not looked at."""
    args: Json = dict(request.query)
    if request.method == "POST" and request.can_read_body:
        if request.content_type in FORMS:
            args |= dict(await request.post())
        elif request.content_type == "application/json":
            sent = await _json_body(request)
            sent.pop("token", None)
            args |= sent
        else:
            raise ApiError("invalid_post_type")
    token = args.pop("token", None)
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return args, value.strip()
    return args, token


async def _json_body(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError as error:
        raise ApiError("invalid_json") from error
    if not isinstance(body, dict):
        raise ApiError("json_not_object")
    return body


def missing(name: str) -> ApiError:
    problem = f"missing required field: {name} [json-pointer:/{name}]"
    return ApiError("invalid_arguments", messages=[problem])


class Args:
    """Typed access to what was sent; forms carry everything as strings."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name)
        if value is None:
            return default
        return str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int, *, error: str = "invalid_arguments") -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(str(value))
        except ValueError:
            raise ApiError(error) from None

    def json(self, name: str, *, error: str) -> Any:
        """An object or array: as it is, or encoded in a string."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise ApiError(error) from None

    def ids(self, name: str) -> list[str]:
        value = self.values.get(name)
        if value is None:
            return []
        parts = value if isinstance(value, list) else str(value).split(",")
        return [str(part).strip() for part in parts if str(part).strip()]
