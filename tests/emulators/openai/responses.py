"""Responses: what is asked and how it is answered."""

from __future__ import annotations

from typing import Any

from tests.emulators.openai.asked import (
    RESPONSES,
    Asked,
    check_format,
    check_function,
    check_picture,
    common,
)
from tests.emulators.openai.errors import Json, invalid, missing, unknown
from tests.emulators.openai.script import Reply

_ROLES = {"user", "assistant", "system", "developer"}
_PARTS = {"assistant": "output_text"}


def read(body: Json) -> Asked:
    """Raises `ApiError` for what the API would refuse."""
    common(body, RESPONSES, "input")
    given = body["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    said, open_calls = "", set[str]()
    for number, item in enumerate(items):
        said = _item(item, f"input[{number}]", open_calls) or said
    if open_calls:
        raise invalid(f"No tool output found for function call {min(open_calls)}.", "input")
    return Asked(
        api="responses",
        body=body,
        model=body["model"],
        said=said,
        tools=tuple(_tool(one, f"tools[{at}]") for at, one in enumerate(body.get("tools") or ())),
        schema=_format(body.get("text")),
        stream=bool(body.get("stream")),
    )


def _item(item: Json, where: str, open_calls: set[str]) -> str:
    """The text of an item that is not the model's own."""
    match item.get("type", "message"):
        case "message":
            return _message(item, where)
        case "function_call":
            if strange := set(item) - {"type", "call_id", "name", "arguments", "id", "status"}:
                raise unknown(f"{where}.{min(strange)}")
            if not isinstance(item.get("arguments"), str):
                raise invalid("Arguments are a string.", f"{where}.arguments")
            open_calls.add(item["call_id"])
            return ""
        case "function_call_output":
            if item.get("call_id") not in open_calls:
                raise invalid("No tool call found for function call output.", f"{where}.call_id")
            open_calls.discard(item["call_id"])
            return str(item["output"])
    raise invalid(f"Invalid value: '{item.get('type')}'.", f"{where}.type")


def _message(item: Json, where: str) -> str:
    role = item.get("role")
    if role not in _ROLES:
        raise invalid(f"Invalid value: '{role}'.", f"{where}.role")
    if strange := set(item) - {"type", "role", "content", "id", "status"}:
        raise unknown(f"{where}.{min(strange)}")
    content = item.get("content")
    if isinstance(content, str):
        text = content
    elif isinstance(content, list):
        text = "".join(_part(part, f"{where}.content", role) for part in content)
    else:
        raise missing(f"{where}.content")
    return text if role == "user" else ""


def _part(part: Any, where: str, role: str) -> str:
    wanted = _PARTS.get(role, "input_text")
    if part.get("type") == wanted:
        return str(part["text"])
    if part.get("type") == "input_image" and role == "user":
        check_picture(part.get("image_url"), f"{where}.image_url")
        return ""
    raise invalid(f"Invalid value: '{part.get('type')}'. Supported: '{wanted}'.", f"{where}.type")


def _tool(tool: Json, where: str) -> str:
    if tool.get("type") != "function":
        raise missing(f"{where}.type")
    if "function" in tool:
        raise unknown(f"{where}.function")
    return check_function(tool, where)


def _format(text: Json | None) -> Json | None:
    given = (text or {}).get("format")
    if given is None or given.get("type") == "text":
        return None
    if given.get("type") != "json_schema":
        raise invalid("Invalid text.format.", "text.format.type")
    return check_format(given, "text.format")


def response(asked: Asked, reply: Reply, number: int) -> Json:
    """A whole answer."""
    unfinished = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(reply.kind)
    prompt, said = len(str(asked.body)) // 4, len(reply.content) // 4 + 1
    return {
        "id": f"resp_{number}",
        "object": "response",
        "created_at": 1_700_000_000 + number,
        "status": "incomplete" if unfinished else "completed",
        "error": None,
        "incomplete_details": {"reason": unfinished} if unfinished else None,
        "instructions": asked.body.get("instructions"),
        "model": asked.model,
        "output": [] if reply.kind == "empty_choices" else _output(reply, number),
        "parallel_tool_calls": bool(asked.body.get("parallel_tool_calls", True)),
        "tool_choice": asked.body.get("tool_choice", "auto"),
        "tools": asked.body.get("tools", []),
        "text": asked.body.get("text") or {"format": {"type": "text"}},
        "usage": {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": prompt + said,
        },
    }


def _output(reply: Reply, number: int) -> list[Json]:
    if reply.calls:
        return [
            {
                "type": "function_call",
                "id": f"fc_{number}_{at}",
                "call_id": f"call_{number}_{at}",
                "name": name,
                "arguments": arguments,
                "status": "completed",
            }
            for at, (name, arguments) in enumerate(reply.calls)
        ]
    part: Json = {"type": "output_text", "text": reply.content, "annotations": [], "logprobs": []}
    if reply.refused:
        part = {"type": "refusal", "refusal": reply.refused}
    return [
        {
            "type": "message",
            "id": f"msg_{number}",
            "role": "assistant",
            "status": "completed",
            "content": [part],
        }
    ]


def events(asked: Asked, reply: Reply, number: int) -> list[Json]:
    """The same as the events of a stream."""
    whole = response(asked, reply, number)
    found: list[Json] = [
        {"type": "response.created", "response": whole | {"status": "in_progress", "output": []}}
    ]
    for at, item in enumerate(whole["output"]):
        found.append({"type": "response.output_item.added", "output_index": at, "item": item})
        here = {"item_id": item["id"], "output_index": at}
        if item["type"] == "message":
            found += [
                {
                    "type": "response.output_text.delta",
                    **here,
                    "content_index": 0,
                    "delta": piece,
                    "logprobs": [],
                }
                for piece in reply.pieces
            ]
        found.append({"type": "response.output_item.done", "output_index": at, "item": item})
    end = "response.incomplete" if whole["status"] == "incomplete" else "response.completed"
    found.append({"type": end, "response": whole})
    return [event | {"sequence_number": at} for at, event in enumerate(found)]
