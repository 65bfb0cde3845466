"""A request, checked as strictly as the API does it, and what of it an answer needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.openai.errors import ApiError, Json, invalid, missing, unknown
from tests.emulators.openai.schemas import check_strict

_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_SHARED = {
    "metadata",
    "model",
    "parallel_tool_calls",
    "prompt_cache_key",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
}
CHAT = _SHARED | {
    "messages",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "n",
    "presence_penalty",
    "reasoning_effort",
    "response_format",
    "seed",
    "stop",
    "verbosity",
}
RESPONSES = _SHARED | {
    "input",
    "instructions",
    "include",
    "max_output_tokens",
    "max_tool_calls",
    "previous_response_id",
    "prompt",
    "reasoning",
    "text",
    "truncation",
    "background",
    "conversation",
}


@dataclass(kw_only=True)
class Asked:
    """`said` is the last text that was not the model's, `tools` the names it may call."""

    api: str
    body: Json
    model: str
    said: str
    tools: tuple[str, ...] = ()
    schema: Json | None = None
    stream: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def bearer(headers: Any) -> None:
    """Raises 401 without a key."""
    given = headers.get("Authorization", "")
    if not given.startswith("Bearer ") or not given.removeprefix("Bearer ").strip():
        raise ApiError(401, "You didn't provide an API key.", kind="invalid_request_error")


def common(body: Json, known: set[str], conversation: str) -> None:
    """What both interfaces demand alike."""
    if strange := set(body) - known:
        raise unknown(min(strange))
    for name in ("model", conversation):
        if not body.get(name):
            raise missing(name)
    if body.get("parallel_tool_calls") is not None and not body.get("tools"):
        raise invalid("'parallel_tool_calls' is only allowed when 'tools' are specified.", "tools")
    if body.get("tool_choice") is not None and not body.get("tools"):
        raise invalid("'tool_choice' is only allowed when 'tools' are specified.", "tool_choice")
    if body.get("stream_options") is not None and not body.get("stream"):
        raise invalid("'stream_options' is only allowed when 'stream' is true.", "stream_options")


def check_function(function: Any, where: str) -> str:
    """The name of a function that may be called, whose strict schema is one."""
    if not isinstance(function, dict) or not function.get("name"):
        raise missing(f"{where}.name")
    if strange := set(function) - {"name", "description", "parameters", "strict", "type"}:
        raise unknown(f"{where}.{min(strange)}")
    name = str(function["name"])
    if not _TOOL_NAME.fullmatch(name):
        raise invalid(f"'{name}' does not match '^[a-zA-Z0-9_-]+$'.", f"{where}.name")
    if function.get("strict"):
        check_strict(function.get("parameters"), name, "function")
    return name


def check_format(given: Any, where: str) -> Json | None:
    """The schema of a `json_schema` format: `name`, `schema`, `strict`."""
    if not isinstance(given, dict) or not given.get("name"):
        raise missing(f"{where}.name")
    if strange := set(given) - {"name", "schema", "strict", "description", "type"}:
        raise unknown(f"{where}.{min(strange)}")
    schema: Json = given.get("schema") or {}
    if given.get("strict"):
        check_strict(schema, str(given["name"]), "response_format")
    return schema


def check_picture(url: Any, where: str) -> None:
    """A picture is a data URL of a kind that can be seen, or a web address."""
    if not isinstance(url, str) or not re.match(
        r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$|https?://", url
    ):
        raise ApiError(400, "Invalid image URL.", code="invalid_image_url", param=where)
