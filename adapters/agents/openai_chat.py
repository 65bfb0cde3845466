"""Chat Completions, which every compatible server speaks: requests and answers as data."""

from __future__ import annotations

import base64
import json
from typing import Any

from adapters.agents.model import Call, ModelFault, Picture, Prompt, Said, Spoken, Tool, Used
from adapters.agents.safety import writable
from adapters.agents.sentences import quote

Json = dict[str, Any]


def request(model: str, prompt: Prompt) -> Json:
    """The arguments of `chat.completions.create`."""
    messages: list[Json] = [{"role": "system", "content": prompt.instructions}]
    for one in prompt.said:
        messages += _used(one) if isinstance(one, Used) else [_said(one)]
    asked: Json = {"model": model, "messages": messages}
    if prompt.tools:
        asked["tools"] = [{"type": "function", "function": function(one)} for one in prompt.tools]
        asked["tool_choice"] = "none" if prompt.last else "auto"
        asked["parallel_tool_calls"] = False
    if prompt.shape:
        schema = {"name": prompt.shape.name, "schema": dict(prompt.shape.schema), "strict": True}
        asked["response_format"] = {"type": "json_schema", "json_schema": schema}
    return asked


def answer(given: Any) -> Spoken:
    """What was said. Raises `ModelFault` for an answer that is none."""
    choices = getattr(given, "choices", None)
    if isinstance(given, str) or choices is None:
        raise not_a_model(given)
    if not choices:
        raise empty()
    choice = choices[0]
    if choice.message.refusal:
        raise refused(words(choice.message.refusal))
    if fault := unfinished(choice.finish_reason):
        raise fault
    calls = tuple(
        call(number, one.id, one.function.name, one.function.arguments)
        for number, one in enumerate(choice.message.tool_calls or ())
        if getattr(one, "type", None) in {None, "function"}
    )
    tokens, written = cost(given.usage, "completion_tokens")
    text = words(choice.message.content)
    return Spoken(text=text, calls=calls, tokens=tokens, written=written)


def words(given: Any) -> str:
    """A text that can be written down, also from a server that sends it in parts.

    Raises `TypeError` for what is none.
    """
    if isinstance(given, list):
        given = "".join(part.get("text", "") for part in given if part.get("type") == "text")
    if not isinstance(given, str | None):
        raise TypeError(type(given))
    return writable(given or "")


def call(number: int, given_id: Any, tool: Any, arguments: Any) -> Call:
    """A call with a name to refer to it by; some servers send the arguments unwritten."""
    written = arguments if isinstance(arguments, str | None) else json.dumps(arguments)
    return Call(id=words(given_id) or f"call_{number}", name=words(tool), arguments=words(written))


def cost(usage: Any, written: str) -> tuple[int, int]:
    """All tokens and those written, as far as a server tells; odd figures count as none."""
    told = [getattr(usage, name, None) for name in ("total_tokens", written)]
    total, own = (one if isinstance(one, int) and one > 0 else 0 for one in told)
    return max(total, own), own


def function(tool: Tool) -> Json:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "strict": True,
    }


def data_url(picture: Picture) -> str:
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode()}"


def _said(one: Said) -> Json:
    if not one.pictures:
        return {"role": one.role, "content": one.text}
    pictures = [
        {"type": "image_url", "image_url": {"url": data_url(picture), "detail": "auto"}}
        for picture in one.pictures
    ]
    return {"role": one.role, "content": [{"type": "text", "text": one.text}, *pictures]}


def _used(one: Used) -> list[Json]:
    calls = [
        {
            "id": call.id,
            "type": "function",
            "function": {"name": call.name, "arguments": call.arguments},
        }
        for call in one.calls
    ]
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": result}
        for call, result in zip(one.calls, one.results, strict=True)
    ]
    return [{"role": "assistant", "content": None, "tool_calls": calls}, *results]


def not_a_model(given: Any) -> ModelFault:
    error = getattr(given, "error", None)
    told = error.get("message") if isinstance(error, dict) else getattr(error, "message", error)
    if told:
        reason = f"answered with an error: {quote(writable(str(told)), 160)}"
        return ModelFault(reason, again=True, outage=True)
    reason = "is not at this address: something else answered. Check OPENAI_BASE_URL."
    return ModelFault(reason, again=True, outage=True)


def empty() -> ModelFault:
    return ModelFault("gave no answer.", again=True, outage=True)


def refused(said: str) -> ModelFault:
    return ModelFault(f"refused to answer: “{quote(said, 160)}”" if said else "refused to answer.")


def unfinished(finish: str | None) -> ModelFault | None:
    """The fault that a way of ending stands for; None for an ordinary end."""
    match finish:
        case "length" | "max_output_tokens":
            return ModelFault("was cut off in the middle of its answer (token limit).")
        case "content_filter":
            return ModelFault("was stopped by its content filter.")
        case None:
            return ModelFault("broke off in the middle of its answer.", again=True, outage=True)
    return None
