"""Chat Completions: what is asked and how it is answered."""

from __future__ import annotations

from typing import Any

from tests.emulators.openai.asked import (
    CHAT,
    Asked,
    check_format,
    check_function,
    check_picture,
    common,
)
from tests.emulators.openai.errors import Json, invalid, missing, unknown
from tests.emulators.openai.script import Reply

_ROLES = {
    "system": {"content", "name"},
    "developer": {"content", "name"},
    "user": {"content", "name"},
    "assistant": {"content", "name", "tool_calls", "refusal"},
    "tool": {"content", "tool_call_id"},
}


def read(body: Json) -> Asked:
    """Raises `ApiError` for what the API would refuse."""
    common(body, CHAT, "messages")
    open_calls: set[str] = set()
    said = ""
    for number, message in enumerate(body["messages"]):
        text = _message(message, f"messages[{number}]", open_calls)
        if message["role"] in {"user", "tool"}:
            said = text
    if open_calls:
        raise invalid(
            "An assistant message with 'tool_calls' must be followed by tool messages "
            f"responding to each 'tool_call_id': {min(open_calls)}.",
            "messages",
        )
    return Asked(
        api="chat",
        body=body,
        model=body["model"],
        said=said,
        tools=tuple(_tool(one, f"tools[{at}]") for at, one in enumerate(body.get("tools") or ())),
        schema=_format(body.get("response_format")),
        stream=bool(body.get("stream")),
    )


def _message(message: Any, where: str, open_calls: set[str]) -> str:
    role = message.get("role") if isinstance(message, dict) else None
    if role not in _ROLES:
        raise invalid(f"Invalid value: '{role}'. Supported are {sorted(_ROLES)}.", f"{where}.role")
    if strange := set(message) - {"role"} - _ROLES[role]:
        raise unknown(f"{where}.{min(strange)}")
    if role == "tool":
        if message.get("tool_call_id") not in open_calls:
            raise invalid("'tool' must follow a message with 'tool_calls'.", f"{where}.role")
        open_calls.discard(message["tool_call_id"])
    elif open_calls:
        raise invalid("Tool calls must be answered first.", f"{where}.role")
    for call in message.get("tool_calls") or ():
        if call.get("type") != "function" or set(call) != {"id", "type", "function"}:
            raise invalid("A tool call is {id, type, function}.", f"{where}.tool_calls")
        if not isinstance(call["function"].get("arguments"), str):
            raise invalid("Arguments are a string.", f"{where}.tool_calls.function.arguments")
        open_calls.add(call["id"])
    return _content(message, where)


def _content(message: Json, where: str) -> str:
    content = message.get("content")
    if content is None:
        if message["role"] != "assistant" or not message.get("tool_calls"):
            raise invalid("Invalid value for 'content': expected a string, got null.", where)
        return ""
    if isinstance(content, str):
        return content
    return "".join(_part(part, f"{where}.content", message["role"]) for part in content)


def _part(part: Json, where: str, role: str) -> str:
    match part.get("type"):
        case "text":
            if set(part) != {"type", "text"}:
                raise unknown(f"{where}.{min(set(part) - {'type', 'text'}, default='text')}")
            return str(part["text"])
        case "image_url" if role == "user":
            if set(part["image_url"]) - {"url", "detail"}:
                raise unknown(f"{where}.image_url")
            check_picture(part["image_url"].get("url"), f"{where}.image_url.url")
            return ""
    raise invalid(f"Invalid value: '{part.get('type')}'.", f"{where}.type")


def _tool(tool: Json, where: str) -> str:
    if tool.get("type") != "function":
        raise missing(f"{where}.type")
    if strange := set(tool) - {"type", "function"}:
        raise unknown(f"{where}.{min(strange)}")
    return check_function(tool.get("function"), f"{where}.function")


def _format(given: Json | None) -> Json | None:
    if given is None or given.get("type") == "text":
        return None
    if given.get("type") == "json_object":
        return {}
    if given.get("type") != "json_schema":
        raise invalid("Invalid response_format.", "response_format.type")
    return check_format(given.get("json_schema"), "response_format.json_schema")


def completion(asked: Asked, reply: Reply, number: int) -> Json:
    """A whole answer."""
    message: Json = {
        "role": "assistant",
        "content": reply.content,
        "refusal": reply.refused or None,
    }
    if reply.calls:
        message |= {"content": None, "tool_calls": _calls(reply, number)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(reply)}
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1_700_000_000 + number,
        "model": asked.model,
        "choices": [] if reply.kind == "empty_choices" else [choice],
        "usage": usage(asked, reply),
    }


def chunks(asked: Asked, reply: Reply, number: int) -> list[Json]:
    """The same in pieces, for streaming."""
    whole = completion(asked, reply, number)
    head = {key: whole[key] for key in ("id", "created", "model")}
    head["object"] = "chat.completion.chunk"
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    if reply.calls:
        deltas += [
            {"tool_calls": [{"index": at, **call}]} for at, call in enumerate(_calls(reply, number))
        ]
    else:
        deltas += [{"content": piece} for piece in reply.pieces]
    finish: list[str | None] = [None] * len(deltas)
    pairs = [*zip(deltas, finish, strict=True), ({}, _finish(reply))]
    found = [
        {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": end}]}
        for delta, end in pairs
    ]
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        found.append({**head, "choices": [], "usage": whole["usage"]})
    return found


def _calls(reply: Reply, number: int) -> list[Json]:
    return [
        {
            "id": f"call_{number}_{at}",
            "type": "function",
            "function": {"name": name, "arguments": arguments},
        }
        for at, (name, arguments) in enumerate(reply.calls)
    ]


def _finish(reply: Reply) -> str:
    if reply.calls:
        return "tool_calls"
    return {"length": "length", "content_filter": "content_filter"}.get(reply.kind, "stop")


def usage(asked: Asked, reply: Reply) -> Json:
    """Four characters make a token."""
    prompt, said = len(str(asked.body)) // 4, len(reply.content) // 4 + 1
    return {"prompt_tokens": prompt, "completion_tokens": said, "total_tokens": prompt + said}
