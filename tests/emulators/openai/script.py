"""What the server is told to answer, in which order, and what it answers by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.openai.asked import Asked
from tests.emulators.openai.errors import ApiError
from tests.emulators.openai.schemas import smallest

SAYING = {
    "text",
    "tool",  # calls `tool` with `arguments`
    "json",  # `value` as JSON
    "fenced",  # `value` as JSON in a Markdown fence
    "bad_json",  # JSON that breaks off
    "bad_arguments",  # a tool call whose arguments are no JSON
    "refusal",
    "length",  # stopped at the token limit
    "content_filter",  # stopped by the filter
    "empty_choices",
    "empty",  # no text at all
}
FAILING = {
    "unauthorized",
    "forbidden",
    "unknown_model",
    "rate_limited",  # 429, with `retry_after` where it is given
    "quota",  # 429 insufficient_quota
    "filtered",  # 400 content_filter, of the request
    "too_long",  # 400 context_length_exceeded
    "error",  # `status`
    "drop",  # the connection is cut before the answer
    "truncated",  # the body breaks off
    "html",  # a page with status 200
    "raw",  # `value` is the whole body: what servers send that are only nearly compatible
}


@dataclass(kw_only=True)
class Reply:
    """`delay` in seconds, `hold` until that name is released. `match`: only for such requests.

    `times` None: for good.
    """

    kind: str = "text"
    text: str = ""
    value: Any = None
    tool: str = ""
    arguments: Any = field(default_factory=dict)
    status: int = 500
    retry_after: float | None = None
    delay: float = 0.0
    hold: str = ""
    match: str = ""
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.kind not in SAYING | FAILING:
            raise ApiError(400, f"There is no reply of kind '{self.kind}'.", param="kind")

    @property
    def content(self) -> str:
        match self.kind:
            case "json":
                return json.dumps(self.value)
            case "fenced":
                return f"Here you are:\n```json\n{json.dumps(self.value)}\n```"
            case "bad_json":
                return '{"reason": {"text": "it breaks o'
            case "empty" | "refusal":
                return ""
        return self.text

    @property
    def refused(self) -> str:
        return (self.text or "I can't help with that.") if self.kind == "refusal" else ""

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Names and written arguments."""
        if self.kind == "bad_arguments":
            return [(self.tool or "search", '{"query": "it breaks o')]
        if self.kind != "tool":
            return []
        written = self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)
        return [(self.tool, written)]

    @property
    def pieces(self) -> list[str]:
        return [self.content[at : at + 8] for at in range(0, len(self.content), 8)]


@dataclass
class Script:
    """The first reply that fits a request is taken; without one the server makes its own."""

    replies: list[Reply] = field(default_factory=list)

    def take(self, asked: Asked) -> Reply:
        whole = json.dumps(asked.body, ensure_ascii=False)
        for reply in self.replies:
            if reply.match in whole:
                if reply.times is not None:
                    reply.times -= 1
                    if not reply.times:
                        self.replies.remove(reply)
                return reply
        if asked.schema:
            return Reply(kind="json", value=smallest(asked.schema))
        return Reply(text=f"The emulator read {len(asked.said)} characters.")


_REFUSALS = {
    "unauthorized": (401, "invalid_api_key", "Incorrect API key provided."),
    "forbidden": (403, "forbidden", "Your project may not use this model."),
    "unknown_model": (404, "model_not_found", "The model `nope` does not exist."),
    "quota": (
        429,
        "insufficient_quota",
        "You exceeded your current quota, please check your plan.",
    ),
    "filtered": (400, "content_filter", "The response was filtered due to the prompt."),
    "too_long": (400, "context_length_exceeded", "The maximum context length is 8192 tokens."),
}


def failure(reply: Reply) -> ApiError | None:
    """The error that a reply stands for."""
    if reply.kind == "rate_limited":
        headers = {} if reply.retry_after is None else {"Retry-After": f"{reply.retry_after:g}"}
        message, code = "Rate limit reached for requests.", "rate_limit_exceeded"
        return ApiError(429, message, kind="requests", code=code, headers=headers)
    if reply.kind == "error":
        message = reply.text or "The server had an error."
        return ApiError(reply.status, message, kind="server_error")
    if reply.kind not in _REFUSALS:
        return None
    status, code, message = _REFUSALS[reply.kind]
    return ApiError(status, message, code=code)
