"""Responses, OpenAI's own interface: requests and answers as data.

The history is always sent whole and nothing is kept there (`store: false`): the conversation is
in Baton's database, and only there.
"""

from __future__ import annotations

from typing import Any

from adapters.agents.model import ModelFault, Prompt, Said, Spoken, Used
from adapters.agents.openai_chat import (
    Json,
    call,
    cost,
    data_url,
    empty,
    function,
    not_a_model,
    refused,
    unfinished,
    words,
)
from adapters.agents.sentences import quote


def request(model: str, prompt: Prompt) -> Json:
    """The arguments of `responses.create`."""
    items: list[Json] = []
    for one in prompt.said:
        items += _used(one) if isinstance(one, Used) else [_said(one)]
    asked: Json = {
        "model": model,
        "instructions": prompt.instructions,
        "input": items,
        "store": False,
    }
    if prompt.tools:
        asked["tools"] = [{"type": "function", **function(one)} for one in prompt.tools]
        asked["tool_choice"] = "none" if prompt.last else "auto"
        asked["parallel_tool_calls"] = False
    if prompt.shape:
        schema = {"name": prompt.shape.name, "schema": dict(prompt.shape.schema), "strict": True}
        asked["text"] = {"format": {"type": "json_schema", **schema}}
    return asked


def answer(given: Any) -> Spoken:
    """What was said. Raises `ModelFault` for an answer that is none."""
    output = getattr(given, "output", None)
    if isinstance(given, str) or output is None:
        raise not_a_model(given)
    if given.status == "failed":
        message = quote(str(given.error.message), 160) if given.error else "it did not say why."
        raise ModelFault(f"failed: {message}", again=True, outage=True)
    if fault := unfinished(_finish(given)):
        raise fault
    if not output:
        raise empty()
    parts = [part for item in output if item.type == "message" for part in item.content]
    if said := [part.refusal for part in parts if part.type == "refusal"]:
        raise refused(words(said[0]))
    calls = tuple(
        call(number, item.call_id, item.name, item.arguments)
        for number, item in enumerate(output)
        if item.type == "function_call"
    )
    text = words("".join(part.text for part in parts if part.type == "output_text"))
    tokens, written = cost(given.usage, "output_tokens")
    return Spoken(text=text, calls=calls, tokens=tokens, written=written)


def _finish(given: Any) -> str | None:
    if given.status == "incomplete":
        return str(given.incomplete_details.reason) if given.incomplete_details else None
    # Some servers leave the status out; only one that says it is still at work has broken off.
    return None if given.status in {"in_progress", "queued", "cancelled"} else "stop"


def _said(one: Said) -> Json:
    # OpenAI takes an item without a type for a message; llama.cpp does not, if the role is ours.
    item = {"type": "message", "role": one.role}
    if not one.pictures:
        return {**item, "content": one.text}
    pictures = [
        {"type": "input_image", "image_url": data_url(picture), "detail": "auto"}
        for picture in one.pictures
    ]
    return {**item, "content": [{"type": "input_text", "text": one.text}, *pictures]}


def _used(one: Used) -> list[Json]:
    items: list[Json] = []
    for made, result in zip(one.calls, one.results, strict=True):
        items += [
            {
                "type": "function_call",
                "call_id": made.id,
                "name": made.name,
                "arguments": made.arguments,
            },
            {"type": "function_call_output", "call_id": made.id, "output": result},
        ]
    return items
